package dev.airlock.readyset;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.target.Installer;
import dev.airlock.packaging.version.Specifier;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.LogicalLines;
import dev.airlock.preset.Problems;
import dev.airlock.preset.RequirementLine;
import dev.airlock.preset.Selection;
import dev.airlock.readyset.ReadySet.Line;
import dev.airlock.readyset.ReadySet.Location;
import dev.airlock.readyset.ReadySet.Places;
import dev.airlock.readyset.ReadySet.Rules;
import dev.airlock.readyset.RequirementOptions.Option;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@code requirements.txt} and the files it includes as pip does. Its dependencies are
 * followed, unless there is a hash in it: then everything has to be pinned and hashed.
 *
 * @see <a href="https://pip.pypa.io/en/stable/reference/requirements-file-format/">Requirements
 *     file format</a>
 */
final class RequirementsFile {
  private static final Pattern ADDRESS =
      Pattern.compile(
          "(?i)(\\.{0,2}[/\\\\]|~|\\w+(\\+\\w+)?:/|file:).*|.*\\.(whl|zip|tar\\.gz|tgz)");

  private final Wanted wanted;
  private final Path main;
  private final Problems problems;
  private final Set<Included> included = new HashSet<>();
  private final List<Read> requirements = new ArrayList<>();
  private final List<Requirement> constraints = new ArrayList<>();
  private final FormatControl formats = new FormatControl();
  private final List<URI> extra = new ArrayList<>();
  private final List<URI> findLinks = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private @Nullable URI index;
  private boolean noIndex;
  private boolean prereleases;
  private boolean hashed;
  private boolean hashedOnlyByLine;
  private Optional<Spot> preferBinary = Optional.empty();

  /** A place in one of the files. */
  private record Spot(Path file, int number) {}

  /** A file that was read, as what. */
  private record Included(Path file, boolean constraint) {}

  private record Read(Spot spot, RequirementLine content) {}

  private RequirementsFile(Path main, Wanted wanted) {
    this.main = main;
    this.wanted = wanted;
    this.problems = new Problems(main.toString());
  }

  static ReadySet read(Path file, Wanted wanted) throws IOException, InvalidPresetException {
    return new RequirementsFile(file.toAbsolutePath().normalize(), wanted).set();
  }

  private ReadySet set() throws IOException, InvalidPresetException {
    include(main, false, List.of());
    boolean anyHash = requirements.stream().anyMatch(each -> !each.content().hashes().isEmpty());
    boolean hashMode = hashed || (anyHash && !hashedOnlyByLine);
    if (hashMode) {
      requirements.forEach(this::requireHash);
    }
    preferBinary
        .filter(_ -> !hashMode)
        .ifPresent(spot ->
            refuse(
                spot,
                "--prefer-binary",
                "a preference for older wheels is not kept here: pin the versions, or use"
                    + " --only-binary"));
    if (noIndex && findLinks.isEmpty()) {
      problems.add("", "--no-index", "without --find-links there is nowhere to look");
    }
    problems.throwIfAny();
    boolean oneFile = requirements.stream().allMatch(each -> each.spot().file().equals(main));
    return new ReadySet(
        requirements.stream()
            .map(each -> new Line(oneFile ? each.spot().number() : 0, each.content()))
            .toList(),
        constraints,
        places(),
        new Rules(
            Installer.PIP,
            false,
            hashMode,
            new Selection(prereleases, Set.of()),
            formats.noBinary(),
            formats.noBuild()),
        notes);
  }

  /**
   * What pip would ask: the places of files, then the extra indexes, then the index, which is the
   * last one. Without any index the last place of files is that.
   */
  private Places places() {
    var searched = new ArrayList<Location>();
    findLinks.forEach(address -> searched.add(Location.flat(address)));
    if (noIndex) {
      return new Places(Optional.of(searched.removeLast()), Map.of(), searched);
    }
    extra.forEach(address -> searched.add(Location.simple(address)));
    return new Places(Optional.ofNullable(index).map(Location::simple), Map.of(), searched);
  }

  /** Takes a file with those it includes; each is read once, however often it is included. */
  private void include(Path file, boolean constraint, List<Path> within) throws IOException {
    if (!included.add(new Included(file, constraint))) {
      return;
    }
    String text;
    try {
      text = RequirementsText.read(file);
    } catch (IllegalArgumentException e) {
      problems.addIn(file.toString(), "", "", String.valueOf(e.getMessage()));
      return;
    }
    var stack = new ArrayList<>(within);
    stack.add(file);
    for (LogicalLines.Line line : LogicalLines.of(text)) {
      var spot = new Spot(file, line.number());
      try {
        take(
            RequirementOptions.parse(RequirementsText.expanded(line.text(), wanted.environment())),
            spot,
            constraint,
            stack);
      } catch (IllegalArgumentException e) {
        refuse(spot, line.text(), String.valueOf(e.getMessage()));
      }
    }
  }

