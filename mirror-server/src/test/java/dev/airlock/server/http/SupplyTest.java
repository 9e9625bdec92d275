package dev.airlock.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.store.Blob;
import dev.airlock.store.GrowingBytes.Outcome;
import dev.airlock.store.Growth;
import dev.airlock.store.MemoryBlob;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SupplyTest {
  private static final byte[] BYTES = "some bytes".getBytes(StandardCharsets.UTF_8);

  private final Blob blob = new MemoryBlob(BYTES);
  private final Growth growth = new Growth(OptionalLong.of(BYTES.length));

  @Test
  void opensTheBlobThatAnotherProcessHasJustMadeOfTheBytes() throws IOException {
    growth.begins(
        () -> {
          growth.advanced(BYTES.length);
          growth.ended(new Outcome.Whole(blob));
          throw new NoSuchFileException("renamed");
        },
        0,
        OptionalLong.empty());

    try (Supply supply = Supply.of(growth)) {
      assertThat(supply.readable()).isEqualTo(BYTES.length);
      assertThat(Channels.newInputStream(supply.channel()).readAllBytes()).isEqualTo(BYTES);
    }
  }

  @Test
  void opensTheBytesThatAnotherProcessHasJustBegunAfresh() throws IOException {
    growth.begins(
        () -> {
          growth.beginsAfresh();
          growth.begins(blob::open, BYTES.length, OptionalLong.empty());
          throw new NoSuchFileException("deleted");
        },
        3,
        OptionalLong.empty());

    try (Supply supply = Supply.of(growth)) {
      assertThat(Channels.newInputStream(supply.channel()).readAllBytes()).isEqualTo(BYTES);
    }
  }

  @Test
  void saysWhyNothingCanBeOpened() {
    growth.begins(
        () -> {
          growth.ended(new Outcome.Failed(new IOException("the disk is gone")));
          throw new NoSuchFileException("deleted");
        },
        0,
        OptionalLong.empty());

    assertThatThrownBy(() -> Supply.of(growth))
        .isInstanceOf(Supply.FailedException.class)
        .hasMessageContaining("the disk is gone");
  }
}
