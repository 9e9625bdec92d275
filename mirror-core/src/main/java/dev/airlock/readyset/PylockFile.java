package dev.airlock.readyset;

import dev.airlock.digest.Digest;
import dev.airlock.packaging.filename.WheelFilename;
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
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads a {@code pylock.toml} of any tool, and selects from it by the rules of the standard for
 * installers.
 *
 * @see <a href="https://packaging.python.org/en/latest/specifications/pylock-toml/">pylock.toml
 *     (PEP 751)</a>
 */
final class PylockFile {
  private static final List<String> SOURCES = List.of("vcs", "directory", "archive");

  private final Path folder;
  private final Table document;
  private final Wanted wanted;
  private final Problems problems;
  private final List<String> notes = new ArrayList<>();
  private final MirrorAddresses mirrors;

  private PylockFile(Path folder, Table document, Wanted wanted) {
    this.folder = folder;
    this.document = document;
    this.wanted = wanted;
    this.problems = document.problems();
    this.mirrors = new MirrorAddresses(folder, wanted.indexes(), notes);
  }

  static ReadySet read(Path file, Wanted wanted) throws IOException, InvalidPresetException {
    Table document = Table.read(file);
    return new PylockFile(file.toAbsolutePath().resolveSibling("."), document, wanted).set();
  }

  private ReadySet set() throws InvalidPresetException {
    document
        .required("lock-version")
        .filter(version -> !version.matches("1(\\..*)?"))
        .ifPresent(_ -> document.refuse("lock-version", "accepted are 1.0 and its successors 1.x"));
    problems.throwIfAny();
    checkChoice();
    var sets = new TargetSets(wanted.targets(), problems);
    List<Table> packages = document.tables("packages");
    for (Target target : wanted.targets()) {
      checkTarget(target);
      var conditions = new Conditions(target.environment(), extras(), groups());
      packages.forEach(locked -> select(locked, target, conditions, sets));
    }
    var set =
        new ReadySet(sets.lines(), List.of(), sets.places(mirrors.asked()), Rules.COMPLETE, notes);
    problems.throwIfAny();
    return set;
  }

  private void checkChoice() {
    refuseUnknown("--extra", names(wanted.extras()), document.texts("extras"));
    refuseUnknown("--group", names(wanted.groups()), document.texts("dependency-groups"));
  }

  private void refuseUnknown(String option, Set<String> asked, List<String> known) {
    Set<String> normalized =
        known.stream().map(name -> new GroupName(name).value()).collect(Collectors.toSet());
    asked.stream()
        .filter(name -> !normalized.contains(name))
        .forEach(name ->
            problems.add("", option + " " + name, "the lock has no such one; it has " + known));
  }

  private static Set<String> names(Set<?> names) {
    return names.stream().map(Object::toString).collect(Collectors.toSet());
  }

  private Set<String> extras() {
    return wanted.extras().stream().map(ExtraName::value).collect(Collectors.toSet());
  }

  private Set<String> groups() {
    Set<String> groups = new HashSet<>(names(wanted.groups()));
    if (wanted.defaultGroups()) {
      groups.addAll(document.texts("default-groups"));
    }
    return groups;
  }

  private void checkTarget(Target target) {
    document.requirePython("requires-python", text -> SpecifierSet.parse(text)::contains, target);
    List<Marker> environments =
        document.texts("environments").stream()
            .flatMap(text -> document.parsed("environments", text, Marker::parse).stream())
            .toList();
    if (!environments.isEmpty()
        && environments.stream().noneMatch(target.environment()::satisfies)) {
      problems.add(
          "environments",
          environments.toString(),
          "the lock was not made for the target " + target + ": lock anew for it, or leave it out");
    }
  }

  private void select(Table locked, Target target, Conditions conditions, TargetSets sets) {
    Optional<Marker> marker = locked.parsed("marker", Marker::parse);
    if (marker.isPresent() && !conditions.hold(marker.get())) {
      return;
    }
    Optional<ProjectName> project =
        locked.required("name").flatMap(text -> locked.parsed("name", ProjectName::new));
    locked.requirePython("requires-python", text -> SpecifierSet.parse(text)::contains, target);
    for (String source : SOURCES) {
      if (locked.has(source)) {
        locked.refuse(
            source,
            "it comes from no index, and cannot be mirrored: build a wheel of it, put that on an"
                + " index or into a folder, and lock anew");
        return;
      }
    }
    Optional<Version> version = version(locked);
    if (project.isPresent() && version.isPresent()) {
      sets.add(
          target,
          locked,
          project.get(),
          version.get(),
          hashes(locked),
          index(locked, project.get()));
    }
  }

  private NamedIndex index(Table locked, ProjectName project) {
    List<Table> files = new ArrayList<>(locked.tables("wheels"));
    if (locked.has("sdist")) {
      files.add(locked.table("sdist"));
    }
    Optional<NamedIndex> stated =
        locked
            .parsed("index", text -> IndexAddresses.read(text, folder, notes))
            .map(url -> mirrors.behind(url).orElseGet(() -> new NamedIndex("", url)));
    return mirrors.behind(project, files).or(() -> stated).orElse(NamedIndex.PYPI);
  }

  /** The version stated, or else that of the wheels, for an entry need not state it. */
  private static Optional<Version> version(Table locked) {
    if (locked.has("version")) {
      return locked.parsed("version", Version::parse);
    }
    Optional<Version> ofWheel =
        locked.tables("wheels").stream()
            .flatMap(wheel -> filename(locked, wheel).stream())
            .map(WheelFilename::version)
            .findFirst();
    if (ofWheel.isEmpty()) {
      locked.refuse("version", "it is missing, and there is no wheel to read it from");
    }
    return ofWheel;
  }

  /** The name stated, or else the end of the path or of the address, which is percent-encoded. */
  private static Optional<WheelFilename> filename(Table locked, Table file) {
    Optional<String> plain = file.text("name").or(() -> file.text("path"));
    return plain.isPresent()
        ? locked.parsed(locked.placeOf("wheels"), lastPart(plain.get()), WheelFilename::parse)
        : file.text("url")
            .flatMap(url ->
                locked.parsed(
                    locked.placeOf("wheels"),
                    lastPart(url.replaceFirst("[?#].*", "")),
                    encoded -> WheelFilename.parse(decoded(encoded))));
  }

  private static String lastPart(String path) {
    return path.replaceFirst("(?s).*[/\\\\]", "");
  }

  /** Percent-decoded; a plus stays one. */
  static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "a '%' in an address has to stand before two hexadecimal digits", e);
    }
  }

  private static List<Digest> hashes(Table locked) {
    var hashes = new LockedHashes();
    locked.tables("wheels").forEach(hashes::addAll);
    if (locked.has("sdist")) {
      hashes.addAll(locked.table("sdist"));
    }
    return hashes.digests();
  }
}
