package dev.airlock.readyset;

import dev.airlock.digest.Digest;
import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.GroupName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.Version;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.Problems;
import dev.airlock.readyset.ReadySet.NamedIndex;
import dev.airlock.readyset.ReadySet.Rules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads a {@code poetry.lock}: what {@code poetry install} would install of it, the project itself
 * left out. A lock of Poetry 2 says for each package in which groups and under which markers it is
 * wanted. One of Poetry 1 does not; the {@code pyproject.toml} beside it tells what is wanted
 * first, and what that requires follows.
 */
final class PoetryLock {
  private static final GroupName MAIN = new GroupName("main");

  private final Path folder;
  private final Table document;
  private final Optional<Table> project;
  private final Wanted wanted;
  private final Problems problems;
  private final List<Table> packages;
  private final Map<ProjectName, List<Candidate>> byName = new HashMap<>();
  private final List<String> notes = new ArrayList<>();
  private final MirrorAddresses mirrors;

  /** A package, and its version where it has one. */
  private record Candidate(Table locked, Optional<Version> version) {}

  private PoetryLock(Path folder, Table document, Optional<Table> project, Wanted wanted) {
    this.folder = folder;
    this.document = document;
    this.project = project.map(file -> file.table("tool").table("poetry"));
    this.wanted = wanted;
    this.problems = document.problems();
    this.mirrors = new MirrorAddresses(folder, wanted.indexes(), notes);
    this.packages = document.tables("package");
  }

  static ReadySet read(Path file, Wanted wanted) throws IOException, InvalidPresetException {
    Table document = Table.read(file);
    Path folder = file.toAbsolutePath().resolveSibling(".").normalize();
    Path beside = folder.resolve("pyproject.toml");
    Optional<Table> project =
        Files.isRegularFile(beside) ? Optional.of(Table.read(beside)) : Optional.empty();
    ReadySet set = new PoetryLock(folder, document, project, wanted).set();
    if (project.isPresent()) {
      project.get().problems().throwIfAny();
    }
    return set;
  }

  private ReadySet set() throws InvalidPresetException {
    Table metadata = document.table("metadata");
    metadata
        .required("lock-version")
        .filter(version -> !version.matches("[12]\\.\\d+"))
        .ifPresent(
            _ -> metadata.refuse("lock-version", "accepted are 1.x and 2.x, of Poetry 1 and 2"));
    problems.throwIfAny();
    boolean saysWhere = packages.stream().anyMatch(locked -> locked.has("groups"));
    refuseUnknownExtras();
    Set<GroupName> groups = groups(saysWhere);
    var sets = new TargetSets(wanted.targets(), problems);
    for (Target target : wanted.targets()) {
      checkTarget(metadata, target);
      if (saysWhere) {
        packages.stream()
            .filter(locked -> isWanted(locked, target, groups))
            .forEach(locked -> add(locked, target, sets));
      } else if (project.isPresent()) {
        if (byName.isEmpty()) {
          namePackages();
        }
        new Walk(target, groups, sets).run(project.get());
      } else {
        packages.stream()
            .filter(locked -> !locked.flag("optional"))
            .filter(locked -> locked.text("category").orElse("main").equals("main"))
            .forEach(locked -> add(locked, target, sets));
      }
    }
    if (!saysWhere && project.isEmpty()) {
      notes.add(
          "a lock of Poetry 1 does not say what is wanted where, and there is no pyproject.toml"
              + " beside it: every package that is not optional is taken, whatever the target");
    }
    var set =
        new ReadySet(sets.lines(), List.of(), sets.places(mirrors.asked()), Rules.COMPLETE, notes);
    problems.throwIfAny();
    return set;
  }

  private void namePackages() {
    for (Table locked : packages) {
      locked
          .parsed("name", ProjectName::new)
          .ifPresent(name ->
              byName
                  .computeIfAbsent(name, _ -> new ArrayList<>())
                  .add(new Candidate(locked, locked.parsed("version", Version::parse))));
    }
  }

  private static void checkTarget(Table metadata, Target target) {
    metadata.requirePython(
        "python-versions", text -> PoetryConstraint.parse(text)::contains, target);
  }

  private void refuseUnknownExtras() {
    Set<ExtraName> known = new TreeSet<>(document.table("extras").names(ExtraName::new).keySet());
    wanted.extras().stream()
        .filter(extra -> !known.contains(extra))
        .forEach(extra ->
            problems.add("", "--extra " + extra, "the lock has no such extra; it has " + known));
  }

