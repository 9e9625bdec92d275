package dev.airlock.sync;

import dev.airlock.closure.TargetClosure;
import dev.airlock.closure.TargetClosure.Chosen;
import dev.airlock.index.IndexFile;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.lock.LockedPackage.Role;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Joins the closures of all targets into one lock. */
final class LockBuilder {
  private final PresetBundle bundle;
  private final Syncer.Solved solved;
  private final Map<IndexFile, LockedFile> files;
  private final Map<Key, Entry> entries = new LinkedHashMap<>();

  private record Key(ProjectName project, Version version, Role role) {}

  private static final class Entry {
    private final Set<SpecifierSet> requiresPython = new LinkedHashSet<>();
    private final Set<String> targets = new LinkedHashSet<>();
    private final Set<Requirement> requires = new LinkedHashSet<>();
    private final Set<Requirement> buildRequires = new LinkedHashSet<>();
    private final Set<LockedFile> files = new LinkedHashSet<>();
  }

  LockBuilder(PresetBundle bundle, Syncer.Solved solved, Map<IndexFile, LockedFile> files) {
    this.bundle = bundle;
    this.solved = solved;
    this.files = files;
  }

  /** Everything of a closure, whatever it is for. */
  static List<Chosen> all(TargetClosure closure) {
    return Stream.concat(closure.installed().stream(), closure.forBuilds().stream()).toList();
  }

  Lock build() {
    for (TargetClosure closure : solved.closures()) {
      closure.installed().forEach(chosen -> add(closure, chosen, Role.INSTALL));
      closure.forBuilds().forEach(chosen -> add(closure, chosen, Role.BUILD));
    }
    var packages = new ArrayList<LockedPackage>();
    entries.forEach((key, entry) -> packages.add(locked(key, entry)));
    return new Lock(
        bundle.preset().name(),
        bundle.inputs(),
        bundle.preset().excludeNewer(),
        bundle.preset().targets(),
        solved.search().size() > 1 ? solved.search() : List.of(),
        packages);
  }

  private void add(TargetClosure closure, Chosen chosen, Role role) {
    Entry entry =
        entries.computeIfAbsent(
            new Key(chosen.project(), chosen.version(), role), _ -> new Entry());
    entry.requiresPython.add(chosen.requiresPython());
    entry.targets.add(closure.target().toString());
    entry.requires.addAll(chosen.requires());
    entry.buildRequires.addAll(chosen.buildRequires());
    entry.files.add(Objects.requireNonNull(files.get(chosen.file())));
  }

  private LockedPackage locked(Key key, Entry entry) {
    List<LockedFile> wheels =
        entry.files.stream()
            .filter(file -> file.name() instanceof WheelFilename)
            .sorted(Comparator.comparing(file -> file.name().text()))
            .toList();
    Optional<LockedFile> sdist =
        entry.files.stream().filter(file -> !(file.name() instanceof WheelFilename)).findFirst();
    return new LockedPackage(
        key.project(),
        key.version(),
        key.role(),
        solved.index(key.project()),
        requiresPython(entry),
        List.copyOf(entry.targets),
        sorted(entry.requires),
        sorted(entry.buildRequires),
        wheels,
        sdist);
  }

  /**
   * What all files of a version say. Where they differ, the lock says nothing: installers refuse
   * the whole lock on a Python that it does not admit, and each target's file was chosen for it.
   */
  private static SpecifierSet requiresPython(Entry entry) {
    return entry.requiresPython.size() == 1
        ? entry.requiresPython.iterator().next()
        : SpecifierSet.ANY;
  }

  private static List<Requirement> sorted(Set<Requirement> requirements) {
    return requirements.stream().sorted(Comparator.comparing(Requirement::toString)).toList();
  }
}
