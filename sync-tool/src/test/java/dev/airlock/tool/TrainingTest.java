package dev.airlock.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {
  @TempDir private Path directory;

  @Test
  void locksItsPresetsAndLeavesNothing() throws IOException {
    Training.below(directory);
    assertThat(directory).isEmptyDirectory();
  }
}
