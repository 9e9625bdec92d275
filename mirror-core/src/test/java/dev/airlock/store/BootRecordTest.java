package dev.airlock.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootRecordTest {
  @TempDir Path directory;

  private BootRecord startedAs(Store store, String boot) throws IOException {
    return new BootRecord(store, Files.writeString(directory.resolve("boot_id"), boot + "\n"));
  }

  private Path document() {
    return directory.resolve("store/boot.json");
  }

  private Store store() throws IOException {
    return Store.openOrCreate(directory.resolve("store"));
  }

  @Test
  void aNewStoreIsSound() throws IOException {
    try (Store store = store()) {
      assertThat(new BootRecord(store).wasSound()).isTrue();
    }
  }

  @Test
  void doubtsAfterAnotherStartOfTheSystem() throws IOException {
    try (Store store = store()) {
      startedAs(store, "one").confirm();
      assertThat(startedAs(store, "one").wasSound()).isTrue();

      assertThat(startedAs(store, "two").wasSound()).isFalse();

      startedAs(store, "two").confirm();
      assertThat(startedAs(store, "two").wasSound()).isTrue();
    }
  }

  @Test
  void doubtsWhereTheRecordIsMissingOrDamaged() throws IOException {
    try (Store store = store()) {
      BootRecord record = startedAs(store, "one");
      record.confirm();
      byte[] bytes = Files.readAllBytes(document());
      bytes[bytes.length - 4] ^= 1;
      Files.write(document(), bytes);
      assertThat(record.wasSound()).isFalse();

      Files.delete(document());
      assertThat(record.wasSound()).isFalse();
    }
  }

  @Test
  void cannotTellStartsApartWhereTheSystemNamesNone() throws IOException {
    try (Store store = store()) {
      var record = new BootRecord(store, directory.resolve("none"));
      Files.deleteIfExists(document());

      record.confirm();

      assertThat(record.wasSound()).isTrue();
      assertThat(document()).doesNotExist();
    }
  }
}
