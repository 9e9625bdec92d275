package dev.airlock.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PresetFoldersTest {
  @Test
  void looksInTheWorkingDirectoryAndThenBesideTheLauncher() {
    Path here = Path.of("/srv/site");
    assertThat(PresetFolders.usual(Map.of(), here)).containsExactly(here.resolve("presets"));
    assertThat(PresetFolders.usual(Map.of("AIRLOCK_HOME", "/srv/airlock"), here))
        .containsExactly(here.resolve("presets"), Path.of("/srv/airlock/presets"));
  }
}
