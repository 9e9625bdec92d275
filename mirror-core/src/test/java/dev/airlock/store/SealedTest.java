package dev.airlock.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.files.DurableFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealedTest {
  private static final ObjectNode DOCUMENT =
      JsonNodeFactory.instance.objectNode().put("name", "Grüße").put("size", 3);

  @Test
  void givesBackWhatWasSealed() throws IOException {
    byte[] bytes = Sealed.seal(DOCUMENT.deepCopy());

    assertThat(Sealed.open(bytes)).isEqualTo(DOCUMENT);
    assertThat(new String(bytes, UTF_8)).matches("(?s)\\{\"seal\":\"[0-9a-f]{64}\",\"name\".*}\n");
  }

  @Test
  void sealsWhatWasOpenedToTheSameBytes() throws IOException {
    byte[] bytes = Sealed.seal(DOCUMENT.deepCopy());

    assertThat(Sealed.seal(Sealed.open(bytes))).isEqualTo(bytes);
    assertThat(Sealed.seal((ObjectNode) new ObjectMapper().readTree(bytes))).isEqualTo(bytes);
  }

  @Test
  void sealsAnEmptyObject() throws IOException {
    byte[] bytes = Sealed.seal(JsonNodeFactory.instance.objectNode());

    assertThat(new String(bytes, UTF_8)).endsWith("\"}\n");
    assertThat(Sealed.open(bytes)).isEmpty();
  }

  @Test
  void noticesEveryBitThatChanges() throws IOException {
    byte[] bytes = Sealed.seal(DOCUMENT.deepCopy());

    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] changed = bytes.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> Sealed.open(changed))
          .as("bit %s", bit)
          .isInstanceOf(DamagedDocumentException.class);
    }
  }

  @Test
  void noticesEveryTruncation() throws IOException {
    byte[] bytes = Sealed.seal(DOCUMENT.deepCopy());

    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> Sealed.open(cut))
          .as("%s bytes", length)
          .isInstanceOf(DamagedDocumentException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "\n", "\0", "{}"})
  void noticesWhatIsAppended(String more) throws IOException {
    byte[] bytes = Sealed.seal(DOCUMENT.deepCopy());
    byte[] longer = Arrays.copyOf(bytes, bytes.length + more.length());
    System.arraycopy(more.getBytes(UTF_8), 0, longer, bytes.length, more.length());

    assertThatThrownBy(() -> Sealed.open(longer)).isInstanceOf(DamagedDocumentException.class);
  }

  @Test
  void readsADocumentThatIsReplacedAllTheTime(@TempDir Path directory) throws Exception {
    Path document = directory.resolve("document.json");
    byte[] bytes = Sealed.seal(DOCUMENT.deepCopy());
    DurableFiles.writeSoon(document, bytes);
    var isRead = new AtomicBoolean();

    try (var threads = Executors.newSingleThreadExecutor()) {
      Future<?> replacing =
          threads.submit(() -> {
            do {
              DurableFiles.writeSoon(document, bytes);
            } while (!isRead.get());
            return null;
          });
      try {
        for (int reading = 0; reading < 500; reading++) {
          assertThat(Sealed.bytes(document)).isEqualTo(bytes);
        }
      } finally {
        isRead.set(true);
      }
      replacing.get();
    }
  }

  @Test
  void saysThatADocumentIsNotThere(@TempDir Path directory) {
    assertThatThrownBy(() -> Sealed.bytes(directory.resolve("absent.json")))
        .isInstanceOf(NoSuchFileException.class);
  }
}
