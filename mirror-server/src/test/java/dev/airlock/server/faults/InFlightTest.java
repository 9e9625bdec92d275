package dev.airlock.server.faults;

import static dev.airlock.fixtures.RawUpstream.bytes;
import static dev.airlock.fixtures.RawUpstream.head;
import static dev.airlock.fixtures.RawUpstream.until;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.IndexKey;
import dev.airlock.fetch.FetchedPage;
import dev.airlock.fetch.Fetcher;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.RawUpstream.Step;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.progress.ProgressListener;
import dev.airlock.server.Hybrid;
import dev.airlock.server.Hybrid.Reader;
import dev.airlock.store.Store;
import dev.airlock.upstream.FileAccess;
import dev.airlock.upstream.Http;
import dev.airlock.upstream.Indexes;
import dev.airlock.upstream.Retries;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One download and many clients, each at its own speed. */
class InFlightTest {
  private static final WheelBuilder WHEEL = wheel("large", "1.0").padding(6 << 20);
  private static final byte[] BYTES = WHEEL.build();
  private static final String NAME = WHEEL.filename();
  private static final String FILE = Hybrid.file("pypi.org-simple", "large", NAME);
  private static final int HALF = BYTES.length / 2;

  @TempDir Path directory;

  private final CountDownLatch otherHalf = new CountDownLatch(1);
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private FakeIndex index;
  private Line line;
  private Hybrid mirror;

  @BeforeEach
  void start() throws IOException {
    index = FakeIndex.start();
    index.add(WHEEL);
    line = Line.to(index);
    mirror = Hybrid.in(directory).pypi(line.simple()).start();
  }

  @AfterEach
  void stop() throws IOException {
    otherHalf.countDown();
    executor.shutdownNow();
    mirror.close();
    line.close();
    index.close();
  }

  /** Sends one half, and the other when it is told to. */
  private Step[] inHalves() {
    return new Step[] {
      head(
          "HTTP/1.1 200 OK",
          "ETag: \"v1\"",
          "Content-Length: " + BYTES.length,
          "Connection: close"),
      bytes(Arrays.copyOf(BYTES, HALF)),
      until(otherHalf),
      bytes(Arrays.copyOfRange(BYTES, HALF, BYTES.length))
    };
  }

  private void assertHeldAfterOneGet() throws Exception {
    Hybrid.await("the file", () -> mirror.held("large", NAME).isPresent());
    assertThat(mirror.held("large", NAME)).hasValue(BYTES);
    assertThat(line.requests(NAME)).hasSize(1);
    mirror.assertSound();
  }

  @Test
  void feedsManyClientsFromOneDownload() throws Exception {
    line.next(NAME, inHalves());
    var readers = new ArrayList<Reader>();
    for (int i = 0; i < 20; i++) {
      readers.add(mirror.read(FILE));
    }
    for (Reader reader : readers) {
      assertThat(reader.head()).contains("200 OK", "Content-Length: " + BYTES.length);
    }
    assertThat(readers.getFirst().head()).contains("X-Airlock-Source: upstream");
    assertThat(readers.getLast().head()).contains("X-Airlock-Source: joined");
    List<Future<byte[]>> all = new ArrayList<>();
    readers.forEach(reader -> all.add(executor.submit(reader::rest)));

    otherHalf.countDown();

    for (Future<byte[]> one : all) {
      assertThat(one.get()).isEqualTo(BYTES);
    }
    for (Reader reader : readers) {
      reader.close();
    }
    assertHeldAfterOneGet();
  }

