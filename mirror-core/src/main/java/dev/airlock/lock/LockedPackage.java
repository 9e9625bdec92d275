package dev.airlock.lock;

import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One version of a project in a lock, with its files.
 *
 * @param project the project
 * @param version the version
 * @param role what it is there for
 * @param index the declared address of the index it comes from
 * @param requiresPython the Pythons it is for
 * @param targets the targets that want it, by {@code Target.toString()}
 * @param dependencies what it requires in these targets; of an sdist this is what its wheel will
 *     require
 * @param buildRequires what building it from its sdist requires; empty for a wheel
 * @param wheels its wheels, one for each target, without repetition
 * @param sdist its sdist, where there is no wheel for some target
 */
public record LockedPackage(
    ProjectName project,
    Version version,
    Role role,
    URI index,
    SpecifierSet requiresPython,
    List<String> targets,
    List<Requirement> dependencies,
    List<Requirement> buildRequires,
    List<LockedFile> wheels,
    Optional<LockedFile> sdist) {
  /** What a locked version is there for. */
  public enum Role {
    /** It is installed. */
    INSTALL,
    /** It is needed to build some sdist, in an environment of its own. */
    BUILD
  }

  /** Copies the collections. */
  public LockedPackage {
    targets = List.copyOf(targets);
    dependencies = List.copyOf(dependencies);
    buildRequires = List.copyOf(buildRequires);
    wheels = List.copyOf(wheels);
  }

  /** All its files. */
  public List<LockedFile> files() {
    return Stream.concat(wheels.stream(), sdist.stream()).toList();
  }

  /** Whether a target wants it. */
  public boolean isFor(Target target) {
    return targets.contains(target.toString());
  }

  /**
   * The one of its files that a target takes: the wheel whose tag it prefers, else the sdist.
   *
   * @return empty for a target that it is not locked for
   */
  public Optional<LockedFile> fileFor(Target target) {
    if (!isFor(target)) {
      return Optional.empty();
    }
    Comparator<LockedFile> byTag =
        Comparator.comparingInt(file -> target.tags().rank(wheel(file).tags()).orElseThrow());
    return wheels.stream()
        .filter(file -> target.tags().rank(wheel(file).tags()).isPresent())
        .min(byTag.thenComparing(file -> wheel(file).build(), Comparator.reverseOrder()))
        .or(() -> sdist);
  }

  private static WheelFilename wheel(LockedFile file) {
    return (WheelFilename) file.name();
  }

  /** The same with its files at other addresses. */
  LockedPackage at(Function<LockedFile, URI> address) {
    return new LockedPackage(
        project,
        version,
        role,
        index,
        requiresPython,
        targets,
        dependencies,
        buildRequires,
        wheels.stream().map(file -> file.at(address.apply(file))).toList(),
        sdist.map(file -> file.at(address.apply(file))));
  }
}
