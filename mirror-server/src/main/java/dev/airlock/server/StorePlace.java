package dev.airlock.server;

import java.nio.file.Path;
import java.util.Map;

/** Where the store is when nobody says. */
final class StorePlace {
  private StorePlace() {}

  /** By the environment, else below the user's home; the tool looks in the same place. */
  static Path usual(Map<String, String> environment, String home) {
    String named = environment.getOrDefault("AIRLOCK_STORE", "");
    if (!named.isBlank()) {
      return Path.of(named);
    }
    String data = environment.getOrDefault("XDG_DATA_HOME", "");
    return (data.isBlank() ? Path.of(home, ".local", "share") : Path.of(data)).resolve("airlock");
  }
}
