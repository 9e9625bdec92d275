package dev.airlock.server;

import static dev.airlock.fixtures.WheelBuilder.wheel;
import static dev.airlock.server.Served.PYPI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.catalog.HeldFile;
import dev.airlock.digest.Sha256;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.ledger.Kind;
import dev.airlock.ledger.Ledger;
import dev.airlock.ledger.Note;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamageTest {
  private static final WheelBuilder FOO = wheel("foo", "1.0").requires("bar>=1");
  private static final String SMALL = "/files/pypi.org-simple/foo/" + FOO.filename();
  private static final String LARGE_NAME = "large-1.0-py3-none-any.whl";
  private static final String LARGE = "/files/pypi.org-simple/large/" + LARGE_NAME;
  private static final byte[] LARGE_BYTES = random(20 << 20);

  @TempDir Path directory;

  private Path root;
  private Served mirror;

  @BeforeEach
  void start() throws IOException {
    root = directory.resolve("store");
    mirror = new Served(root);
  }

  @AfterEach
  void stop() throws IOException {
    mirror.close();
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(5).nextBytes(bytes);
    return bytes;
  }

  private Path blob(Sha256 digest) {
    return root.resolve("blobs/sha256").resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
  }

  private void flipABit(Sha256 digest) throws IOException {
    byte[] bytes = Files.readAllBytes(blob(digest));
    bytes[bytes.length / 2] ^= 1;
    Files.write(blob(digest), bytes);
  }

  private void assertPutAside(Sha256 digest) throws IOException {
    assertThat(blob(digest)).doesNotExist();
    assertThat(root.resolve("quarantine").resolve(digest.hex())).exists();
    assertThat(root.resolve("quarantine").resolve(digest.hex() + ".txt"))
        .content()
        .contains("damaged");
  }

  @Test
  void cutsTheConnectionOnADamagedFileAndPutsItAside() throws Exception {
    HeldFile file = mirror.hold(PYPI, LARGE_NAME, LARGE_BYTES);
    flipABit(file.sha256());

    assertThatThrownBy(() -> mirror.bytes(LARGE)).isInstanceOf(IOException.class);

    assertPutAside(file.sha256());
    assertThat(mirror.get(LARGE).statusCode()).isEqualTo(404);
    assertThat(mirror.get("/simple/large/").body()).doesNotContain(LARGE_NAME);
  }

  @Test
  void sendsALargeFileWhileItIsVerified() throws Exception {
    mirror.hold(PYPI, LARGE_NAME, LARGE_BYTES);

    assertThat(mirror.bytes(LARGE).body()).isEqualTo(LARGE_BYTES);
    assertThat(mirror.bytes(LARGE).body()).isEqualTo(LARGE_BYTES);
  }

  @Test
  void sendsNoByteOfASmallFileThatIsDamagedAndNotesThatItIsWanted() throws Exception {
    HeldFile file = mirror.hold(PYPI, FOO);
    flipABit(file.sha256());

    assertThat(mirror.get(SMALL).statusCode()).isEqualTo(404);

    assertPutAside(file.sha256());
    mirror.close();
    try (var ledger = Ledger.in(root.resolve(Ledger.DIRECTORY), InstantSource.system())) {
      assertThat(ledger.notes())
          .filteredOn(note -> note.kind() == Kind.WANTED)
          .extracting(Note::filename)
          .contains(Optional.of(FOO.filename()));
    }
    mirror = new Served(root);
  }

  @Test
  void sendsNoRangeOfADamagedFile() throws Exception {
    HeldFile file = mirror.hold(PYPI, LARGE_NAME, LARGE_BYTES);
    flipABit(file.sha256());

    assertThat(mirror.get(LARGE, "Range", "bytes=0-99").statusCode()).isEqualTo(404);

    assertPutAside(file.sha256());
  }

  @Test
  void sendsNothingThatWasChangedAfterItWasVerified() throws Exception {
    HeldFile file = mirror.hold(PYPI, FOO);
    assertThat(mirror.get(SMALL).statusCode()).isEqualTo(200);
    flipABit(file.sha256());

    assertThat(mirror.get(SMALL).statusCode()).isEqualTo(404);
  }

  @Test
  void takesLostMetadataFromItsWheel() throws Exception {
    HeldFile file = mirror.hold(PYPI, FOO);
    Sha256 metadata = file.metadata().orElseThrow();
    flipABit(metadata);

    assertThat(mirror.bytes(SMALL + ".metadata").body()).isEqualTo(FOO.metadata());

    assertThat(Files.readAllBytes(blob(metadata))).isEqualTo(FOO.metadata());
  }

  @Test
  void fetchesADamagedFileAgainForTheSameRequest() throws Exception {
    try (FakeIndex upstream = FakeIndex.start()) {
      upstream.add(FOO);
      upstream.add("large", LARGE_NAME, LARGE_BYTES);
      try (Hybrid hybrid = Hybrid.in(directory.resolve("other")).pypi(upstream.simple()).start()) {
        hybrid.get("/simple/foo/");
        hybrid.get(SMALL);
        root = directory.resolve("other/store");
        flipABit(Sha256.of(FOO.build()));

        assertThat(hybrid.get(SMALL).body()).isEqualTo(FOO.build());

        assertThat(hybrid.quarantined()).hasSize(1);
        hybrid.assertSound();
      }
    }
  }

  @Test
  void fetchesADamagedLargeFileAgainForTheNextRequest() throws Exception {
    WheelBuilder wheel = wheel("huge", "1.0").file("huge/data.bin", LARGE_BYTES);
    String path = "/files/pypi.org-simple/huge/" + wheel.filename();
    try (FakeIndex upstream = FakeIndex.start()) {
      upstream.add(wheel);
      try (Hybrid hybrid = Hybrid.in(directory.resolve("other")).pypi(upstream.simple()).start()) {
        hybrid.get("/simple/huge/");
        hybrid.get(path);
        root = directory.resolve("other/store");
        flipABit(Sha256.of(wheel.build()));

        assertThat(hybrid.ask(path)).isEmpty();
        assertThat(hybrid.get(path).body()).isEqualTo(wheel.build());

        hybrid.assertSound();
      }
    }
  }

  @Test
  void looksAtWhatWasWrittenLastAfterTheSystemWasStartedAnew() throws Exception {
    HeldFile file = mirror.hold(PYPI, FOO);
    mirror.close();
    flipABit(file.sha256());
    byte[] recorded = Files.readAllBytes(root.resolve("boot.json"));
    Files.delete(root.resolve("boot.json"));

    mirror = new Served(root);

    Hybrid.await("the boot record", () -> Files.exists(root.resolve("boot.json")));
    assertPutAside(file.sha256());
    assertThat(Files.readAllBytes(root.resolve("boot.json"))).isEqualTo(recorded);
  }

  @Test
  void looksAtTheRestOfWhatWasWrittenLastThoughOneCannotBeRead() throws Exception {
    HeldFile unreadable = mirror.hold(PYPI, FOO);
    HeldFile flipped = mirror.hold(PYPI, LARGE_NAME, LARGE_BYTES);
    mirror.close();
    flipABit(flipped.sha256());
    Files.delete(blob(unreadable.sha256()));
    Files.createDirectory(blob(unreadable.sha256()));
    Files.delete(root.resolve("boot.json"));

    mirror = new Served(root);

    Hybrid.await("the boot record", () -> Files.exists(root.resolve("boot.json")));
    assertPutAside(unreadable.sha256());
    assertPutAside(flipped.sha256());
  }
}