  /** The groups that are wanted: all that are not optional, and those asked for. */
  private Set<GroupName> groups(boolean saysWhere) {
    Set<GroupName> known = new TreeSet<>();
    packages.forEach(locked -> known.addAll(locked.names("groups", GroupName::new)));
    Set<GroupName> optional = new TreeSet<>();
    project.ifPresent(poetry -> {
      Table byName = poetry.table("group");
      byName
          .names(GroupName::new)
          .forEach((group, name) -> {
            known.add(group);
            if (byName.table(name).flag("optional")) {
              optional.add(group);
            }
          });
      if (poetry.has("dev-dependencies")) {
        known.add(new GroupName("dev"));
      }
    });
    known.add(MAIN);
    wanted.groups().stream()
        .filter(group -> !known.contains(group))
        .forEach(group ->
            problems.add("", "--group " + group, "there is no such group; there are " + known));
    Set<GroupName> groups = new TreeSet<>(wanted.groups());
    groups.add(MAIN);
    if (wanted.defaultGroups()) {
      known.stream().filter(group -> !optional.contains(group)).forEach(groups::add);
      if (saysWhere && project.isEmpty() && known.size() > 1) {
        notes.add(
            "there is no pyproject.toml beside it to say which groups are optional: all are taken, "
                + known);
      }
    }
    return groups;
  }

  private boolean isWanted(Table locked, Target target, Set<GroupName> groups) {
    var conditions =
        new Conditions(
            target.environment(),
            wanted.extras().stream().map(ExtraName::value).collect(Collectors.toSet()),
            Set.of());
    for (String name : locked.texts("groups")) {
      if (locked
          .parsed(locked.placeOf("groups"), name, GroupName::new)
          .filter(groups::contains)
          .isPresent()) {
        Optional<Marker> marker =
            locked.node().path("markers").isObject()
                ? locked.table("markers").parsed(name, Marker::parse)
                : locked.parsed("markers", Marker::parse);
        if (marker.isEmpty() || conditions.hold(marker.get())) {
          return true;
        }
      }
    }
    return false;
  }

  private void add(Table locked, Target target, TargetSets sets) {
    Optional<ProjectName> name =
        locked.required("name").flatMap(_ -> locked.parsed("name", ProjectName::new));
    Optional<Version> version =
        locked.required("version").flatMap(_ -> locked.parsed("version", Version::parse));
    Optional<NamedIndex> index = index(locked);
    if (name.isPresent() && version.isPresent() && index.isPresent()) {
      sets.add(target, locked, name.get(), version.get(), hashes(locked), index.get());
    }
  }

  private Optional<NamedIndex> index(Table locked) {
    if (!locked.has("source")) {
      return Optional.of(NamedIndex.PYPI);
    }
    Table source = locked.table("source");
    if (!source.text("type").orElse("").equals("legacy")) {
      locked.refuse(
          "source",
          source.node()
              + ": it comes from no index, and cannot be mirrored: build a wheel of it, put that on"
              + " an index, and lock anew");
      return Optional.empty();
    }
    return source
        .parsed("url", text -> IndexAddresses.read(text, folder, notes))
        .map(url ->
            mirrors
                .behind(url)
                .orElseGet(() -> new NamedIndex(source.text("reference").orElse(""), url)));
  }

  /** The digests, which stand with the package or, in old locks, at the end. */
  private List<Digest> hashes(Table locked) {
    var hashes = new LockedHashes();
    List<Table> files =
        locked.has("files")
            ? locked.tables("files")
            : document.table("metadata").table("files").tables(locked.text("name").orElse(""));
    files.forEach(hashes::add);
    return hashes.digests();
  }

  /** What one target reaches from the project. */
  private final class Walk {
    private final Target target;
    private final Set<GroupName> groups;
    private final TargetSets sets;
    private final Deque<Visit> pending = new ArrayDeque<>();
    private final Set<Visit> seen = new HashSet<>();

    /** A package, by itself or for one of its extras. */
    private record Visit(Table locked, Optional<ExtraName> extra) {}

    Walk(Target target, Set<GroupName> groups, TargetSets sets) {
      this.target = target;
      this.groups = groups;
      this.sets = sets;
    }

