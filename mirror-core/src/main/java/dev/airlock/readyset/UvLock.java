package dev.airlock.readyset;

import static java.util.stream.Collectors.groupingBy;

import dev.airlock.digest.Digest;
import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.GroupName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Reads a {@code uv.lock}: what {@code uv sync} would install of it. That is what the project at
 * the root requires, or all projects of a workspace that has none there, with the default groups
 * ({@code dev}, or {@code tool.uv.default-groups}), for each target by the markers of the
 * dependencies. The projects of the workspace themselves are left out.
 */
final class UvLock {
  private static final Set<String> OF_THE_WORKSPACE = Set.of("virtual", "editable");

  private final Path folder;
  private final Table document;
  private final Wanted wanted;
  private final Problems problems;
  private final List<Table> packages;
  private final Map<String, List<Table>> byName;
  private final List<String> notes = new ArrayList<>();
  private final MirrorAddresses mirrors;

  private UvLock(Path folder, Table document, Wanted wanted) {
    this.folder = folder;
    this.document = document;
    this.wanted = wanted;
    this.problems = document.problems();
    this.packages = document.tables("package");
    this.mirrors = new MirrorAddresses(folder, wanted.indexes(), notes);
    this.byName = packages.stream().collect(groupingBy(UvLock::name));
  }

  static ReadySet read(Path file, Wanted wanted) throws IOException, InvalidPresetException {
    Table document = Table.read(file);
    Path folder = file.toAbsolutePath().resolveSibling(".").normalize();
    return new UvLock(folder, document, wanted).set();
  }

  private ReadySet set() throws IOException, InvalidPresetException {
    if (document.node().path("version").asInt() != 1) {
      problems.add(
          "version",
          document.node().path("version").toString(),
          "accepted is 1, which uv has written so far");
    }
    problems.throwIfAny();
    List<Table> roots = roots();
    Set<GroupName> groups = groups();
    refuseUnknown(roots);
    var sets = new TargetSets(wanted.targets(), problems);
    for (Target target : wanted.targets()) {
      checkTarget(target);
      new Walk(target, roots, groups, sets).run();
    }
    var set =
        new ReadySet(
            sets.lines(), List.of(), sets.places(mirrors.asked()), Rules.COMPLETE_BY_UV, notes);
    problems.throwIfAny();
    return set;
  }

  private List<Table> roots() {
    List<Table> members =
        packages.stream()
            .filter(locked -> source(locked).keys().stream().anyMatch(OF_THE_WORKSPACE::contains))
            .toList();
    List<Table> atTheRoot =
        members.stream()
            .filter(locked ->
                OF_THE_WORKSPACE.stream()
                    .anyMatch(kind -> source(locked).text(kind).filter("."::equals).isPresent()))
            .toList();
    List<String> names = document.table("manifest").texts("members");
    return atTheRoot.isEmpty() && !names.isEmpty()
        ? members.stream().filter(member -> names.contains(member.text("name").orElse(""))).toList()
        : atTheRoot.isEmpty() ? members : atTheRoot;
  }

  private static String name(Table locked) {
    return locked.node().path("name").asText();
  }

  private static Table source(Table locked) {
    return locked.table("source");
  }

  /** The groups asked for and, unless they are not wanted, the default ones. */
  private Set<GroupName> groups() throws IOException, InvalidPresetException {
    Set<GroupName> groups = new TreeSet<>(wanted.groups());
    if (!wanted.defaultGroups()) {
      return groups;
    }
    Path project = folder.resolve("pyproject.toml");
    Table tool =
        Files.isRegularFile(project)
            ? Table.read(project).table("tool").table("uv")
            : document.table("no-such-table");
    if (!tool.has("default-groups")) {
      groups.add(new GroupName("dev"));
    } else if (tool.node().path("default-groups").isTextual()) {
      packages.forEach(locked -> groups.addAll(groupsOf(locked)));
      groups.addAll(groupsOf(document.table("manifest"), "dependency-groups"));
    } else {
      tool.texts("default-groups").stream().map(GroupName::new).forEach(groups::add);
    }
    return groups;
  }

  private static List<GroupName> groupsOf(Table locked) {
    return groupsOf(locked, "dev-dependencies");
  }

  private static List<GroupName> groupsOf(Table table, String key) {
    return table.table(key).keys().stream().map(GroupName::new).toList();
  }

  private void refuseUnknown(List<Table> roots) {
    Set<ExtraName> extras = new TreeSet<>();
    Set<GroupName> groups =
        new TreeSet<>(groupsOf(document.table("manifest"), "dependency-groups"));
    for (Table root : roots) {
      root.table("optional-dependencies").keys().stream().map(ExtraName::new).forEach(extras::add);
      groups.addAll(groupsOf(root));
    }
    wanted.extras().stream()
        .filter(extra -> !extras.contains(extra))
        .forEach(extra ->
            problems.add("", "--extra " + extra, "the lock has no such extra; it has " + extras));
    wanted.groups().stream()
        .filter(group -> !groups.contains(group))
        .forEach(group ->
            problems.add("", "--group " + group, "the lock has no such group; it has " + groups));
  }

  private void checkTarget(Target target) {
    document.requirePython("requires-python", text -> SpecifierSet.parse(text)::contains, target);
    List<Marker> supported =
        document.texts("supported-markers").stream()
            .flatMap(text -> document.parsed("supported-markers", text, Marker::parse).stream())
            .toList();
    if (!supported.isEmpty() && supported.stream().noneMatch(target.environment()::satisfies)) {
      problems.add(
          "supported-markers",
          supported.toString(),
          "the lock was not made for the target " + target);
    }
  }

