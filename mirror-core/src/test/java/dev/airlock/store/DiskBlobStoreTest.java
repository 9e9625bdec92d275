package dev.airlock.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.airlock.digest.Sha256;
import dev.airlock.files.NoSpaceException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiskBlobStoreTest extends BlobStoreContract {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init")
  private Store store;

  @BeforeEach
  void open() throws IOException {
    store = Store.openOrCreate(directory.resolve("store"));
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  @Override
  BlobStore store() {
    return store.blobs();
  }

  @Override
  void reopen() throws IOException {
    store.close();
    open();
  }

  @Test
  void keepsBlobsWhereTheFormatSaysAndAsFiles() throws IOException {
    Blob blob = store().put(WHEEL);

    assertThat(store.root().resolve("blobs/sha256"))
        .isDirectoryRecursivelyContaining("glob:**/" + DIGEST);
    assertThat(store.root().resolve("blobs/sha256/" + DIGEST.hex().substring(0, 2) + "/" + DIGEST))
        .hasBinaryContent(WHEEL);
    try (SeekableByteChannel channel = blob.open()) {
      assertThat(channel).isInstanceOf(FileChannel.class);
    }
  }

  @Test
  void leavesNoTemporaryFilesBehind() throws IOException {
    try (Draft first = store().draft(NAME);
        Draft second = store().draft(NAME)) {
      first.validator(Optional.of("\"etag\""));
      write(first, WHEEL);
      second.validator(Optional.of("\"etag\""));
      write(second, WHEEL);
      first.commit(Expectation.of(DIGEST, WHEEL.length));
    }
    assertThat(files())
        .containsExactlyInAnyOrder(
            "airlock-store.copy.json",
            "airlock-store.json",
            "boot.json",
            "partial/locks",
            "blobs/sha256/" + DIGEST.hex().substring(0, 2) + "/" + DIGEST);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(store.root())) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> store.root().relativize(file).toString().replace(File.separatorChar, '/'))
          .toList();
    }
  }

  @Test
  void goesOnWithADraftThatAKilledProcessLeft() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Killed.class.getName(),
                store.root().toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isEqualTo(Killed.CODE);

    try (Draft draft = store().draft(NAME)) {
      assertThat(draft.length()).isEqualTo(7);
      assertThat(draft.validator()).contains("\"etag-1\"");
      draft.write(WHEEL, 7, WHEEL.length - 7);
      assertThat(bytes(draft.commit(Expectation.of(DIGEST, WHEEL.length)))).isEqualTo(WHEEL);
    }
  }

  /** A process that dies in the middle of a download. */
  static final class Killed {
    static final int CODE = 137;

    private Killed() {}

    public static void main(String[] arguments) throws IOException {
      Store store = Store.openOrCreate(Path.of(arguments[0]));
      Draft draft = store.blobs().draft(NAME);
      draft.validator(Optional.of("\"etag-1\""));
      draft.write(WHEEL, 0, 7);
      Runtime.getRuntime().halt(CODE);
    }
  }

  @Test
  @SuppressWarnings("resource") // abandoned, as by a thread that died
  void servesADraftOfItsOwnWhileAnAbandonedOneIsLocked() throws IOException {
    Draft abandoned = store().draft(NAME);
    abandoned.write(WHEEL, 0, 7);

    try (Draft draft = store().draft(NAME)) {
      assertThat(draft.length()).isZero();
      write(draft, WHEEL);
      assertThat(draft.commit(Expectation.of(DIGEST, WHEEL.length)).digest()).isEqualTo(DIGEST);
    }
    reopen();
    try (Draft draft = store().draft(NAME)) {
      assertThat(draft.length()).isEqualTo(7);
    }
    abandoned.close();
  }

  @Test
  void waitsUntilNobodyElseWritesADraft() throws Exception {
    assertThat(waits(LONG)).as("nobody writes it").isFalse();
    try (Store other = Store.open(store.root());
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Draft draft = other.blobs().draft(NAME);
      draft.write(OTHER, 0, 7);
      var begun = new CountDownLatch(1);
      Future<Boolean> waited =
          threads.submit(() -> store().awaitWriter(NAME, LONG, begun::countDown));
      assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(waited).isNotDone();
      draft.close();
      assertThat(waited.get(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void waitsForNobodyWhoWritesNothing() throws IOException {
    try (Store other = Store.open(store.root());
        Draft draft = other.blobs().draft(NAME)) {
      draft.write(OTHER, 0, 7);
      assertThat(waits(Duration.ZERO)).isFalse();
    }
  }

  private boolean waits(Duration patience) throws IOException {
    return store().awaitWriter(NAME, patience, () -> {});
  }

  @Test
  void goesOnWithoutADigestWhereANoteProvesTheBytes() throws IOException {
    try (Draft draft = noted(9 << 20)) {
      assertThat(draft.length()).isEqualTo(9 << 20);
    }
    reopen();
    assertThat(store().begun(NAME))
        .isEqualTo(new BlobStore.Begun(9 << 20, 9 << 20, Optional.of("\"v1\"")));
    try (Draft draft = store().draft(NAME)) {
      draft.keepNotes();
      assertThat(draft.length()).isEqualTo(9 << 20);
      assertThat(draft.validator()).contains("\"v1\"");
      write(draft, WHEEL);
      byte[] whole = Arrays.copyOf(new byte[9 << 20], (9 << 20) + WHEEL.length);
      System.arraycopy(WHEEL, 0, whole, 9 << 20, WHEEL.length);
      assertThat(draft.commit(Expectation.NOTHING).digest()).isEqualTo(Sha256.of(whole));
    }
    assertThat(store.root().resolve("partial")).isDirectoryNotContaining("glob:**.part*");
  }

  @Test
  void cutsOffWhatAKilledProcessWroteAfterItsLastNote() throws IOException {
    noted(9 << 20).close();
    Files.write(part(), WHEEL, StandardOpenOption.APPEND);
    reopen();
    assertThat(store().begun(NAME).noted()).isEqualTo(9 << 20);
    try (Draft draft = store().draft(NAME)) {
      draft.keepNotes();
      assertThat(draft.length()).isEqualTo(9 << 20);
    }
    assertThat(part()).hasSize(9 << 20);
  }

  @Test
  void notesHowFarItIsWhileItIsWritten() throws IOException {
    try (Draft draft = noted(17 << 20)) {
      assertThat(draft.length()).isEqualTo(17 << 20);
      assertThat(store().begun(NAME).noted()).as("as a kill would leave it").isEqualTo(16 << 20);
    }
  }

  @Test
  void beginsAfreshWhereTheDiskDidNotKeepWhatANoteTells() throws IOException {
    noted(9 << 20).close();
    try (FileChannel file = FileChannel.open(part(), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(WHEEL), 1 << 20);
    }
    reopen();
    try (Draft draft = store().draft(NAME)) {
      draft.keepNotes();
      assertThat(draft.length()).isZero();
      assertThat(draft.validator()).isEmpty();
    }
    noted(9 << 20).close();
    try (FileChannel file = FileChannel.open(part(), StandardOpenOption.WRITE)) {
      file.truncate(8 << 20);
    }
    assertThat(store().begun(NAME).noted()).isZero();
    try (Draft draft = store().draft(NAME)) {
      draft.keepNotes();
      assertThat(draft.length()).isZero();
    }
  }

  @Test
  void beginsAfreshWithoutADigestWhereNothingIsNoted() throws IOException {
    try (Draft draft = store().draft(NAME)) {
      draft.keepNotes();
      write(draft, WHEEL);
    }
    assertThat(store().begun(NAME)).isEqualTo(new BlobStore.Begun(20, 0, Optional.empty()));
    try (Draft draft = store().draft(NAME)) {
      draft.keepNotes();
      assertThat(draft.length()).isZero();
    }
  }

  @Test
  void believesNoNoteOfBytesThatAreGone() throws IOException {
    noted(9 << 20).close();
    Files.delete(part());
    try (Draft draft = store().draft(NAME)) {
      draft.write(OTHER, 0, 7);
    }
    assertThat(store().begun(NAME)).isEqualTo(new BlobStore.Begun(7, 0, Optional.empty()));
  }

  /** A draft without a digest, with so many zeros. */
  private Draft noted(int length) throws IOException {
    Draft draft = store().draft(NAME);
    draft.keepNotes();
    draft.validator(Optional.of("\"v1\""));
    byte[] zeros = new byte[1 << 20];
    while (draft.length() < length) {
      write(draft, zeros);
    }
    return draft;
  }

  private Path part() {
    return store.root().resolve("partial").resolve(NAME.hex() + ".part");
  }

  @Test
  void putsBytesAsideThatAreNotWhatTheyShouldBe() throws IOException {
    try (Draft draft = store().draft(NAME)) {
      write(draft, OTHER);
      assertThatThrownBy(() -> draft.commit(Expectation.of(DIGEST, WHEEL.length)))
          .isInstanceOf(CorruptContentException.class);
    }

    Path aside = store.root().resolve("quarantine").resolve(NAME.hex());
    assertThat(aside).hasBinaryContent(OTHER);
    assertThat(aside.resolveSibling(NAME.hex() + ".txt"))
        .content()
        .contains("expected sha256=" + DIGEST.hex());
  }

  @Test
  void passesOverStrangeFilesAmongItsBlobs() throws IOException {
    store().put(WHEEL);
    Path folder = store.root().resolve("blobs/sha256/" + DIGEST.hex().substring(0, 2));
    Files.writeString(folder.resolve(".tmp-1-2"), "half");
    Files.writeString(folder.resolve("README"), "no blob");

    assertThat(store().list()).containsExactly(DIGEST);
  }

  @Test
  void opensWhatItMade() throws IOException {
    store().put(WHEEL);
    try (Store again = Store.open(store.root())) {
      assertThat(again.blobs().list()).containsExactly(DIGEST);
      assertThat(again.freeBytes()).isPositive();
    }
    assertThat(Sealed.open(Files.readAllBytes(store.root().resolve("airlock-store.json"))))
        .hasToString("{\"format\":3}");
  }

  @Test
  void writesNothingToAStoreThatIsReadOnly() throws IOException {
    store().put(WHEEL);
    store.close();
    List<String> before = files();
    setWritable(false);
    try {
      try (Store readOnly = Store.open(store.root())) {
        assertThat(bytes(readOnly.blobs().find(DIGEST).orElseThrow())).isEqualTo(WHEEL);
        assertThat(readOnly.blobs().list()).containsExactly(DIGEST);
      }
      assertThat(files()).isEqualTo(before);
    } finally {
      setWritable(true);
    }
  }

  private void setWritable(boolean writable) throws IOException {
    try (Stream<Path> paths = Files.walk(store.root())) {
      paths.forEach(path -> assertThat(path.toFile().setWritable(writable)).isTrue());
    }
  }

  @Test
  void refusesToOpenWhereThereIsNoStore() {
    assertThatThrownBy(() -> Store.open(directory.resolve("nowhere")))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "there is no store in '"
                + directory.resolve("nowhere")
                + "': run `airlock sync PRESET` to make one, or name another with --store");
    assertThat(directory.resolve("nowhere")).doesNotExist();
  }

  @Test
  void refusesADirectoryThatHoldsSomethingElse() throws IOException {
    Path home = Files.createDirectory(directory.resolve("home"));
    Files.writeString(home.resolve("thesis.tex"), "\\section{One}");

    assertThatThrownBy(() -> Store.openOrCreate(home))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "'"
                + home
                + "' is no store and not empty: name an empty or absent directory with"
                + " --store");
    assertThat(home).isDirectoryNotContaining("glob:**airlock-store.json");
  }

  @Test
  void takesALinkThatLeadsToItselfForNoBlob() throws IOException {
    Path file = blobFile(store().put(WHEEL));
    Files.delete(file);
    assumeThatCode(() -> Files.createSymbolicLink(file, file.getFileName()))
        .as("a file system with links")
        .doesNotThrowAnyException();

    assertThat(store().find(DIGEST)).isEmpty();
    assertThat(store().newestFirst()).isEmpty();
    store.eachBlob((digest, _, _) -> fail("met " + digest));

    Blob blob = store().put(WHEEL);
    assertThat(bytes(blob)).isEqualTo(WHEEL);
    assertThat(file).isRegularFile();
  }

  private Path blobFile(Blob blob) {
    String hex = blob.digest().hex();
    return store.root().resolve("blobs/sha256").resolve(hex.substring(0, 2)).resolve(hex);
  }

  @Test
  void writesABlobWhosePartCannotBeOpenedAndGivesUpItsLock() throws IOException {
    Path part = store.root().resolve("partial").resolve(NAME.hex() + ".part");
    Files.createDirectories(part);

    try (Draft draft = store().draft(NAME)) {
      write(draft, WHEEL);
      assertThat(waits(LONG)).isFalse();
      draft.commit(Expectation.of(DIGEST, WHEEL.length));
    }
    assertThat(bytes(store().find(DIGEST).orElseThrow())).isEqualTo(WHEEL);
    assertThat(part).isDirectory();
  }

  @Test
  void letsTwoMakeTheSameStoreAtOnce() throws Exception {
    try (var threads = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < 100; round++) {
        Path root = Files.createDirectory(directory.resolve("both-" + round));
        Callable<Integer> making =
            () -> {
              try (Store made = Store.openOrCreate(root)) {
                return made.blobs().list().size();
              }
            };
        for (Future<Integer> made : threads.invokeAll(List.of(making, making))) {
          assertThat(made.get()).isZero();
        }
      }
    }
  }

  @Test
  void makesAStoreThatAnotherHasBegunToMake() throws IOException {
    Path root = Files.createDirectory(directory.resolve("begun"));
    String copy = "airlock-store.copy.json";
    Files.copy(store.root().resolve(copy), root.resolve(copy));

    Store.openOrCreate(root).close();

    assertThat(root.resolve("airlock-store.json")).exists();
  }

  @Test
  void refusesAFile() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "text");

    assertThatThrownBy(() -> Store.openOrCreate(file))
        .isInstanceOf(StoreException.class)
        .hasMessage("'" + file + "' is a file: name a directory for the store");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"format":1}   | has the older format 1: run `airlock migrate --store
          {"format":2}   | is damaged: it names no format. Run `airlock repair`
          {"format":4}   | has the format 4; this version of airlock reads format 3 only
          {"format":"1"} | is damaged: it names no format
          {}             | is damaged: it names no format
          {"format":     | is damaged: it is no JSON
          not json       | is damaged: it is no JSON
          ``             | is damaged: it names no format
          []             | is damaged: it names no format
          """)
  void refusesAnotherFormat(String marker, String message) throws IOException {
    Files.writeString(store.root().resolve("airlock-store.json"), marker);

    assertThatThrownBy(() -> Store.open(store.root()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(message);
    assertThatThrownBy(() -> Store.openOrCreate(store.root())).isInstanceOf(StoreException.class);
  }

  @Test
  void refusesANewerFormat() throws IOException {
    Files.write(
        store.root().resolve("airlock-store.json"),
        Sealed.seal(JsonNodeFactory.instance.objectNode().put("format", 4)));

    assertThatThrownBy(() -> Store.open(store.root()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("has the format 4")
        .hasMessageContaining("use the version that wrote it");
  }

  @Test
  void leavesTheReserveFree() throws IOException {
    long all = Files.getFileStore(directory).getTotalSpace();
    try (Store full = Store.openOrCreate(store.root(), Reserve.of(all))) {
      assertThat(full.freeBytes()).isZero();
      assertThatThrownBy(full::requireRoom)
          .isInstanceOf(NoSpaceException.class)
          .hasMessageContaining("are kept in reserve")
          .hasMessageContaining("airlock gc");
    }
    try (Store open = Store.openOrCreate(store.root(), Reserve.NONE)) {
      open.requireRoom();
      assertThat(open.freeBytes()).isPositive();
    }
  }

  @Test
  void putsADamagedBlobAsideWithTheReason() throws IOException {
    Blob blob = store().put(WHEEL);
    Path file = store.root().resolve("blobs/sha256/" + DIGEST.hex().substring(0, 2) + "/" + DIGEST);
    Files.write(file, OTHER);
    Blob damaged = store().find(DIGEST).orElseThrow();
    damaged.identity();

    store().quarantine(damaged, "its bytes are others");

    assertThat(store().find(DIGEST)).isEmpty();
    assertThat(store.root().resolve("quarantine/" + DIGEST)).hasBinaryContent(OTHER);
    assertThat(store.root().resolve("quarantine/" + DIGEST + ".txt"))
        .hasContent("its bytes are others");
    assertThat(blob.size()).isEqualTo(WHEEL.length);
  }

  @Test
  void putsAsideWhatCannotBeRead() throws IOException {
    store().put(WHEEL);
    Path file = store.root().resolve("blobs/sha256/" + DIGEST.hex().substring(0, 2) + "/" + DIGEST);
    Files.delete(file);
    Files.createDirectory(file);

    store().quarantine(store().find(DIGEST).orElseThrow(), "it is a directory");

    assertThat(store().find(DIGEST)).isEmpty();
    assertThat(store.root().resolve("quarantine/" + DIGEST)).isDirectory();
  }

  @Test
  void leavesABlobThatCameInThePlaceOfADamagedOne() throws IOException {
    Blob judged = store().put(WHEEL);
    judged.identity();
    Path file = store.root().resolve("blobs/sha256/" + DIGEST.hex().substring(0, 2) + "/" + DIGEST);
    Path other = Files.write(directory.resolve("other"), WHEEL);
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);

    store().quarantine(judged, "its bytes were others");

    assertThat(bytes(store().find(DIGEST).orElseThrow())).isEqualTo(WHEEL);
    store().quarantine(judged, "said again");
    assertThat(store().find(DIGEST)).isPresent();
  }
}
