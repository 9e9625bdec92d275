package dev.airlock.lock;

import dev.airlock.digest.Sha256;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a lock has that an earlier one had not, and the other way round, project by project.
 *
 * @param changes the projects that are not as they were, in the order of their names
 * @param before all files of the earlier lock
 * @param after all files of the later lock
 * @param fresh the files of the later lock that the earlier one had not
 */
public record LockDifference(List<Change> changes, Files before, Files after, Files fresh) {
  /** Copies the list. */
  public LockDifference {
    changes = List.copyOf(changes);
  }

  /** How a project is not as it was. */
  public enum Kind {
    /** The earlier lock had nothing of it. */
    ADDED,
    /** The later lock has nothing of it. */
    REMOVED,
    /** It has other versions. */
    VERSIONS,
    /** It has the same versions with other files. */
    FILES
  }

  /**
   * Some files. Those of the same bytes are counted once.
   *
   * @param count how many
   * @param bytes their size together, in bytes
   */
  public record Files(int count, long bytes) {
    private static Files of(Map<Sha256, Long> sizes) {
      return new Files(sizes.size(), sizes.values().stream().mapToLong(size -> size).sum());
    }
  }

  /**
   * A project that is not as it was.
   *
   * @param kind how
   * @param project the project
   * @param earlier its versions in the earlier lock, in their order
   * @param later its versions in the later lock, in their order
   * @param before its files in the earlier lock
   * @param after its files in the later lock
   */
  public record Change(
      Kind kind,
      ProjectName project,
      List<Version> earlier,
      List<Version> later,
      Files before,
      Files after) {
    /** Copies the lists. */
    public Change {
      earlier = List.copyOf(earlier);
      later = List.copyOf(later);
    }
  }

  /** What a lock has of a project: the versions, and the sizes of the files by their digests. */
  private record Side(SortedSet<Version> versions, Map<Sha256, Long> files) {
    static Side empty() {
      return new Side(new TreeSet<>(), new HashMap<>());
    }

    void add(LockedPackage locked) {
      versions.add(locked.version());
      locked.files().forEach(file -> files.put(file.sha256(), file.size()));
    }
  }

  /**
   * Compares two locks by their versions and the digests of their files.
   *
   * @param earlier the lock that there was; without one everything is added
   */
  public static LockDifference between(Optional<Lock> earlier, Lock later) {
    Map<ProjectName, Side> before = sides(earlier.map(Lock::packages).orElse(List.of()));
    Map<ProjectName, Side> after = sides(later.packages());
    var projects = new TreeSet<>(before.keySet());
    projects.addAll(after.keySet());
    var changes = new ArrayList<Change>();
    for (ProjectName project : projects) {
      change(
              project,
              before.getOrDefault(project, Side.empty()),
              after.getOrDefault(project, Side.empty()))
          .ifPresent(changes::add);
    }
    Map<Sha256, Long> had = files(before);
    Map<Sha256, Long> has = files(after);
    Map<Sha256, Long> fresh = new HashMap<>(has);
    fresh.keySet().removeAll(had.keySet());
    return new LockDifference(changes, Files.of(had), Files.of(has), Files.of(fresh));
  }

  private static Map<ProjectName, Side> sides(List<LockedPackage> packages) {
    Map<ProjectName, Side> sides = new TreeMap<>();
    packages.forEach(
        locked -> sides.computeIfAbsent(locked.project(), _ -> Side.empty()).add(locked));
    return sides;
  }

  private static Map<Sha256, Long> files(Map<ProjectName, Side> sides) {
    Map<Sha256, Long> files = new HashMap<>();
    sides.values().forEach(side -> files.putAll(side.files()));
    return files;
  }

  private static Optional<Change> change(ProjectName project, Side before, Side after) {
    Kind kind;
    if (before.versions().isEmpty()) {
      kind = Kind.ADDED;
    } else if (after.versions().isEmpty()) {
      kind = Kind.REMOVED;
    } else if (!before.versions().equals(after.versions())) {
      kind = Kind.VERSIONS;
    } else if (!before.files().keySet().equals(after.files().keySet())) {
      kind = Kind.FILES;
    } else {
      return Optional.empty();
    }
    return Optional.of(
        new Change(
            kind,
            project,
            List.copyOf(before.versions()),
            List.copyOf(after.versions()),
            Files.of(before.files()),
            Files.of(after.files())));
  }

  /** Whether every project has the versions and files that it had. */
  public boolean isEmpty() {
    return changes.isEmpty();
  }

  /** How many projects are not as they were in this way. */
  public long count(Kind kind) {
    return changes.stream().filter(change -> change.kind() == kind).count();
  }
}
