package dev.airlock.packaging.marker;

import dev.airlock.packaging.name.ExtraName;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The values of the marker variables on one target machine. Variables that are not set are empty
 * texts.
 *
 * @param values the values, without the extras
 */
public record Environment(Map<Variable, String> values) {
  /** Copies the values. */
  public Environment {
    var copy = new EnumMap<Variable, String>(Variable.class);
    copy.putAll(values);
    values = Map.copyOf(copy);
  }

  /** What a marker variable is here, the empty text where it is not set. */
  public String get(Variable variable) {
    return values.getOrDefault(variable, "");
  }

  /** Whether a marker holds when no extra is asked for. */
  public boolean satisfies(Marker marker) {
    return marker.holds(new Context(this, "", Set.of(), Set.of()));
  }

  /** Whether a marker holds when one extra is asked for. */
  public boolean satisfies(Marker marker, ExtraName extra) {
    return marker.holds(new Context(this, extra.value(), Set.of(), Set.of()));
  }

  /** Whether a marker of a lock file holds for these dependency groups (PEP 751). */
  public boolean satisfies(Marker marker, Collection<String> groups) {
    return marker.holds(new Context(this, "", Set.of(), Set.copyOf(groups)));
  }

  /** The variables and values, in the order of the standard, as {@code name=value}. */
  public List<String> describe() {
    return values.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.toList());
  }

  /** What a marker is evaluated against: an environment and what is asked for in it. */
  record Context(Environment environment, String extra, Set<String> extras, Set<String> groups) {
    String text(Variable variable) {
      return variable == Variable.EXTRA ? extra : environment.get(variable);
    }

    Set<String> set(Variable variable) {
      return variable == Variable.EXTRAS ? extras : groups;
    }
  }
}
