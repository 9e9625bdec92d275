package dev.airlock.program;

import java.nio.file.Path;
import java.util.Map;

/** Where the user's home directory is. */
public final class HomeFolder {
  private HomeFolder() {}

  /**
   * The directory that {@code HOME} names, as pip and uv have it, else the one that the system has
   * for the user.
   *
   * @param environment the environment variables
   */
  public static Path of(Map<String, String> environment) {
    String named = environment.getOrDefault("HOME", "");
    return Path.of(named.isBlank() ? System.getProperty("user.home", "") : named);
  }
}
