package dev.airlock.program;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where presets are looked for by name. */
public final class PresetFolders {
  private static final String FOLDER = "presets";

  private PresetFolders() {}

  /**
   * {@code presets} in the working directory, then {@code presets} beside the launcher, which names
   * its folder in {@code AIRLOCK_HOME}. They need not exist.
   *
   * @param environment the environment variables
   * @param directory the working directory
   */
  public static List<Path> usual(Map<String, String> environment, Path directory) {
    var folders = new ArrayList<Path>();
    folders.add(directory.resolve(FOLDER));
    demos(environment).ifPresent(folders::add);
    return folders;
  }

  /**
   * The folder of presets that comes with the program: {@code presets} beside the launcher. They
   * are there to be tried, so one that was never synced is nothing that a user misses.
   *
   * @param environment the environment variables
   */
  public static Optional<Path> demos(Map<String, String> environment) {
    String launcher = environment.getOrDefault("AIRLOCK_HOME", "");
    return launcher.isBlank() ? Optional.empty() : Optional.of(Path.of(launcher).resolve(FOLDER));
  }

  /** Whether two paths lead to one folder. */
  public static boolean isSame(Path one, Path other) {
    try {
      return one.toRealPath().equals(other.toRealPath());
    } catch (IOException gone) {
      return one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
    }
  }
}