    void run(Table poetry) {
      Set<ProjectName> ofExtras = new TreeSet<>();
      Table extras = poetry.table("extras");
      extras
          .names(ExtraName::new)
          .forEach((extra, name) -> {
            if (wanted.extras().contains(extra)) {
              ofExtras.addAll(extras.names(name, ProjectName::new));
            }
          });
      requireAll(poetry.table("dependencies"), Optional.empty(), ofExtras);
      Table ofGroups = poetry.table("group");
      ofGroups
          .names(GroupName::new)
          .forEach((group, name) -> {
            if (groups.contains(group)) {
              requireAll(ofGroups.table(name).table("dependencies"), Optional.empty(), ofExtras);
            }
          });
      if (groups.contains(new GroupName("dev"))) {
        requireAll(poetry.table("dev-dependencies"), Optional.empty(), ofExtras);
      }
      while (!pending.isEmpty()) {
        Visit next = pending.remove();
        requireAll(next.locked().table("dependencies"), next.extra(), Set.of());
      }
    }

    /**
     * Follows a table of dependencies.
     *
     * @param extra the extra for which they are looked at
     * @param ofExtras optional dependencies that are wanted all the same
     */
    private void requireAll(
        Table dependencies, Optional<ExtraName> extra, Set<ProjectName> ofExtras) {
      for (String name : dependencies.keys()) {
        if (name.equalsIgnoreCase("python")) {
          continue;
        }
        Optional<ProjectName> required =
            dependencies.parsed(dependencies.placeOf(name), name, ProjectName::new);
        if (required.isEmpty()) {
          continue;
        }
        if (dependencies.node().path(name).isTextual()) {
          dependencies
              .parsed(name, PoetryConstraint::parse)
              .filter(_ -> extra.isEmpty())
              .ifPresent(versions -> require(dependencies, required.get(), versions, List.of()));
        } else if (dependencies.node().path(name).isArray()) {
          dependencies
              .tables(name)
              .forEach(each -> requireOne(each, required.get(), extra, ofExtras));
        } else {
          requireOne(dependencies.table(name), required.get(), extra, ofExtras);
        }
      }
    }

    private void requireOne(
        Table dependency, ProjectName name, Optional<ExtraName> extra, Set<ProjectName> ofExtras) {
      Optional<Marker> marker = dependency.parsed("markers", Marker::parse);
      boolean ofThisExtra = marker.filter(Marker::mentionsExtra).isPresent();
      boolean optional = dependency.flag("optional") && !ofThisExtra;
      var conditions =
          new Conditions(
              target.environment(),
              extra.map(name1 -> Set.of(name1.value())).orElse(Set.of()),
              Set.of());
      boolean applies =
          (marker.isEmpty() || conditions.hold(marker.get()))
              && (!optional || ofExtras.contains(name))
              && (extra.isEmpty() || ofThisExtra)
              && dependency
                  .parsed("python", PoetryConstraint::parse)
                  .map(python -> python.contains(target.fullVersion()))
                  .orElse(true)
              && dependency
                  .text("platform")
                  .map(target.platform().family().sysPlatform()::equals)
                  .orElse(true);
      if (applies) {
        PoetryConstraint versions =
            dependency
                .parsed("version", PoetryConstraint::parse)
                .orElseGet(() -> PoetryConstraint.parse("*"));
        require(dependency, name, versions, dependency.names("extras", ExtraName::new));
      }
    }

    private void require(
        Table where, ProjectName name, PoetryConstraint versions, List<ExtraName> extras) {
      List<Candidate> named = byName.getOrDefault(name, List.of());
      List<Table> found =
          named.stream()
              .filter(candidate ->
                  named.size() == 1 || candidate.version().filter(versions::contains).isPresent())
              .map(Candidate::locked)
              .toList();
      if (found.size() != 1) {
        problems.add(
            where.place(),
            name.value(),
            found.isEmpty()
                ? "the lock has no such package: run `poetry lock`"
                : "the lock has several such packages, and Poetry 1 does not say which is for "
                    + target
                    + ": lock anew with Poetry 2");
        return;
      }
      if (seen.add(new Visit(found.getFirst(), Optional.empty()))) {
        add(found.getFirst(), target, sets);
        pending.add(new Visit(found.getFirst(), Optional.empty()));
      }
      for (ExtraName extra : extras) {
        var visit = new Visit(found.getFirst(), Optional.of(extra));
        if (seen.add(visit)) {
          pending.add(visit);
        }
      }
    }
  }
}