  @Test
  void downloadsOnceHoweverManyAskInTheSameMoment() throws Exception {
    List<Future<HttpResponse<byte[]>>> all = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      all.add(executor.submit(() -> mirror.get(FILE)));
    }
    for (Future<HttpResponse<byte[]>> one : all) {
      assertThat(one.get().body()).isEqualTo(BYTES);
    }
    assertHeldAfterOneGet();
  }

  @Test
  void finishesWhatAClientWantedThatVanished() throws Exception {
    line.next(NAME, inHalves());
    try (Reader vanishing = mirror.read(FILE)) {
      assertThat(vanishing.next(1000)).isEqualTo(Arrays.copyOf(BYTES, 1000));
    }
    otherHalf.countDown();
    assertHeldAfterOneGet();
    assertThat(Hybrid.source(mirror.get(FILE))).isEqualTo("store");
  }

  @Test
  void keepsNoClientWaitingForASlowOne() throws Exception {
    try (Reader slow = mirror.read(FILE)) {
      assertThat(slow.next(10)).hasSize(10);
      assertThat(mirror.get(FILE).body()).isEqualTo(BYTES);
      assertThat(slow.rest()).isEqualTo(Arrays.copyOfRange(BYTES, 10, BYTES.length));
    }
    assertHeldAfterOneGet();
  }

  @Test
  void answersARangeWhenItsBytesAreThere() throws Exception {
    line.next(NAME, inHalves());
    int from = BYTES.length - 500;
    try (Reader first = mirror.read(FILE)) {
      Future<HttpResponse<byte[]>> tail =
          executor.submit(() -> mirror.get(FILE, "Range", "bytes=-500"));
      HttpResponse<byte[]> there = mirror.get(FILE, "Range", "bytes=1000-1999");
      assertThat(there.statusCode()).isEqualTo(206);
      assertThat(there.body()).isEqualTo(Arrays.copyOfRange(BYTES, 1000, 2000));
      assertThat(tail.isDone()).isFalse();

      otherHalf.countDown();
      assertThat(tail.get().statusCode()).isEqualTo(206);
      assertThat(tail.get().body()).isEqualTo(Arrays.copyOfRange(BYTES, from, BYTES.length));
      assertThat(first.rest()).isEqualTo(BYTES);
    }
    assertHeldAfterOneGet();
  }

  @Test
  void refusesARangeBehindTheEndOfAFileInFlight() throws Exception {
    line.next(NAME, inHalves());
    try (Reader first = mirror.read(FILE)) {
      HttpResponse<byte[]> behind = mirror.get(FILE, "Range", "bytes=" + BYTES.length + "-");
      assertThat(behind.statusCode()).isEqualTo(416);
      otherHalf.countDown();
      assertThat(first.rest()).isEqualTo(BYTES);
    }
    assertHeldAfterOneGet();
  }

  @Test
  void goesOnForAllClientsWhenTheUpstreamBreaks() throws Exception {
    line.next(
        NAME,
        head(
            "HTTP/1.1 200 OK",
            "ETag: \"v1\"",
            "Content-Length: " + BYTES.length,
            "Connection: close"),
        bytes(Arrays.copyOf(BYTES, HALF)),
        until(otherHalf));
    try (Reader one = mirror.read(FILE);
        Reader other = mirror.read(FILE)) {
      Future<byte[]> first = executor.submit(one::rest);
      Future<byte[]> second = executor.submit(other::rest);
      otherHalf.countDown();
      assertThat(first.get()).isEqualTo(BYTES);
      assertThat(second.get()).isEqualTo(BYTES);
    }
    assertThat(line.requests(NAME)).hasSize(2);
    assertThat(line.requests(NAME).getLast()).contains("Range: bytes=" + HALF + "-");
    mirror.assertSound();
  }

  @Test
  void cutsOffAllClientsWhenTheFileTurnsOutToBeAnother() throws Exception {
    byte[] other = BYTES.clone();
    other[HALF - 1] ^= 1;
    line.next(
        NAME,
        head("HTTP/1.1 200 OK", "Content-Length: " + BYTES.length, "Connection: close"),
        bytes(Arrays.copyOf(other, HALF)),
        until(otherHalf),
        bytes(Arrays.copyOfRange(other, HALF, other.length)));
    try (Reader one = mirror.read(FILE);
        Reader two = mirror.read(FILE)) {
      Future<byte[]> first = executor.submit(one::rest);
      Future<byte[]> second = executor.submit(two::rest);
      otherHalf.countDown();
      assertThat(lengthOrCut(first)).isLessThan(BYTES.length);
      assertThat(lengthOrCut(second)).isLessThan(BYTES.length);
    }
    assertThat(mirror.held("large", NAME)).isEmpty();
    assertThat(mirror.store().blobs().list()).isEmpty();
    assertThat(mirror.quarantined()).contains(other);
    mirror.assertSound();
    assertThat(mirror.get(FILE).body()).isEqualTo(BYTES);
    mirror.assertSound();
  }

  /** How many bytes came before the connection was closed, or reset. */
  private static int lengthOrCut(Future<byte[]> reading) throws InterruptedException {
    try {
      return reading.get().length;
    } catch (ExecutionException reset) {
      return -1;
    }
  }

  // --- beside a sync

  private final class Sync implements AutoCloseable {
    private final Store store = Store.open(directory.resolve("store"));
    private final Catalog catalog = new Catalog(store);
    private final Http http;
    private final Fetcher fetcher;

    Sync() throws IOException {
      var retries = new Retries(3, Duration.ofMillis(1), Duration.ofMillis(1), _ -> {});
      http = Http.of("airlock/test", Map.of(), directory, retries);
      fetcher =
          new Fetcher(
              store,
              catalog,
              new FileAccess(http),
              retries,
              InstantSource.system(),
              ProgressListener.SILENT);
    }

    HeldFile file() throws IOException {
      IndexKey key = catalog.register(URI.create("https://pypi.org/simple/"));
      var page =
          (FetchedPage.Found)
              fetcher.page(key, new Indexes(http).at(line.simple()), new ProjectName("large"));
      return fetcher.file(key, page.page().page().files().getFirst());
    }

    @Override
    public void close() throws IOException {
      http.close();
      store.close();
    }
  }

  @Test
  void givesItsClientsWhatASyncIsFetching() throws Exception {
    line.next(NAME, inHalves());
    try (var sync = new Sync()) {
      Future<HeldFile> synced = executor.submit(sync::file);
      Hybrid.await("the sync", () -> line.requests(NAME).size() == 1);
      Future<HttpResponse<byte[]>> asked = executor.submit(() -> mirror.get(FILE));
      assertThat(mirror.get("/ready").statusCode()).isEqualTo(200);
      assertThat(asked).isNotDone();
      otherHalf.countDown();
      assertThat(asked.get().body()).isEqualTo(BYTES);
      assertThat(synced.get().size()).isEqualTo(BYTES.length);
    }
    assertHeldAfterOneGet();
  }

  @Test
  void letsASyncWaitForItsOwnDownload() throws Exception {
    line.next(NAME, inHalves());
    try (var sync = new Sync();
        Reader reader = mirror.read(FILE)) {
      Future<HeldFile> synced = executor.submit(sync::file);
      assertThat(reader.next(10)).hasSize(10);
      assertThat(synced.isDone()).isFalse();
      otherHalf.countDown();
      assertThat(reader.rest()).hasSize(BYTES.length - 10);
      assertThat(synced.get().size()).isEqualTo(BYTES.length);
    }
    assertHeldAfterOneGet();
  }

  @Test
  void saysWhereAnAnswerCameFrom() throws Exception {
    line.next(NAME, inHalves());
    try (Reader first = mirror.read(FILE);
        Reader second = mirror.read(FILE)) {
      assertThat(first.head()).contains("X-Airlock-Source: upstream");
      assertThat(second.head()).contains("X-Airlock-Source: joined");
      otherHalf.countDown();
      assertThat(first.rest()).isEqualTo(BYTES);
    }
    Optional<HttpResponse<byte[]>> third = mirror.ask(FILE);
    assertThat(third.map(Hybrid::source)).hasValue("store");
  }
}
