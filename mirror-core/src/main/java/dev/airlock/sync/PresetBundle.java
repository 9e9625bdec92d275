package dev.airlock.sync;

import dev.airlock.catalog.HeldPreset;
import dev.airlock.digest.Sha256;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.Preset;
import dev.airlock.preset.PresetReader;
import dev.airlock.preset.PresetSource;
import dev.airlock.preset.RequirementLine;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A preset with the texts it was read from.
 *
 * @param preset the preset
 * @param source its texts
 */
public record PresetBundle(Preset preset, PresetSource source) {
  private static final Pattern MADE_FROM =
      Pattern.compile("\"made_from\"\\s*:\\s*\"(?:[^\"\\\\]|\\\\.)*\"\\s*,?");

  private static final Set<String> ARGUMENTS =
      Set.of(
          "NUMPY_VERSION",
          "SCIPY_VERSION",
          "TORCH_VERSION",
          "TORCHVISION_VERSION",
          "TORCHAUDIO_VERSION",
          "TENSORRT_VERSION");

  /** Reads a preset. */
  public static PresetBundle read(PresetSource source) throws InvalidPresetException {
    return new PresetBundle(PresetReader.read(source), source);
  }

  /**
   * Reads a preset that a store holds.
   *
   * @param label what to call it in messages
   */
  public static PresetBundle of(HeldPreset held, String label) throws InvalidPresetException {
    return read(source(held, label));
  }

  /** The texts of a preset that a store holds. */
  public static PresetSource source(HeldPreset held, String label) {
    return new PresetSource(
            label, held.name(), held.preset(), Optional.of(held.requirements()), Optional.empty())
        .from(held.origin());
  }

  /**
   * The bundle with another time after which uploads are passed over. The texts, and so the inputs,
   * stay the same: the lock records the time beside them.
   */
  public PresetBundle excludingNewer(Instant time) {
    return new PresetBundle(preset.excludingNewer(Optional.of(time)), source);
  }

  /**
   * The bundle with more requirements behind those of its requirements file, as if they stood
   * there: a lock of it has other inputs.
   *
   * @param place where they come from, for messages
   * @throws InvalidPresetException when the preset cannot have one of them
   */
  public PresetBundle requiring(List<Requirement> more, String place)
      throws InvalidPresetException {
    PresetBundle wider = read(source.requiring(more.stream().map(Requirement::toString).toList()));
    List<Preset.Root> all = wider.preset().roots();
    int own = all.size() - more.size();
    List<Preset.Root> roots =
        IntStream.range(0, all.size())
            .mapToObj(i -> i < own ? all.get(i) : all.get(i).at(place))
            .toList();
    return new PresetBundle(
        wider.preset().installing(roots).excludingNewer(preset.excludeNewer()), wider.source());
  }

  /**
   * The requirements with which this preset was synced besides its own, by {@link #requiring}, one
   * a line; empty when it was another preset, or just this one.
   */
  public Optional<String> besides(HeldPreset held) {
    String own = requirements();
    boolean isWider =
        held.requirements().length() > own.length()
            && held.requirements().startsWith(own)
            && held.preset().equals(source.requiring(List.of()).json());
    return isWider ? Optional.of(held.requirements().substring(own.length())) : Optional.empty();
  }

  /**
   * Whether a preset that a store has by this name is this one, be it in an earlier form: it came
   * from the same place, or it has the same content, as a folder has that was moved or copied. Of
   * one that an older version published, only the file that it was made from is known.
   */
  public boolean isSameAs(HeldPreset held) {
    boolean sameContent =
        withoutOrigin(held.preset()).equals(withoutOrigin(source.json()))
            && held.requirements().equals(requirements());
    if (sameContent || source.origin().isEmpty()) {
      return true;
    }
    return held.origin().isPresent()
        ? held.origin().equals(source.origin())
        : madeFrom(held).equals(preset.madeFrom());
  }

  /** The text of a preset but for the file that it was made from, which may have been moved. */
  private static String withoutOrigin(String json) {
    return MADE_FROM.matcher(json).replaceFirst("");
  }

  private static Optional<String> madeFrom(HeldPreset held) {
    try {
      return of(held, held.name()).preset().madeFrom();
    } catch (InvalidPresetException unreadable) {
      return Optional.empty();
    }
  }

  /** Where a preset of a store came from, for people. */
  public static String place(HeldPreset held) {
    return held.origin()
        .map(origin -> "'" + origin + "'")
        .orElseGet(() ->
            madeFrom(held)
                .map(file -> "a file '" + file + "'")
                .orElse("a folder that an older version did not record"));
  }

  /** The digest of all that the solution depends on: a lock of other inputs is out of date. */
  public Sha256 inputs() {
    return Sha256.of((source.json() + "\0" + requirements()).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The versions that {@code docker/Dockerfile} takes as build arguments, each in a step of its
   * own.
   */
  public Map<String, String> buildArguments() {
    Map<String, String> arguments = new LinkedHashMap<>(preset.buildArguments());
    arguments.keySet().retainAll(ARGUMENTS);
    return arguments;
  }

  /** The requirements of the requirements file, one a line with its hashes, without comments. */
  public String requirements() {
    return preset.roots().stream()
        .filter(root -> root.step() == Preset.Step.REQUIREMENTS)
        .map(root -> new RequirementLine(root.requirement(), root.hashes()) + "\n")
        .collect(Collectors.joining());
  }

  /**
   * What an install of the whole preset asks for, one requirement a line: all but the bootstrap.
   */
  public String installed() {
    return preset.roots().stream()
        .filter(root -> root.step() != Preset.Step.BOOTSTRAP)
        .map(root -> root.requirement() + "\n")
        .collect(Collectors.joining());
  }
}
