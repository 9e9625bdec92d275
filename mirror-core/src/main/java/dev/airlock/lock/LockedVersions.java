package dev.airlock.lock;

import dev.airlock.lock.LockedPackage.Role;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The versions of a lock in the form of a constraints file. What only builds need is left out: pip
 * applies constraints to the environment that it installs into.
 */
public final class LockedVersions {
  private LockedVersions() {}

  /** The text of the file: one version a line, in the order of the projects. */
  public static String of(Lock lock) {
    Map<ProjectName, List<LockedPackage>> installed =
        lock.packages().stream()
            .filter(locked -> locked.role() == Role.INSTALL)
            .collect(
                Collectors.groupingBy(
                    LockedPackage::project, TreeMap::new, Collectors.toUnmodifiableList()));
    return installed.values().stream()
        .flatMap(
            versions -> versions.stream().map(locked -> line(lock, locked, versions.size() > 1)))
        .collect(Collectors.joining());
  }

  private static String line(Lock lock, LockedPackage locked, boolean conditional) {
    String pin = locked.project() + "==" + locked.version();
    return (conditional ? pin + " ; " + marker(lock, locked) : pin) + "\n";
  }

  private static String marker(Lock lock, LockedPackage locked) {
    List<String> markers =
        lock.targets().stream()
            .filter(target -> locked.targets().contains(target.toString()))
            .map(Target::marker)
            .distinct()
            .toList();
    return markers.size() == 1
        ? markers.getFirst()
        : markers.stream().collect(Collectors.joining(") or (", "(", ")"));
  }
}
