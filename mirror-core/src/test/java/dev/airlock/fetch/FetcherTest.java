package dev.airlock.fetch;

import static dev.airlock.fixtures.Answer.cutAfter;
import static dev.airlock.fixtures.Answer.endsAfter;
import static dev.airlock.fixtures.Answer.rangeOf;
import static dev.airlock.fixtures.Answer.status;
import static dev.airlock.fixtures.SdistBuilder.sdist;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import dev.airlock.archive.MalformedArchiveException;
import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.FileKey;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Sha256;
import dev.airlock.files.NoSpaceException;
import dev.airlock.fixtures.Answer;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.index.IndexFile;
import dev.airlock.packaging.metadata.CoreMetadata;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.progress.ProgressEvent;
import dev.airlock.store.CorruptContentException;
import dev.airlock.store.Draft;
import dev.airlock.store.Expectation;
import dev.airlock.store.GrowingBytes;
import dev.airlock.store.ProvenBlobs;
import dev.airlock.store.Store;
import dev.airlock.upstream.Egress;
import dev.airlock.upstream.FileAccess;
import dev.airlock.upstream.Http;
import dev.airlock.upstream.IndexSource;
import dev.airlock.upstream.Indexes;
import dev.airlock.upstream.PageAnswer;
import dev.airlock.upstream.Patience;
import dev.airlock.upstream.Retries;
import dev.airlock.upstream.UpstreamException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FetcherTest {
  private static final ProjectName BULKY = new ProjectName("bulky");
  private static final WheelBuilder WHEEL =
      wheel("bulky", "1.0").requires("tiny>=2").requiresPython(">=3.8").padding(300_000);
  private static final byte[] BYTES = WHEEL.build();
  private static final String NAME = WHEEL.filename();

  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path directory;

  private final List<ProgressEvent> events = new CopyOnWriteArrayList<>();
  private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
  private final Retries retries =
      new Retries(3, Duration.ofSeconds(1), Duration.ofSeconds(20), pauses::add);
  private FakeIndex upstream;
  private Http http;
  private Store store;
  private Catalog catalog;
  private Fetcher fetcher;
  private IndexKey key;
  private IndexSource index;

  @BeforeEach
  void open() throws IOException {
    upstream = FakeIndex.start();
    http =
        Http.of(
            new Http.Settings(
                "airlock/test",
                Map.of(),
                directory,
                retries,
                Patience.USUAL.silence(Duration.ofSeconds(2)),
                Egress.ANYWHERE,
                false));
    openStore();
    key = catalog.register(upstream.simple());
    index = new Indexes(http).at(upstream.simple());
  }

  /** As a new process would. */
  private void openStore() throws IOException {
    store = Store.openOrCreate(directory.resolve("store"));
    catalog = new Catalog(store);
    fetcher =
        new Fetcher(
            store,
            catalog,
            new FileAccess(http),
            retries,
            InstantSource.fixed(Instant.EPOCH),
            events::add);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
    http.close();
    upstream.close();
  }

  private IndexFile listed(ProjectName project) throws IOException {
    FetchedPage page = fetcher.page(key, index, project);
    assertThat(page).isInstanceOf(FetchedPage.Found.class);
    return ((FetchedPage.Found) page).page().page().files().getFirst();
  }

  private HeldFile fetched() throws IOException {
    return fetcher.file(key, listed(BULKY));
  }

  private byte[] held(Sha256 digest) throws IOException {
    try (SeekableByteChannel channel = store.blobs().find(digest).orElseThrow().open()) {
      return Channels.newInputStream(channel).readAllBytes();
    }
  }

  private List<String> ranges() {
    return upstream.requests(NAME).stream().map(request -> request.header("Range")).toList();
  }

  private void assertNothingIsHeld() throws IOException {
    assertThat(store.blobs().list()).isEmpty();
    assertThat(catalog.files(key, BULKY)).isEmpty();
  }

  // --- files

  @Test
  void keepsAWheelWithTheMetadataThatStandsInIt() throws IOException {
    upstream.add(WHEEL).uploaded("2024-01-02T03:04:05Z");
    HeldFile file = fetched();
    assertThat(file.sha256()).isEqualTo(Sha256.of(BYTES));
    assertThat(held(file.sha256())).isEqualTo(BYTES);
    assertThat(held(file.metadata().orElseThrow())).isEqualTo(WHEEL.metadata());
    assertThat(file.requiresPython()).hasToString(">=3.8");
    assertThat(file.uploadTime()).contains(Instant.parse("2024-01-02T03:04:05Z"));
    assertThat(catalog.file(FileKey.of(key, file))).contains(file);
  }

  @Test
  void asksForWhatIsHeldNoMore() throws IOException {
    upstream.add(WHEEL);
    HeldFile file = fetched();
    upstream.forget();
    assertThat(fetcher.file(key, listed(BULKY))).isEqualTo(file);
    assertThat(upstream.fileGets()).isZero();
  }

  @Test
  void goesOnWhereATransferBrokeOff() throws IOException {
    upstream.add(WHEEL);
    upstream.next(NAME, cutAfter(100_000));
    fetched();
    assertThat(ranges()).containsExactly("", "bytes=100000-");
    assertThat(upstream.requests(NAME).get(1).header("If-Range")).isEqualTo("\"v1\"");
    assertThat(upstream.fileBytes()).isEqualTo(BYTES.length - 100_000);
    assertThat(pauses).containsExactly(Duration.ofSeconds(1));
  }

  @Test
  void goesOnAfterAnotherProcessEnded() throws IOException {
    upstream.add(WHEEL);
    upstream.next(NAME, cutAfter(100_000), status(404));
    assertThatThrownBy(this::fetched).isInstanceOf(UpstreamException.class);
    assertNothingIsHeld();
    store.close();
    openStore();
    HeldFile file = fetched();
    assertThat(held(file.sha256())).isEqualTo(BYTES);
    assertThat(ranges().getLast()).isEqualTo("bytes=100000-");
    assertThat(events.get(events.size() - 1)).isInstanceOf(ProgressEvent.Finished.class);
    assertThat(events).contains(new ProgressEvent.Started(NAME, 100_000, -1));
  }

  @Test
  void goesOnWithWhatAKilledProcessLeftThatItWaitedFor() throws Exception {
    upstream.add(WHEEL);
    IndexFile file = listed(BULKY);
    try (Store other = Store.open(store.root());
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Draft killed = other.blobs().draft(Sha256.of(BYTES));
      killed.validator(Optional.of("\"v1\""));
      killed.write(BYTES, 0, 100_000);
      GrowingBytes bytes = fetcher.begin(key, file, threads).download().bytes();
      awaitWaiting();
      // What the end of its process does: the lock is given up, and the bytes stay.
      killed.close();

      assertThat(bytes.awaitEnd(LONG).outcome())
          .containsInstanceOf(GrowingBytes.Outcome.Whole.class);
    }
    assertThat(ranges()).containsExactly("bytes=100000-");
  }

  private void awaitWaiting() {
    long until = System.nanoTime() + LONG.toNanos();
    while (System.nanoTime() < until
        && List.copyOf(events).stream().noneMatch(ProgressEvent.Note.class::isInstance)) {
      Thread.onSpinWait();
    }
    assertThat(events)
        .contains(
            new ProgressEvent.Note(
                "waiting for " + NAME + ", which somebody else is fetching into the same store"));
  }

  @Test
  void goesOnWithoutADigestAfterAnotherProcessEnded() throws IOException {
    upstream.add(WHEEL).withoutDigest();
    upstream.next(NAME, cutAfter(100_000), status(404));
    assertThatThrownBy(this::fetched).isInstanceOf(UpstreamException.class);
    upstream.forget();
    store.close();
    openStore();

    assertThat(fetcher.begun(listed(BULKY))).isEqualTo(100_000);
    assertThat(held(fetched().sha256())).isEqualTo(BYTES);
    assertThat(ranges()).containsExactly("bytes=100000-");
    assertThat(upstream.requests(NAME).getFirst().header("If-Range")).isEqualTo("\"v1\"");
    assertThat(events).contains(new ProgressEvent.Started(NAME, 100_000, -1));
  }

  @Test
  void beginsAfreshWithoutADigestWhereTheDiskKeptOtherBytes() throws IOException {
    upstream.add(WHEEL).withoutDigest();
    upstream.next(NAME, cutAfter(100_000), status(404));
    assertThatThrownBy(this::fetched).isInstanceOf(UpstreamException.class);
    upstream.forget();
    Path part;
    try (var parts = Files.newDirectoryStream(store.root().resolve("partial"), "*.part")) {
      part = parts.iterator().next();
    }
    byte[] torn = Files.readAllBytes(part);
    torn[70_000] ^= 1;
    Files.write(part, torn);

    assertThat(held(fetched().sha256())).isEqualTo(BYTES);
    assertThat(ranges()).containsExactly("");
  }

  @Test
  void beginsAfreshWithoutDigestAndValidator() throws IOException {
    upstream.add(WHEEL).withoutDigest();
    upstream.next(NAME, cutAfter(100_000, "ETag", "W/\"weak\""), status(404));
    assertThatThrownBy(this::fetched).isInstanceOf(UpstreamException.class);
    upstream.forget();

    assertThat(fetcher.begun(listed(BULKY))).isZero();
    assertThat(held(fetched().sha256())).isEqualTo(BYTES);
    assertThat(ranges()).containsExactly("");
  }

  @Test
  void takesAnotherVersionWithoutADigestFromItsBeginning() throws IOException {
    upstream.add(WHEEL).withoutDigest();
    upstream.next(NAME, cutAfter(100_000, "ETag", "\"v0\""), status(404));
    assertThatThrownBy(this::fetched).isInstanceOf(UpstreamException.class);
    upstream.forget();

    assertThat(held(fetched().sha256())).isEqualTo(BYTES);
    assertThat(upstream.requests(NAME).getFirst().header("If-Range")).isEqualTo("\"v0\"");
    assertThat(upstream.fileBytes()).isEqualTo(BYTES.length);
  }

  @Test
  void saysOfAnInterruptedTransferHowMuchNeedNotBeFetchedAgain() throws IOException {
    upstream.add(WHEEL);
    IndexFile file = listed(BULKY);
    assertThat(fetcher.begun(file)).isZero();
    try (Draft draft = store.blobs().draft(Sha256.of(BYTES))) {
      draft.write(BYTES, 0, 1000);
    }
    assertThat(fetcher.begun(file)).as("without a validator").isZero();
    try (Draft draft = store.blobs().draft(Sha256.of(BYTES))) {
      draft.validator(Optional.of("\"v1\""));
    }
    assertThat(fetcher.begun(file)).isEqualTo(1000);
  }

  @Test
  void commitsWithoutARequestWhatWasWholeWhenTheProcessEnded() throws IOException {
    upstream.add(WHEEL).size(BYTES.length);
    try (Draft draft = store.blobs().draft(Sha256.of(BYTES))) {
      draft.write(BYTES, 0, BYTES.length);
    }
    fetched();
    assertThat(upstream.fileGets()).isZero();
  }

  @Test
  void beginsAfreshWhenThereIsNothingBehindWhatIsHeld() throws IOException {
    upstream.add(WHEEL);
    try (Draft draft = store.blobs().draft(Sha256.of(BYTES))) {
      draft.validator(Optional.of("\"v1\""));
      draft.write(BYTES, 0, BYTES.length);
      draft.write(BYTES, 0, 10);
    }
    assertThat(held(fetched().sha256())).isEqualTo(BYTES);
    assertThat(ranges()).containsExactly("bytes=" + (BYTES.length + 10) + "-", "");
  }

  @Test
  void beginsAfreshWhereTheValidatorCannotBeRead() throws IOException {
    upstream.add(WHEEL);
    try (Draft draft = store.blobs().draft(Sha256.of(BYTES))) {
      draft.validator(Optional.of("\"v1\""));
      draft.write(BYTES, 0, 1000);
    }
    Path validator =
        directory.resolve("store/partial").resolve(Sha256.of(BYTES).hex() + ".part.validator");
    assertThat(validator).exists();
    Files.write(validator, new byte[] {(byte) 0xff, (byte) 0xfe, 0, (byte) 0xc3});

    assertThat(held(fetched().sha256())).isEqualTo(BYTES);
    assertThat(ranges()).containsExactly("");
  }

  @Test
  void resumesByTheDateWhereTheUpstreamHasNoStrongValidator() throws IOException {
    upstream.add(WHEEL);
    String date = "Tue, 02 Jan 2024 03:04:05 GMT";
    upstream.next(NAME, cutAfter(1000, "Last-Modified", date));
    fetched();
    assertThat(upstream.requests(NAME).get(1).header("If-Range")).isEqualTo(date);
  }

  @Test
  void asksForNoRangeWithoutAValidator() throws IOException {
    upstream.add(WHEEL);
    upstream.next(NAME, cutAfter(1000, "ETag", "W/\"weak\""));
    assertThat(held(fetched().sha256())).isEqualTo(BYTES);
    assertThat(ranges()).containsExactly("", "");
  }

  @Test
  void takesAChangedFileFromItsBeginning() throws IOException {
    upstream.add(WHEEL);
    upstream.next(NAME, cutAfter(100_000, "ETag", "\"v0\""));
    assertThat(held(fetched().sha256())).isEqualTo(BYTES);
    assertThat(upstream.requests(NAME).get(1).header("If-Range")).isEqualTo("\"v0\"");
    assertThat(upstream.fileBytes()).isEqualTo(BYTES.length);
  }

  @Test
  void takesAFileOfMixedVersionsOnceMoreFromItsBeginning() throws IOException {
    byte[] older = BYTES.clone();
    older[150_000] ^= 1;
    upstream.add(WHEEL);
    upstream.next(NAME, cutAfter(100_000), rangeOf(older, 100_000));
    assertThat(held(fetched().sha256())).isEqualTo(BYTES);
    assertThat(ranges()).containsExactly("", "bytes=100000-", "");
  }

  @Test
  void doesNotTryMixedVersionsForEver() throws IOException {
    byte[] older = BYTES.clone();
    older[150_000] ^= 1;
    upstream.add(WHEEL);
    for (int i = 0; i < 5; i++) {
      upstream.next(NAME, cutAfter(100_000), rangeOf(older, 100_000));
    }
    assertThatThrownBy(this::fetched).isInstanceOf(CorruptContentException.class);
    assertThat(ranges()).hasSize(4);
    assertNothingIsHeld();
  }

  @Test
  void refusesWrongBytesOfTheRightLength() throws IOException {
    byte[] wrong = BYTES.clone();
    wrong[200_000] ^= 1;
    upstream.add(WHEEL);
    upstream.next(NAME, Answer.bytes(wrong));
    assertThatThrownBy(this::fetched)
        .isInstanceOf(CorruptContentException.class)
        .hasMessage(
            "%s is not what its index states: expected sha256=%s and got sha256=%s",
            upstream.file(NAME), Sha256.of(BYTES), Sha256.of(wrong));
    assertNothingIsHeld();
    assertThat(upstream.fileGets()).isEqualTo(1);
    assertThat(held(fetched().sha256())).isEqualTo(BYTES);
  }

  @Test
  void refusesAFileThatIsLongerThanStated() throws IOException {
    upstream.add(WHEEL).size(BYTES.length - 1);
    assertThatThrownBy(this::fetched)
        .isInstanceOf(CorruptContentException.class)
        .hasMessageContaining("expected " + (BYTES.length - 1) + " bytes and got at least ");
    assertNothingIsHeld();
  }

  @Test
  void refusesAFileThatIsShorterThanStated() throws IOException {
    upstream.add(WHEEL).size(BYTES.length + 1);
    assertThatThrownBy(this::fetched)
        .isInstanceOf(CorruptContentException.class)
        .hasMessageContaining("expected " + (BYTES.length + 1) + " bytes and got " + BYTES.length);
    assertNothingIsHeld();
  }

  @Test
  void goesOnWhenAFileWithoutALengthEndsEarly() throws IOException {
    upstream.add(WHEEL).size(BYTES.length);
    upstream.next(NAME, endsAfter(100_000));
    assertThat(held(fetched().sha256())).isEqualTo(BYTES);
    assertThat(ranges()).containsExactly("", "bytes=100000-");
  }

  @Test
  void verifiesAnMd5WhereTheIndexStatesNothingBetter() throws Exception {
    String md5 = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(BYTES));
    upstream.add(WHEEL).digest("md5", md5);
    assertThat(fetched().sha256()).isEqualTo(Sha256.of(BYTES));
  }

  @Test
  void refusesAnotherMd5() throws IOException {
    upstream.add(WHEEL).digest("md5", "0".repeat(32));
    assertThatThrownBy(this::fetched)
        .isInstanceOf(CorruptContentException.class)
        .hasMessageContaining("expected md5=" + "0".repeat(32));
    assertNothingIsHeld();
  }

  @Test
  void takesAFileWithoutADigest() throws IOException {
    upstream.add(WHEEL).withoutDigest();
    upstream.next(NAME, cutAfter(100_000));
    assertThat(fetched().sha256()).isEqualTo(Sha256.of(BYTES));
    assertThat(ranges()).containsExactly("", "bytes=100000-");
  }

  private IndexFile inFolder(Path folder) throws IOException {
    IndexSource source = new Indexes(http).at(folder.toUri());
    return ((PageAnswer.Page) source.page(BULKY, Optional.empty())).page().files().getFirst();
  }

  @Test
  void noticesThatAFileOfAFolderIsAnother() throws IOException {
    Path folder = Files.createDirectories(directory.resolve("wheels"));
    Files.write(folder.resolve(NAME), BYTES);
    assertThat(fetcher.file(key, inFolder(folder)).sha256()).isEqualTo(Sha256.of(BYTES));
    assertThat(fetcher.held(key, inFolder(folder))).isPresent();
    byte[] rebuilt = wheel("bulky", "1.0").requires("another").build();
    Files.write(folder.resolve(NAME), rebuilt);
    assertThat(fetcher.held(key, inFolder(folder))).isEmpty();
    assertThat(fetcher.wheelMetadata(key, inFolder(folder)).requiresDist())
        .extracting(Object::toString)
        .containsExactly("another");
    assertThat(fetcher.file(key, inFolder(folder)).sha256()).isEqualTo(Sha256.of(rebuilt));
  }

  /** One that asks for sizes, as a new process would. */
  private Fetcher attentive() {
    return new Fetcher(
        store,
        catalog,
        new FileAccess(http, true),
        retries,
        InstantSource.fixed(Instant.EPOCH),
        events::add);
  }

  @Test
  void noticesByItsSizeThatAFileWithoutADigestIsAnother() throws IOException {
    upstream.add(WHEEL).withoutDigest();
    IndexFile file = listed(BULKY);
    fetched();
    Fetcher attentive = attentive();
    assertThat(attentive.held(key, file)).isPresent();
    assertThat(attentive.held(key, file)).isPresent();
    assertThat(upstream.requests(NAME)).filteredOn(r -> r.method().equals("HEAD")).hasSize(1);
    byte[] rebuilt = wheel("bulky", "1.0").padding(1_000).build();
    upstream.add("bulky", NAME, rebuilt).withoutDigest();
    assertThat(fetcher.held(key, file)).isPresent();
    attentive = attentive();
    assertThat(attentive.held(key, file)).isEmpty();
    assertThat(attentive.file(key, file).sha256()).isEqualTo(Sha256.of(rebuilt));
  }

  @Test
  void noticesByTheSizeOnItsPageThatAFileWithoutADigestIsAnother() throws IOException {
    upstream.add(WHEEL).withoutDigest().size(BYTES.length);
    fetched();
    byte[] rebuilt = wheel("bulky", "1.0").padding(1_000).build();
    upstream.add("bulky", NAME, rebuilt).withoutDigest().size(rebuilt.length);
    assertThat(fetched().sha256()).isEqualTo(Sha256.of(rebuilt));
  }

  @Test
  void takesNoBrokenWheelWithoutADigest() throws IOException {
    upstream.add(WHEEL).withoutDigest();
    upstream.next(NAME, endsAfter(100_000));
    assertThatThrownBy(this::fetched).isInstanceOf(MalformedArchiveException.class);
    assertThat(catalog.files(key, BULKY)).isEmpty();
  }

  @Test
  void takesNoWheelWhoseMetadataCannotBeUnderstood() throws IOException {
    upstream.add(wheel("bulky", "1.0").requires("===!"));
    assertThatThrownBy(this::fetched)
        .isInstanceOf(MalformedArchiveException.class)
        .hasMessageContaining(NAME + " has a METADATA that cannot be understood");
    assertThat(catalog.files(key, BULKY)).isEmpty();
  }

  @Test
  void takesNoPartOfAnSdistWithoutADigest() throws IOException {
    byte[] whole = sdist("legacy", "1.0").build();
    byte[] part = Arrays.copyOf(whole, whole.length / 2);
    upstream.add("legacy", "legacy-1.0.tar.gz", part).withoutDigest();
    IndexFile file = listed(new ProjectName("legacy"));
    assertThatThrownBy(() -> fetcher.file(key, file))
        .isInstanceOf(MalformedArchiveException.class)
        .hasMessageStartingWith("legacy-1.0.tar.gz ");
    assertThat(catalog.files(key, new ProjectName("legacy"))).isEmpty();
  }

  @Test
  void takesNoLoginPageForAnSdist() throws IOException {
    upstream
        .add("legacy", "legacy-1.0.tar.gz", "<html>log in</html>".getBytes(StandardCharsets.UTF_8))
        .withoutDigest();
    IndexFile file = listed(new ProjectName("legacy"));
    assertThatThrownBy(() -> fetcher.file(key, file)).isInstanceOf(MalformedArchiveException.class);
    assertThat(catalog.files(key, new ProjectName("legacy"))).isEmpty();
  }

  @Test
  void fetchesAgainWhatWasTruncatedInTheStore() throws IOException {
    upstream.add(WHEEL);
    HeldFile file = fetched();
    Files.write(blob(file.sha256()), Arrays.copyOf(BYTES, 1000));
    assertThat(fetcher.held(key, listed(BULKY))).isEmpty();
    assertThat(held(fetched().sha256())).isEqualTo(BYTES);
  }

  @Test
  void writesDamagedMetadataAgain() throws IOException {
    upstream.add(WHEEL);
    Sha256 metadata = fetched().metadata().orElseThrow();
    Files.writeString(blob(metadata), "Metadata-Version: 2.1\nName: other\nVersion: 9\n");
    assertThat(fetcher.held(key, listed(BULKY))).isEmpty();
    assertThat(held(fetched().metadata().orElseThrow())).isEqualTo(WHEEL.metadata());
  }

  @Test
  void fetchesAgainWhatHasFlippedWhenDigestsAreVerified() throws IOException {
    upstream.add(WHEEL);
    HeldFile file = fetched();
    byte[] flipped = BYTES.clone();
    flipped[flipped.length / 2] ^= 1;
    Files.write(blob(file.sha256()), flipped);
    var verifying =
        new Fetcher(
            store,
            catalog,
            new FileAccess(http),
            retries,
            InstantSource.fixed(Instant.EPOCH),
            events::add,
            true,
            new ProvenBlobs());
    assertThat(verifying.held(key, listed(BULKY))).isEmpty();
    assertThat(held(verifying.file(key, listed(BULKY)).sha256())).isEqualTo(BYTES);
    assertThat(verifying.held(key, listed(BULKY))).isPresent();
  }

  @Test
  void fetchesAgainWhatIsCollectedAsSoonAsItIsThere() throws Exception {
    upstream.add(WHEEL);
    IndexFile file = listed(BULKY);
    Path blob = blob(Sha256.of(BYTES));
    for (int round = 0; round < 20; round++) {
      var fetching = new AtomicBoolean(true);
      Thread collector =
          Thread.ofPlatform()
              .start(() -> {
                while (fetching.get() && !blob.toFile().delete()) {
                  Thread.onSpinWait();
                }
              });
      assertThat(fetcher.file(key, file).sha256()).isEqualTo(Sha256.of(BYTES));
      fetching.set(false);
      collector.join();
    }
  }

  /** A directory in its place: to read it fails, as it does on a bad sector. */
  private void makeUnreadable(Sha256 digest) throws IOException {
    Files.delete(blob(digest));
    Files.createDirectory(blob(digest));
  }

  @Test
  void fetchesAgainWhatTheDiskCannotRead() throws IOException {
    upstream.add(WHEEL);
    HeldFile file = fetched();
    makeUnreadable(file.sha256());

    assertThat(fetcher.held(key, listed(BULKY))).isEmpty();
    assertThat(held(fetched().sha256())).isEqualTo(BYTES);
    assertThat(upstream.requests(NAME)).hasSize(2);
  }

  @Test
  void writesMetadataAgainThatTheDiskCannotRead() throws IOException {
    upstream.add(WHEEL);
    Sha256 metadata = fetched().metadata().orElseThrow();
    makeUnreadable(metadata);

    assertThat(fetcher.held(key, listed(BULKY))).isEmpty();
    assertThat(held(fetched().metadata().orElseThrow())).isEqualTo(WHEEL.metadata());
    assertThat(upstream.requests(NAME)).hasSize(1);
  }

  private Path blob(Sha256 digest) {
    return directory
        .resolve("store/blobs/sha256")
        .resolve(digest.hex().substring(0, 2))
        .resolve(digest.hex());
  }

  @Test
  void fetchesOnceHoweverManyAsk() throws Exception {
    upstream.add(WHEEL);
    IndexFile file = listed(BULKY);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<HeldFile>> asks = Collections.nCopies(20, () -> fetcher.file(key, file));
      for (Future<HeldFile> answer : threads.invokeAll(asks)) {
        assertThat(answer.get().sha256()).isEqualTo(Sha256.of(BYTES));
      }
    }
    assertThat(upstream.fileGets()).isEqualTo(1);
  }

  @Test
  void fetchesOnceThoughTwoProcessesAsk() throws Exception {
    upstream.add(WHEEL);
    IndexFile file = listed(BULKY);
    var inFlight = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    upstream.next(
        NAME,
        (exchange, content) -> {
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content, 0, 200_000);
          exchange.getResponseBody().flush();
          inFlight.countDown();
          await(goOn);
          exchange.getResponseBody().write(content, 200_000, content.length - 200_000);
        });
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var theirs = Store.open(store.root())) {
      Future<HeldFile> first = threads.submit(() -> fetcher.file(key, file));
      await(inFlight);
      Future<HeldFile> second = threads.submit(() -> other(theirs).file(key, file));
      awaitWaiting();
      goOn.countDown();
      assertThat(first.get().sha256()).isEqualTo(Sha256.of(BYTES));
      assertThat(second.get()).isEqualTo(first.get());
    }
    assertThat(upstream.fileGets()).isEqualTo(1);
  }

  @Test
  void fetchesOnceWithoutADigestThoughTwoProcessesAsk() throws Exception {
    upstream.add(WHEEL).withoutDigest();
    IndexFile file = listed(BULKY);
    var inFlight = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    upstream.next(
        NAME,
        (exchange, content) -> {
          inFlight.countDown();
          await(goOn);
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content);
        });
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var theirs = Store.open(store.root())) {
      Future<HeldFile> first = threads.submit(() -> fetcher.file(key, file));
      await(inFlight);
      Future<HeldFile> second = threads.submit(() -> other(theirs).file(key, file));
      awaitWaiting();
      goOn.countDown();
      assertThat(second.get()).isEqualTo(first.get());
    }
    assertThat(upstream.fileGets()).isEqualTo(1);
  }

  @Test
  void fetchesItselfWhatAnotherProcessFetchedAndRefused() throws Exception {
    upstream.add(WHEEL);
    IndexFile file = listed(BULKY);
    byte[] wrong = BYTES.clone();
    wrong[BYTES.length / 2] ^= 1;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var theirs = Store.open(store.root())) {
      Draft draft = theirs.blobs().draft(Sha256.of(BYTES));
      draft.write(wrong, 0, wrong.length);
      Future<HeldFile> mine = threads.submit(() -> fetcher.file(key, file));
      awaitWaiting();
      assertThat(upstream.fileGets()).isZero();
      assertThatThrownBy(() -> draft.commit(new Expectation(file.strongestDigest(), file.size())))
          .isInstanceOf(CorruptContentException.class);
      draft.close();
      assertThat(held(mine.get().sha256())).isEqualTo(BYTES);
    }
    assertThat(upstream.fileGets()).isEqualTo(1);
  }

  @Test
  void hashesNothingAgainThatItFetchedItself() throws IOException {
    upstream.add(WHEEL);
    var proven = new ProvenBlobs();
    var own =
        new Fetcher(
            store,
            catalog,
            new FileAccess(http),
            retries,
            InstantSource.fixed(Instant.EPOCH),
            events::add,
            false,
            proven);

    assertThat(own.metadataAlone(key, listed(BULKY))).isPresent();
    assertThat(proven.isSound(store.blobs().find(Sha256.of(WHEEL.metadata())).orElseThrow()))
        .as("the metadata alone")
        .isTrue();
    HeldFile file = own.file(key, listed(BULKY));
    assertThat(proven.isSound(store.blobs().find(file.sha256()).orElseThrow())).isTrue();
    assertThat(proven.isSound(store.blobs().find(file.metadata().orElseThrow()).orElseThrow()))
        .as("its metadata")
        .isTrue();
  }

  private Fetcher other(Store theirs) {
    return new Fetcher(
        theirs,
        new Catalog(theirs),
        new FileAccess(http),
        retries,
        InstantSource.fixed(Instant.EPOCH),
        events::add);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Test
  void givesTheLastByteOutWhenTheFileIsVerified() throws Exception {
    upstream.add("bulky", NAME, BYTES).digest("sha256", "00".repeat(32));
    IndexFile file = listed(BULKY);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      GrowingBytes download = fetcher.begin(key, file, threads).download().bytes();
      long most = 0;
      for (GrowingBytes.View view = download.view();
          view.outcome().isEmpty();
          view = download.view()) {
        most = Math.max(most, view.readable());
      }
      assertThat(most).isLessThan(BYTES.length);
      assertThat(download.view().outcome().orElseThrow())
          .isInstanceOf(GrowingBytes.Outcome.Failed.class);
    }
    assertNothingIsHeld();
  }

  @Test
  void tellsEveryoneWhoWaitsOfTheFailure() throws Exception {
    upstream.add(WHEEL);
    IndexFile file = listed(BULKY);
    upstream.next(NAME, Collections.nCopies(50, status(404)).toArray(Answer[]::new));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<HeldFile>> asks = Collections.nCopies(20, () -> fetcher.file(key, file));
      for (Future<HeldFile> answer : threads.invokeAll(asks)) {
        assertThatThrownBy(answer::get).hasCauseInstanceOf(UpstreamException.class);
      }
    }
  }

  @Test
  void takesFromTheStoreWhatAnotherIndexBrought() throws IOException {
    upstream.add(WHEEL);
    IndexFile file = listed(BULKY);
    fetcher.file(key, file);
    upstream.forget();
    IndexKey other = IndexKey.of(upstream.at("/other/"));
    HeldFile there = fetcher.file(other, file);
    assertThat(upstream.requests()).isEmpty();
    assertThat(catalog.file(FileKey.of(other, there))).contains(there);
    assertThat(there.metadata()).isPresent();
  }

  @Test
  void tellsProgressInTheOrderOfItsGrammar() throws IOException {
    upstream.add(WHEEL).size(BYTES.length);
    upstream.next(NAME, cutAfter(100_000));
    fetched();
    assertThat(events.getFirst()).isEqualTo(new ProgressEvent.Started(NAME, 0, BYTES.length));
    assertThat(events.getLast()).isInstanceOf(ProgressEvent.Finished.class);
    assertThat(events.subList(1, events.size() - 1))
        .hasOnlyElementsOfType(ProgressEvent.Advanced.class);
    assertThat(arrived(events)).isEqualTo(BYTES.length);
  }

  @Test
  void tellsOfAFreshBeginning() throws IOException {
    upstream.add(WHEEL);
    upstream.next(NAME, cutAfter(100_000, "ETag", "\"v0\""));
    fetched();
    int again = events.lastIndexOf(new ProgressEvent.Started(NAME, 0, -1));
    assertThat(again).isPositive();
    assertThat(arrived(events.subList(again, events.size()))).isEqualTo(BYTES.length);
  }

  private static long arrived(List<ProgressEvent> events) {
    return events.stream()
        .mapToLong(event -> event instanceof ProgressEvent.Advanced(_, long bytes) ? bytes : 0)
        .sum();
  }

  @Test
  void tellsOfAFailure() throws IOException {
    upstream.add(WHEEL);
    upstream.next(NAME, status(403));
    assertThatThrownBy(this::fetched).isInstanceOf(UpstreamException.class);
    assertThat(events)
        .containsExactly(
            new ProgressEvent.Started(NAME, 0, -1),
            new ProgressEvent.Failed(
                NAME,
                upstream.file(NAME)
                    + " answered with the status 403: the index lists it, but it cannot be had"));
  }

  @Test
  void givesUpWhenNothingComesAnyMore() throws IOException {
    upstream.add(WHEEL);
    upstream.next(NAME, cutAfter(100_000));
    upstream.next(NAME, status(503), status(503), status(503), status(503));
    assertThatThrownBy(this::fetched)
        .isInstanceOf(UpstreamException.class)
        .hasMessageContaining("answered with the status 503");
    assertThat(upstream.requests(NAME)).hasSize(3);
    assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  @Test
  void goesOnAsLongAsEachTransferBringsSomething() throws IOException {
    upstream.add(WHEEL);
    upstream.next(NAME, cutAfter(1000));
    for (int part = 1; part < 8; part++) {
      int from = part * 1000;
      upstream.next(
          NAME,
          (exchange, content) -> {
            exchange.getResponseHeaders().set("ETag", "\"v1\"");
            exchange
                .getResponseHeaders()
                .set(
                    "Content-Range",
                    "bytes " + from + "-" + (BYTES.length - 1) + "/" + BYTES.length);
            exchange.sendResponseHeaders(206, content.length - from);
            exchange.getResponseBody().write(content, from, 1000);
            exchange.getResponseBody().flush();
          });
    }
    assertThat(held(fetched().sha256())).isEqualTo(BYTES);
    assertThat(ranges()).hasSize(9).endsWith("bytes=8000-");
  }

  @Test
  void grantsThePauseThatTheUpstreamAsksForUpToTheLongest() throws IOException {
    upstream.add(WHEEL);
    upstream.next(NAME, status(429, "Retry-After", "7"), status(503, "Retry-After", "86400"));
    fetched();
    assertThat(pauses).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(20));
  }

  @Test
  void countsAnUpstreamThatFallsSilentAsGone() throws IOException {
    upstream.add(WHEEL);
    var release = new java.util.concurrent.CountDownLatch(1);
    upstream.next(
        NAME,
        (exchange, content) -> {
          exchange.getResponseHeaders().set("ETag", "\"v1\"");
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content, 0, content.length - 10);
          exchange.getResponseBody().flush();
          try {
            release.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    assertThat(held(fetched().sha256())).isEqualTo(BYTES);
    release.countDown();
    assertThat(ranges()).containsExactly("", "bytes=" + (BYTES.length - 10) + "-");
  }

  @Test
  void refusesARangeThatBeginsElsewhere() throws IOException {
    upstream.add(WHEEL);
    upstream.next(NAME, cutAfter(100_000), rangeOf(BYTES, 50_000));
    assertThatThrownBy(this::fetched)
        .hasMessageContaining("it was asked for the bytes from 100000 and sent those from 50000");
    assertNothingIsHeld();
  }

  @Test
  void passesAFullDiskOn() throws IOException {
    upstream.add(WHEEL);
    Path full = Path.of("/dev/full");
    assumeThat(full).exists();
    Path partials = Files.createDirectories(directory.resolve("store/partial"));
    Path part = partials.resolve(Sha256.of(BYTES).hex() + ".part");
    assumeThatCode(() -> Files.createSymbolicLink(part, full)).doesNotThrowAnyException();
    assertThatThrownBy(this::fetched).isInstanceOf(NoSpaceException.class);
    assertThat(upstream.requests(NAME)).hasSize(1);
  }

  // --- metadata

  @Test
  void readsMetadataBesideTheWheelWithoutIt() throws IOException {
    upstream.add(WHEEL).metadata(WHEEL.metadata());
    CoreMetadata metadata = fetcher.wheelMetadata(key, listed(BULKY));
    assertThat(metadata.requiresDist()).hasToString("[tiny>=2]");
    assertThat(upstream.fileGets()).isZero();
    assertThat(catalog.files(key, BULKY)).isEmpty();
  }

  @Test
  void fetchesTheWheelWhereItsMetadataCannotBeHadAlone() throws IOException {
    upstream.withoutRanges().add(WHEEL);
    CoreMetadata metadata = fetcher.wheelMetadata(key, listed(BULKY));
    assertThat(metadata.requiresDist()).hasToString("[tiny>=2]");
    assertThat(catalog.files(key, BULKY)).hasSize(1);
  }

  @Test
  void readsMetadataOfAHeldWheelFromTheStore() throws IOException {
    upstream.add(WHEEL);
    IndexFile file = listed(BULKY);
    fetcher.file(key, file);
    upstream.forget();
    assertThat(fetcher.wheelMetadata(key, file).version()).hasToString("1.0");
    assertThat(upstream.requests()).isEmpty();
  }

  @Test
  void bringsBackMetadataThatWasLost() throws IOException {
    upstream.add(WHEEL);
    HeldFile file = fetched();
    String hex = file.metadata().orElseThrow().hex();
    Files.delete(directory.resolve("store/blobs/sha256/" + hex.substring(0, 2) + "/" + hex));
    assertThat(fetcher.held(key, listed(BULKY))).isEmpty();
    upstream.forget();
    fetched();
    assertThat(fetcher.held(key, listed(BULKY))).contains(file);
    assertThat(upstream.fileGets()).isZero();
  }

  // --- pages

  @Test
  void asksForAPageWithTheValidatorOfTheOneHeld() throws IOException {
    upstream.add(WHEEL);
    FetchedPage first = fetcher.page(key, index, BULKY);
    FetchedPage second = fetcher.page(key, index, BULKY);
    assertThat(second).isEqualTo(first);
    assertThat(upstream.requests("bulky"))
        .extracting(request -> !request.header("If-None-Match").isEmpty())
        .containsExactly(false, true);
  }

  @Test
  void asksForAPageAnewWhenItsIndexHasAnotherAddressNow() throws IOException {
    upstream.add(WHEEL);
    fetcher.page(key, index, BULKY);
    try (FakeIndex other = FakeIndex.start()) {
      other.add(wheel("bulky", "2.0"));
      FetchedPage page = fetcher.page(key, new Indexes(http).at(other.simple()), BULKY);
      assertThat(((FetchedPage.Found) page).page().page().files().getFirst().name().version())
          .hasToString("2.0");
      assertThat(other.requests("bulky").getFirst().header("If-None-Match")).isEmpty();
    }
  }

  @Test
  void saysWhereAProjectIsMissing() throws IOException {
    assertThat(fetcher.page(key, index, BULKY))
        .isEqualTo(new FetchedPage.Missing(upstream.simple() + " has no such project (404)", true));
  }

  @Test
  void keepsAPageForWhoeverServesTheStore() throws IOException {
    upstream.add(WHEEL);
    fetcher.page(key, index, BULKY);
    assertThat(catalog.page(key, BULKY).orElseThrow().source())
        .isEqualTo(upstream.at("/simple/bulky/"));
  }
}
