package dev.airlock.lock;

import dev.airlock.digest.Sha256;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import java.net.URI;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The closure of a preset: every version, with every file, that an install of it on its targets
 * needs.
 *
 * @param preset the preset's name
 * @param inputs the digest of all that the solution depends on; a lock with another one is out of
 *     date
 * @param excludeNewer the time after which uploads were passed over when it was solved: the
 *     preset's, or the one that was given instead
 * @param targets the targets
 * @param search the declared addresses of the indexes that were asked for projects that none
 *     claims, in this order; empty where it was the default alone
 * @param packages the locked versions, in the order of their names
 * @see <a href="https://packaging.python.org/en/latest/specifications/pylock-toml/">pylock.toml
 *     (PEP 751)</a>
 */
public record Lock(
    String preset,
    Sha256 inputs,
    Optional<Instant> excludeNewer,
    List<Target> targets,
    List<URI> search,
    List<LockedPackage> packages) {
  /** The name of the file that a lock is written to. */
  public static final String FILE = "pylock.toml";

  /** Copies the collections, and sorts the packages. */
  public Lock {
    targets = List.copyOf(targets);
    search = List.copyOf(search);
    packages =
        packages.stream()
            .sorted(
                Comparator.comparing(LockedPackage::project)
                    .thenComparing(LockedPackage::version)
                    .thenComparing(LockedPackage::role))
            .toList();
  }

  /** A lock that was solved among all uploads of one index. */
  public Lock(String preset, Sha256 inputs, List<Target> targets, List<LockedPackage> packages) {
    this(preset, inputs, Optional.empty(), targets, List.of(), packages);
  }

  /** The locked versions of a project. */
  public List<LockedPackage> of(ProjectName project) {
    return packages.stream().filter(locked -> locked.project().equals(project)).toList();
  }

  /** All files, each once, in the order of the packages. */
  public List<LockedFile> files() {
    return packages.stream().flatMap(locked -> locked.files().stream()).distinct().toList();
  }

  /** The same lock without some projects. */
  public Lock without(Set<ProjectName> projects) {
    return new Lock(
        preset,
        inputs,
        excludeNewer,
        targets,
        search,
        packages.stream().filter(locked -> !projects.contains(locked.project())).toList());
  }

  /**
   * The same lock with its files at other addresses.
   *
   * @param address the address of a file, which is of a locked version
   */
  public Lock at(BiFunction<LockedPackage, LockedFile, URI> address) {
    return new Lock(
        preset,
        inputs,
        excludeNewer,
        targets,
        search,
        packages.stream().map(locked -> locked.at(file -> address.apply(locked, file))).toList());
  }

  /**
   * The installed versions that an installer cannot choose between by this file, for the markers of
   * their targets are the same: such targets differ in their libc, in the third number of their
   * Python, or in free threading. An installer refuses the whole file on those targets.
   *
   * @return by project, only those where there are several
   */
  public Map<ProjectName, List<LockedPackage>> indistinct() {
    Map<ProjectName, List<LockedPackage>> indistinct = new TreeMap<>();
    packages.stream()
        .filter(locked -> locked.role() == LockedPackage.Role.INSTALL)
        .collect(Collectors.groupingBy(LockedPackage::project))
        .forEach((project, versions) -> {
          List<LockedPackage> overlapping =
              versions.stream()
                  .filter(one ->
                      versions.stream()
                          .anyMatch(other ->
                              !other.version().equals(one.version())
                                  && markers(one).stream().anyMatch(markers(other)::contains)))
                  .toList();
          if (!overlapping.isEmpty()) {
            indistinct.put(project, overlapping);
          }
        });
    return indistinct;
  }

  private Set<String> markers(LockedPackage locked) {
    return targets.stream()
        .filter(locked::isFor)
        .map(Target::marker)
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * The locked versions that require a project, as {@code name version}; empty when the preset
   * itself wants it.
   */
  public List<String> wantedBy(ProjectName project) {
    return packages.stream()
        .filter(locked ->
            Stream.concat(locked.dependencies().stream(), locked.buildRequires().stream())
                .anyMatch(requirement -> requirement.project().equals(project)))
        .map(locked -> locked.project() + " " + locked.version())
        .distinct()
        .toList();
  }
}
