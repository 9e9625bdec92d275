package dev.airlock.program;

import java.nio.file.Path;
import java.util.Map;

/** Where the store is when no option names it. */
public final class StorePlace {
  private StorePlace() {}

  /**
   * The directory that {@code AIRLOCK_STORE} names, else {@code airlock} below {@code
   * XDG_DATA_HOME} or {@code ~/.local/share}.
   *
   * @param environment the environment variables
   * @param home the user's home directory
   * @param directory what a relative path is relative to
   */
  public static Path usual(Map<String, String> environment, Path home, Path directory) {
    String named = environment.getOrDefault("AIRLOCK_STORE", "");
    if (!named.isBlank()) {
      return directory.resolve(named);
    }
    String data = environment.getOrDefault("XDG_DATA_HOME", "");
    return (data.isBlank() ? home.resolve(".local").resolve("share") : directory.resolve(data))
        .resolve("airlock");
  }
}
