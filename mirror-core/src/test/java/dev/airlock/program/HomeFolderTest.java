package dev.airlock.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HomeFolderTest {
  @Test
  void isWhatHomeNames() {
    assertThat(HomeFolder.of(Map.of("HOME", "/tmp/x"))).isEqualTo(Path.of("/tmp/x"));
  }

  @Test
  void isThatOfTheSystemWhereHomeNamesNone() {
    Path ofSystem = Path.of(System.getProperty("user.home"));
    assertThat(HomeFolder.of(Map.of())).isEqualTo(ofSystem);
    assertThat(HomeFolder.of(Map.of("HOME", " "))).isEqualTo(ofSystem);
  }
}
