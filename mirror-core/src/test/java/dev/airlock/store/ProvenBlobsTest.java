package dev.airlock.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.digest.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvenBlobsTest {
  private static final byte[] BYTES = "some bytes".getBytes(StandardCharsets.UTF_8);
  private static final byte[] OTHERS = "same size!".getBytes(StandardCharsets.UTF_8);

  @TempDir Path directory;

  private final ProvenBlobs proven = new ProvenBlobs();
  private Store store;

  @BeforeEach
  void open() throws IOException {
    store = Store.openOrCreate(directory.resolve("store"));
    store.blobs().put(BYTES);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private Blob blob() throws IOException {
    return store.blobs().find(Sha256.of(BYTES)).orElseThrow();
  }

  private Path file() {
    String hex = Sha256.of(BYTES).hex();
    return store.root().resolve("blobs/sha256").resolve(hex.substring(0, 2)).resolve(hex);
  }

  /** By more than the times of any file system differ by. */
  private void changeLater() throws IOException {
    FileTime before = Files.getLastModifiedTime(file());
    Files.write(file(), OTHERS);
    Files.setLastModifiedTime(file(), FileTime.from(before.toInstant().plusSeconds(5)));
  }

  @Test
  void believesNothingThatWasNotHashed() throws IOException {
    assertThat(proven.isSound(blob())).isFalse();
    assertThat(proven.isDamaged(blob())).isFalse();
  }

  @Test
  void believesABlobWhileItsFileStaysTheSame() throws IOException {
    assertThat(proven.prove(blob())).isTrue();
    assertThat(proven.isSound(blob())).isTrue();

    changeLater();

    assertThat(proven.isSound(blob())).isFalse();
    assertThat(proven.prove(blob())).isFalse();
    assertThat(proven.isDamaged(blob())).isTrue();
  }

  @Test
  void takesABlobThatTheDiskCannotReadForUnsound() throws IOException {
    Files.delete(file());
    Files.createDirectory(file());

    assertThat(proven.prove(blob())).isFalse();

    store.blobs().put(BYTES);

    assertThat(proven.prove(blob())).isTrue();
  }

  @Test
  void believesABlobThatWasMended() throws IOException {
    changeLater();
    assertThat(proven.prove(blob())).isFalse();

    store.blobs().put(BYTES);

    assertThat(proven.isDamaged(blob())).isFalse();
    assertThat(proven.prove(blob())).isTrue();
  }
}
