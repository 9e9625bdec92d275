package dev.airlock.tool.command;

import dev.airlock.program.PresetFolders;
import dev.airlock.program.StorePlace;
import dev.airlock.tool.terminal.Terminal;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * What a command finds around it, given from outside so that tests can give something else.
 *
 * @param terminal where it speaks
 * @param in what is piped into it
 * @param environment the environment variables
 * @param home the user's home directory
 * @param directory the working directory
 * @param clock the time
 * @param version the program's version, with its commit
 */
public record Surroundings(
    Terminal terminal,
    InputStream in,
    Map<String, String> environment,
    Path home,
    Path directory,
    InstantSource clock,
    String version) {
  /** Copies the environment. */
  public Surroundings {
    environment = Map.copyOf(environment);
  }

  /** An environment variable, empty where it is not set. */
  String variable(String name) {
    return environment.getOrDefault(name, "");
  }

  /** The store's directory, where no option names it. */
  Path defaultStore() {
    return StorePlace.usual(environment, home, directory);
  }

  /** Whether a folder of presets is the one that comes with the program. */
  boolean isDemo(Path folder) {
    return PresetFolders.demos(environment)
        .filter(demos -> PresetFolders.isSame(demos, folder))
        .isPresent();
  }

  /** The folders in which presets are looked for by name. */
  List<Path> presetFolders() {
    return PresetFolders.usual(environment, directory);
  }
}
