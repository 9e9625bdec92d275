package dev.airlock.readyset;

import dev.airlock.packaging.name.ProjectName;
import dev.airlock.preset.Selection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What {@code --no-binary} and {@code --only-binary} say together. A later one takes projects away
 * from the other, and {@code :all:} takes them all, as in pip.
 */
final class FormatControl {
  private static final String ALL = ":all:";
  private static final String NONE = ":none:";

  private final Set<String> noBinary = new HashSet<>();
  private final Set<String> onlyBinary = new HashSet<>();

  void noBinary(String value) {
    add(value, noBinary, onlyBinary);
  }

  void onlyBinary(String value) {
    add(value, onlyBinary, noBinary);
  }

  private static void add(String value, Set<String> to, Set<String> other) {
    List<String> names = List.of(value.split(",", -1));
    int all = names.lastIndexOf(ALL);
    if (all >= 0) {
      other.clear();
      to.clear();
      to.add(ALL);
      names = names.subList(all + 1, names.size());
      if (!names.contains(NONE)) {
        return;
      }
    }
    for (String name : names) {
      if (name.equals(NONE)) {
        to.clear();
      } else {
        String project = new ProjectName(name.strip()).value();
        other.remove(project);
        to.add(project);
      }
    }
  }

  Selection noBinary() {
    return selection(noBinary);
  }

  Selection noBuild() {
    return selection(onlyBinary);
  }

  private static Selection selection(Set<String> names) {
    return names.contains(ALL)
        ? new Selection(true, Set.of())
        : new Selection(
            false, names.stream().map(ProjectName::new).collect(Collectors.toUnmodifiableSet()));
  }
}
