package dev.airlock.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StorePlaceTest {
  private static final Path HOME = Path.of("/home/u");
  private static final Path HERE = Path.of("/here");

  @Test
  void isBelowTheDataDirectoryOfTheUser() {
    assertThat(StorePlace.usual(Map.of(), HOME, HERE))
        .isEqualTo(Path.of("/home/u/.local/share/airlock"));
    assertThat(StorePlace.usual(Map.of("XDG_DATA_HOME", "/data"), HOME, HERE))
        .isEqualTo(Path.of("/data/airlock"));
  }

  @Test
  void isWhatTheEnvironmentSays() {
    assertThat(StorePlace.usual(Map.of("XDG_DATA_HOME", "/d", "AIRLOCK_STORE", "/s"), HOME, HERE))
        .isEqualTo(Path.of("/s"));
    assertThat(StorePlace.usual(Map.of("AIRLOCK_STORE", "s"), HOME, HERE))
        .isEqualTo(Path.of("/here/s"));
  }
}
