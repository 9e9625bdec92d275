package dev.airlock.readyset;

import dev.airlock.packaging.marker.Environment;
import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.marker.Marker.Operand;
import dev.airlock.packaging.marker.Variable;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the markers of a lock are evaluated against: a target, and the extras and groups that are
 * wanted. Other than in metadata, any number of extras may be wanted at once, so {@code extra ==
 * "x"} asks whether {@code x} is among them, as uv and Poetry mean it.
 *
 * @param environment the values of the target
 * @param extras the extras wanted
 * @param groups the dependency groups wanted
 */
record Conditions(Environment environment, Set<String> extras, Set<String> groups) {
  Conditions {
    extras = normalized(extras);
    groups = normalized(groups);
  }

  private static Set<String> normalized(Set<String> names) {
    var normalized = new TreeSet<String>();
    names.forEach(name -> normalized.add(normalized(name)));
    return Set.copyOf(normalized);
  }

  private static String normalized(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
  }

  boolean hold(Marker marker) {
    return switch (marker) {
      case Marker.All all -> all.parts().stream().allMatch(this::hold);
      case Marker.Any any -> any.parts().stream().anyMatch(this::hold);
      case Marker.Comparison comparison -> holds(comparison);
    };
  }

  private boolean holds(Marker.Comparison comparison) {
    if (comparison.left() instanceof Operand.Literal(String text)
        && comparison.right() instanceof Operand.Named(Variable variable)
        && isName(variable)) {
      return isAmong(text, comparison.operator(), variable);
    }
    if (comparison.right() instanceof Operand.Literal(String text)
        && comparison.left() instanceof Operand.Named(Variable variable)
        && isName(variable)) {
      return isAmong(text, comparison.operator(), variable);
    }
    return environment.satisfies(comparison);
  }

  private static boolean isName(Variable variable) {
    return variable == Variable.EXTRA
        || variable == Variable.EXTRAS
        || variable == Variable.DEPENDENCY_GROUPS;
  }

  private boolean isAmong(String text, String operator, Variable variable) {
    Set<String> wanted = variable == Variable.DEPENDENCY_GROUPS ? groups : extras;
    boolean among = wanted.contains(normalized(text));
    boolean negative = operator.equals("!=") || operator.equals("not in");
    return among != negative;
  }
}
