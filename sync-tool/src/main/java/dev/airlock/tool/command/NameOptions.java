package dev.airlock.tool.command;

import dev.airlock.preset.InvalidPresetException;
import dev.airlock.readyset.PresetText;
import dev.airlock.sync.PresetBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which name a preset has in the store. */
final class NameOptions {
  private static final String WAYS_OUT =
      "pass --name NEW to give this one another name in the store, or --replace to put it in the"
          + " place of the other one";

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "What to call the preset in the store. Default: the name of its folder, or with --from"
              + " that of FILE or its folder. With another name, the lock is kept in the store"
              + " alone.")
  private @Nullable String name;

  @Option(
      names = "--replace",
      description = "Replace a preset that the store has by this name from another place.")
  private boolean replaces;

  /** The name that was given. */
  Optional<String> given() throws CommandException {
    if (name != null && !PresetText.isName(name)) {
      throw new CommandException(
          ExitCode.USAGE,
          "--name "
              + name
              + ": accepted are lower-case letters, digits, '.', '_' and '-', beginning with a"
              + " letter or digit");
    }
    return Optional.ofNullable(name);
  }

  /** The preset of a folder by the name that was given, or by its own. */
  PresetBundle named(PresetBundle bundle) throws CommandException {
    Optional<String> given = given().filter(other -> !other.equals(bundle.preset().name()));
    try {
      return given.isEmpty() ? bundle : PresetBundle.read(bundle.source().named(given.get()));
    } catch (InvalidPresetException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
  }

  /** Refuses a preset whose name is that of another one, unless it may be replaced. */
  void requireOwn(PresetBundle bundle, Path storeRoot) throws IOException, CommandException {
    if (!replaces) {
      NameOwner.require(bundle, storeRoot, WAYS_OUT);
    }
  }

  /** Refuses both options beside another one. */
  void refuse(String other) throws CommandException {
    if (name != null || replaces) {
      throw new CommandException(
          ExitCode.USAGE, "--name and --replace go with one preset, not with " + other);
    }
  }
}
