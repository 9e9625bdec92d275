package dev.airlock.tool.command;

import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.GroupName;
import dev.airlock.packaging.target.Target;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.PresetSource;
import dev.airlock.readyset.PresetText;
import dev.airlock.readyset.ReadySet;
import dev.airlock.readyset.ReadySetReader;
import dev.airlock.readyset.Wanted;
import dev.airlock.sync.PresetBundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of commands that take a ready set instead of a preset. */
final class FromOptions {
  @Option(
      names = "--from",
      paramLabel = "FILE",
      description =
          "Instead of a preset, what FILE asks for: a requirements file, pylock.toml, uv.lock,"
              + " poetry.lock or pyproject.toml. It becomes a preset that only the store has.")
  private @Nullable Path file;

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      description =
          "With --from: what it is for, a CPython and a platform, as in"
              + " cp310-manylinux_2_35_x86_64, or with the patch release in"
              + " cp310.12-manylinux_2_35_x86_64. May be given several times.")
  private List<String> targets = new ArrayList<>();

  @Option(
      names = "--extra",
      paramLabel = "EXTRA",
      description = "With --from: an extra of the project too. May be given several times.")
  private List<String> extras = new ArrayList<>();

  @Option(
      names = "--group",
      paramLabel = "GROUP",
      description = "With --from: a dependency group too. May be given several times.")
  private List<String> groups = new ArrayList<>();

  @Option(
      names = "--no-default-groups",
      description = "With --from: no groups but those that --group names.")
  private boolean noDefaultGroups;

  /** Whether a file is given. */
  boolean isGiven() {
    return file != null;
  }

  private boolean isAnythingElseGiven() {
    return noDefaultGroups || !(targets.isEmpty() && extras.isEmpty() && groups.isEmpty());
  }

  /** Refuses these options beside another one. */
  void refuse(String other) throws CommandException {
    if (isGiven() || isAnythingElseGiven()) {
      throw new CommandException(
          ExitCode.USAGE, other + " goes with presets, not with --from and its options");
    }
  }

  /** Refuses what does not go together. */
  void check(String preset) throws CommandException {
    if (isGiven() == !preset.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE, "name either a PRESET, or with --from a FILE of another tool");
    }
    if (!isGiven() && isAnythingElseGiven()) {
      throw new CommandException(
          ExitCode.USAGE,
          "--target, --extra, --group and --no-default-groups go with --from; a preset has its own"
              + " targets");
    }
  }

  /**
   * A preset made from a file.
   *
   * @param bundle the preset
   * @param set what the file said
   */
  record Made(PresetBundle bundle, ReadySet set) {}

  /**
   * Makes the preset.
   *
   * @param store the store, which may know indexes that a lock names by a mirror
   * @param name what to call it; empty: after the file or its folder
   */
  Made make(Surroundings surroundings, Path store, Optional<String> name)
      throws IOException, CommandException {
    Path path = surroundings.directory().resolve(String.valueOf(file));
    if (!Files.isRegularFile(path)) {
      throw new CommandException(ExitCode.USAGE, "--from: there is no file '" + path + "'");
    }
    var wanted =
        new Wanted(
            targets(),
            names("--extra", extras, ExtraName::new),
            names("--group", groups, GroupName::new),
            !noDefaultGroups,
            surroundings.environment(),
            new KnownAddresses(surroundings, store));
    String called = name.orElseGet(() -> PresetText.usualName(path));
    if (!PresetText.isName(called)) {
      throw new CommandException(
          ExitCode.USAGE,
          "no name for the preset can be made from '" + path + "': give one with --name");
    }
    try {
      ReadySet set = ReadySetReader.read(path, wanted);
      PresetSource source =
          PresetText.of(set, called, PresetText.madeFrom(path), wanted.targets())
              .from(Optional.of(PresetSource.place(path)));
      return new Made(PresetBundle.read(source), set);
    } catch (InvalidPresetException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()));
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private List<Target> targets() throws CommandException {
    if (targets.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE,
          "--from "
              + file
              + ": the file does not say what it is to be installed on. Say it with --target, a"
              + " CPython and the newest platform tag that it supports, as in --target"
              + " cp310-manylinux_2_35_x86_64 (Ubuntu 22.04), once for each");
    }
    return List.copyOf(names("--target", targets, Target::parse));
  }

  private static <T> Set<T> names(String option, List<String> texts, Function<String, T> reader)
      throws CommandException {
    try {
      return texts.stream().map(reader).collect(Collectors.toCollection(LinkedHashSet::new));
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, option + ": " + e.getMessage());
    }
  }
}
