package dev.airlock.preset;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What one preset says and another does not, key by key. Their names are not compared, nor the
 * order of values.
 *
 * @param changes the keys that differ, in the order of the presets
 */
public record PresetDifference(List<Change> changes) {
  private static final Set<String> NOT_COMPARED = Set.of("$schema", "name");

  /** Copies the list. */
  public PresetDifference {
    changes = List.copyOf(changes);
  }

  /**
   * A key that differs.
   *
   * @param key the key, within objects with dots: {@code packages.numpy}
   * @param onlyFirst the values that only the first preset has
   * @param onlySecond the values that only the second preset has
   */
  public record Change(String key, List<String> onlyFirst, List<String> onlySecond) {
    /** Copies the lists. */
    public Change {
      onlyFirst = List.copyOf(onlyFirst);
      onlySecond = List.copyOf(onlySecond);
    }
  }

  /** Compares two presets that can be read. */
  public static PresetDifference between(PresetSource first, PresetSource second) {
    PresetOutline one = PresetOutline.of(first);
    PresetOutline other = PresetOutline.of(second);
    Set<String> keys = new LinkedHashSet<>(one.keys());
    keys.addAll(other.keys());
    keys.removeAll(NOT_COMPARED);
    var changes = new ArrayList<Change>();
    for (String key : keys) {
      var change =
          new Change(key, without(one.of(key), other.of(key)), without(other.of(key), one.of(key)));
      if (!change.onlyFirst().isEmpty() || !change.onlySecond().isEmpty()) {
        changes.add(change);
      }
    }
    return new PresetDifference(changes);
  }

  private static List<String> without(List<String> values, List<String> others) {
    return values.stream().filter(value -> !others.contains(value)).toList();
  }
}