  private void refuse(Spot spot, String found, String rule) {
    problems.addIn(
        spot.file().toString(),
        "line " + spot.number(),
        found.isEmpty() ? "" : "'" + found + "'",
        rule);
  }

  private void take(RequirementOptions line, Spot spot, boolean constraint, List<Path> stack)
      throws IOException {
    if (line.requirement().isEmpty()) {
      for (Option option : line.options()) {
        option(option, spot, stack);
      }
      return;
    }
    if (ADDRESS.matcher(line.requirement().replaceFirst("\\s.*", "")).matches()) {
      throw new IllegalArgumentException(
          "it is a path or an address: a mirror has projects of an index only. Give the project and"
              + " its version, and the index or folder that has it with --index-url or"
              + " --find-links");
    }
    RequirementLine parsed = RequirementLine.parse(line.requirement());
    var hashes = new ArrayList<>(parsed.hashes());
    line.options().stream()
        .filter(option -> option.name() == RequirementOptions.Name.HASH)
        .forEach(option -> hashes.add(RequirementLine.hash(option.value())));
    if (!constraint) {
      requirements.add(new Read(spot, new RequirementLine(parsed.requirement(), hashes)));
    } else if (!parsed.requirement().extras().isEmpty()) {
      throw new IllegalArgumentException("a constraint has no extras");
    } else if (!hashes.isEmpty()) {
      throw new IllegalArgumentException(
          "hashes of constraints are not read: include the file with -r, or put the hashes behind"
              + " the requirements");
    } else {
      constraints.add(parsed.requirement());
    }
  }

  private void option(Option option, Spot spot, List<Path> stack) throws IOException {
    switch (option.name()) {
      case INDEX_URL -> index = address(option, spot);
      case EXTRA_INDEX_URL -> extra.add(address(option, spot));
      case FIND_LINKS -> findLinks.add(address(option, spot));
      case NO_INDEX -> noIndex = true;
      case REQUIREMENT -> nested(option, spot, false, stack);
      case CONSTRAINT -> nested(option, spot, true, stack);
      case EDITABLE ->
          refuse(
              spot,
              option.spelling() + " " + option.value(),
              "a project in a folder is not mirrored: leave the line out, and name what that"
                  + " project requires");
      case NO_BINARY -> formats.noBinary(option.value());
      case ONLY_BINARY -> formats.onlyBinary(option.value());
      case PREFER_BINARY -> preferBinary = Optional.of(spot);
      case REQUIRE_HASHES -> hashed = true;
      case NO_REQUIRE_HASHES -> hashedOnlyByLine = true;
      case PRE -> prereleases = true;
      case TRUSTED_HOST ->
          notes.add(
              "--trusted-host "
                  + option.value()
                  + " is not followed: name the authority of its certificate in SSL_CERT_FILE");
      case HASH, OF_THE_INSTALL -> {}
    }
  }

  private URI address(Option option, Spot spot) {
    Path folder = spot.file().resolveSibling(".").normalize();
    return IndexAddresses.read(option.value(), folder, notes);
  }

  private void nested(Option option, Spot spot, boolean constraint, List<Path> stack)
      throws IOException {
    if (option.value().contains("://")) {
      throw new IllegalArgumentException(
          "a file elsewhere is not fetched: save it beside this one and name that");
    }
    Path file = spot.file().resolveSibling(option.value()).normalize();
    if (stack.contains(file)) {
      throw new IllegalArgumentException("the file includes itself");
    }
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "there is no file " + MalformedException.abridge(file.toString()));
    }
    include(file, constraint, stack);
  }

  /** In pip's hash-checking mode everything that is installed has one version and a hash. */
  private void requireHash(Read read) {
    Marker marker = read.content().requirement().marker();
    if (wanted.targets().stream().noneMatch(target -> target.environment().satisfies(marker))) {
      return;
    }
    String found = read.content().requirement().toString();
    List<Specifier> clauses = read.content().requirement().specifier().clauses();
    if (clauses.size() != 1 || !clauses.getFirst().isPin()) {
      refuse(read.spot(), found, "where one requirement has a hash, all have to be pinned with ==");
    } else if (read.content().hashes().isEmpty()) {
      refuse(
          read.spot(),
          found,
          "where one requirement has a hash, all have to have one, as in --hash=sha256:…");
    }
  }
}