  /** What one target reaches from the roots. */
  private final class Walk {
    private final Target target;
    private final List<Table> roots;
    private final Set<GroupName> groups;
    private final TargetSets sets;
    private final Conditions conditions;
    private final Deque<Visit> pending = new ArrayDeque<>();
    private final Set<Visit> seen = new HashSet<>();
    private final Set<Table> taken = new HashSet<>();

    /** A package, by itself or for one of its extras. */
    private record Visit(Table locked, Optional<ExtraName> extra) {}

    Walk(Target target, List<Table> roots, Set<GroupName> groups, TargetSets sets) {
      this.target = target;
      this.roots = roots;
      this.groups = groups;
      this.sets = sets;
      this.conditions = new Conditions(target.environment(), encoded(), Set.of());
    }

    /**
     * The extras and groups wanted as uv writes them into the markers of locks with conflicts: the
     * kind, the length of the project's name, the name, and the extra or group.
     */
    private Set<String> encoded() {
      Set<String> encoded = new HashSet<>();
      for (Table root : roots) {
        String name = root.text("name").orElse("");
        String project = name.length() + "-" + name + "-";
        wanted.extras().forEach(extra -> encoded.add("extra-" + project + extra));
        groups.forEach(group -> encoded.add("group-" + project + group));
      }
      return encoded;
    }

    void run() {
      for (Table root : roots) {
        visit(new Visit(root, Optional.empty()));
        wanted.extras().forEach(extra -> visit(new Visit(root, Optional.of(extra))));
        ofGroups(root.table("dev-dependencies"));
      }
      ofGroups(document.table("manifest").table("dependency-groups"));
      while (!pending.isEmpty()) {
        follow(pending.remove());
      }
    }

    private void ofGroups(Table byName) {
      for (String name : byName.keys()) {
        if (groups.contains(new GroupName(name))) {
          byName.tables(name).forEach(this::require);
        }
      }
    }

    private void visit(Visit visit) {
      if (seen.add(visit)) {
        pending.add(visit);
      }
    }

    private void follow(Visit visit) {
      Table locked = visit.locked();
      if (visit.extra().isEmpty()) {
        take(locked);
        locked.tables("dependencies").forEach(this::require);
        return;
      }
      Table extras = locked.table("optional-dependencies");
      extras.keys().stream()
          .filter(name -> new ExtraName(name).equals(visit.extra().get()))
          .forEach(name -> extras.tables(name).forEach(this::require));
    }

    private void require(Table dependency) {
      Optional<Marker> marker = dependency.parsed("marker", Marker::parse);
      if (marker.isPresent() && !conditions.hold(marker.get())) {
        return;
      }
      Optional<Table> found = find(dependency);
      if (found.isEmpty()) {
        return;
      }
      visit(new Visit(found.get(), Optional.empty()));
      Stream.concat(dependency.texts("extra").stream(), dependency.texts("extras").stream())
          .forEach(extra -> visit(new Visit(found.get(), Optional.of(new ExtraName(extra)))));
    }

    /** The package that a dependency means: it says the version where there are several. */
    private Optional<Table> find(Table dependency) {
      List<Table> found =
          byName.getOrDefault(name(dependency), List.of()).stream()
              .filter(locked -> !dependency.has("version") || same(locked, dependency, "version"))
              .filter(locked -> !dependency.has("source") || same(locked, dependency, "source"))
              .toList();
      if (found.size() != 1) {
        problems.add(
            dependency.place(),
            "",
            found.isEmpty()
                ? "the lock has no such package: run `uv lock`"
                : "the lock has several such packages, and the dependency does not say which");
        return Optional.empty();
      }
      return Optional.of(found.getFirst());
    }

    private boolean same(Table locked, Table dependency, String key) {
      return locked.node().path(key).equals(dependency.node().path(key));
    }

    private void take(Table locked) {
      Table source = source(locked);
      if (source.keys().stream().anyMatch(OF_THE_WORKSPACE::contains) || !taken.add(locked)) {
        return;
      }
      if (!source.has("registry")) {
        locked.refuse(
            "source",
            source.node()
                + ": it comes from no index, and cannot be mirrored: build a wheel of it, put that"
                + " on an index or into a folder, and lock anew");
        return;
      }
      Optional<ProjectName> project =
          locked.required("name").flatMap(_ -> locked.parsed("name", ProjectName::new));
      Optional<Version> version =
          locked.required("version").flatMap(_ -> locked.parsed("version", Version::parse));
      Optional<NamedIndex> stated =
          source
              .parsed("registry", text -> IndexAddresses.read(text, folder, notes))
              .map(url -> mirrors.behind(url).orElseGet(() -> new NamedIndex("", url)));
      if (project.isPresent() && version.isPresent() && stated.isPresent()) {
        NamedIndex index = mirrors.behind(project.get(), files(locked)).orElseGet(stated::get);
        sets.add(target, locked, project.get(), version.get(), hashes(locked), index);
      }
    }

    private static List<Digest> hashes(Table locked) {
      var hashes = new LockedHashes();
      files(locked).forEach(hashes::add);
      return hashes.digests();
    }

    private static List<Table> files(Table locked) {
      List<Table> files = new ArrayList<>(locked.tables("wheels"));
      if (locked.has("sdist")) {
        files.add(locked.table("sdist"));
      }
      return files;
    }
  }
}
