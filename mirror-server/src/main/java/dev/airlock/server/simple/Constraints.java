package dev.airlock.server.simple;

import dev.airlock.lock.Lock;
import dev.airlock.lock.LockedPackage;
import dev.airlock.lock.LockedPackage.Role;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.preset.Preset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The versions of a lock, or of a preset without one, in the form of a constraints file. What only
 * builds need is left out: pip applies constraints to the environment that it installs into.
 */
final class Constraints {
  private Constraints() {}

  static String of(Lock lock) {
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

  /** What a preset that was never solved says of versions by itself. */
  static String of(Preset preset) {
    return Stream.concat(
            preset.roots().stream().map(Preset.Root::requirement), preset.constraints().stream())
        .filter(requirement -> requirement.url().isEmpty() && !requirement.specifier().isAny())
        .map(requirement ->
            new Requirement(
                requirement.project(),
                List.of(),
                requirement.specifier(),
                Optional.empty(),
                requirement.marker()))
        .map(requirement -> requirement + "\n")
        .distinct()
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
