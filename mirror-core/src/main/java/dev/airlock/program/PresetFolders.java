package dev.airlock.program;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
    String launcher = environment.getOrDefault("AIRLOCK_HOME", "");
    if (!launcher.isBlank()) {
      folders.add(Path.of(launcher).resolve(FOLDER));
    }
    return folders;
  }
}
