package dev.airlock.server;

import static dev.airlock.fixtures.WheelBuilder.wheel;
import static dev.airlock.server.Served.PYPI;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.catalog.HeldFile;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files and their ranges, over a real socket. */
class FilesTest {
  private static final int BUFFER = 16 << 10;
  private static final int SIZE = 5 * BUFFER + 123;
  private static final String NAME = "big-1.0-py3-none-any.whl";
  private static final String PATH = "/files/pypi.org-simple/big/" + NAME;

  @TempDir Path directory;
  private Served served;
  private byte[] content;
  private HeldFile file;

  @BeforeEach
  void start() throws Exception {
    served = new Served(directory.resolve("store"));
    content = numbered(SIZE);
    file = served.hold(PYPI, NAME, content);
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  /** Bytes that tell their own position. */
  private static byte[] numbered(int size) {
    ByteBuffer bytes = ByteBuffer.allocate(size + Integer.BYTES);
    for (int i = 0; i < size; i += Integer.BYTES) {
      bytes.putInt(i * 0x9E3779B1);
    }
    return Arrays.copyOf(bytes.array(), size);
  }

  @Test
  void sendsAFileThatNeverChanges() throws Exception {
    var answer = served.bytes(Served.address(PYPI, file), "Accept-Encoding", "gzip");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(content);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/octet-stream");
    assertThat(answer.headers().firstValue("Content-Length")).contains("" + SIZE);
    assertThat(answer.headers().firstValue("Accept-Ranges")).contains("bytes");
    assertThat(answer.headers().firstValue("ETag")).contains("\"sha256:" + file.sha256() + "\"");
    assertThat(answer.headers().firstValue("Cache-Control"))
        .contains("public, max-age=31536000, immutable");
    assertThat(answer.headers().firstValue("X-Airlock-Source")).contains("store");
    assertThat(answer.headers().firstValue("X-Airlock-Index")).contains("pypi.org-simple");
    assertThat(answer.headers().firstValue("X-Airlock-Origin")).contains(file.origin());
    assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
  }

  @Test
  void letsNobodyKeepWithoutAskingWhatHasNoDigestInItsAddress() throws Exception {
    var answer = served.bytes(PATH);

    assertThat(answer.body()).isEqualTo(content);
    assertThat(answer.headers().firstValue("Cache-Control")).contains("no-cache");
    assertThat(served.bytes(PATH, "If-None-Match", "\"sha256:" + file.sha256() + "\"").statusCode())
        .isEqualTo(304);
  }

  @Test
  void findsAHeldFileByItsDigestWhateverIndexItsAddressNames() throws Exception {
    String address =
        Served.address(PYPI, file).replace("pypi.org-simple", "127.0.0.1-simple-0a1b2c3d");

    assertThat(served.bytes(address).body()).isEqualTo(content);
    assertThat(served.bytes(address.replace(file.sha256().hex(), "0".repeat(64))).statusCode())
        .isEqualTo(404);
    assertThat(served.bytes(address.replace("/big/", "/small/")).statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 0, 1",
    "bytes=0-16383, 0, 16384",
    "bytes=16383-16384, 16383, 2",
    "bytes=16384-, 16384, 65659",
    "bytes=1-, 1, 82042",
    "bytes=70000-99999999, 70000, 12043",
    "bytes=-1, 82042, 1",
    "bytes=-16385, 65658, 16385",
    "bytes=-99999999, 0, 82043",
    "bytes=40000-80000, 40000, 40001",
  })
  void sendsARange(String range, int first, int count) throws Exception {
    var answer = served.bytes(PATH, "Range", range);

    assertThat(answer.statusCode()).isEqualTo(206);
    assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(content, first, first + count));
    assertThat(answer.headers().firstValue("Content-Length")).contains("" + count);
    assertThat(answer.headers().firstValue("Content-Range"))
        .contains("bytes " + first + "-" + (first + count - 1) + "/" + SIZE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"bytes=0-1,5-6", "lines=1-2", "bytes=5-4", "bytes=-", "bytes=a-b", "bytes"})
  void sendsTheWholeForRangesThatItDoesNotHonour(String range) throws Exception {
    var answer = served.bytes(PATH, "Range", range);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(content);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=82043-", "bytes=99999999-99999999", "bytes=-0"})
  void refusesARangeBehindTheEnd(String range) throws Exception {
    var answer = served.get(PATH, "Range", range);

    assertThat(answer.statusCode()).isEqualTo(416);
    assertThat(answer.headers().firstValue("Content-Range")).contains("bytes */" + SIZE);
  }

  @Test
  void resumesOnlyTheSameFile() throws Exception {
    String etag = "\"sha256:" + file.sha256() + "\"";

    assertThat(served.bytes(PATH, "Range", "bytes=100-", "If-Range", etag).statusCode())
        .isEqualTo(206);
    for (String other : List.of("\"x\"", "W/" + etag, "Wed, 21 Oct 2015 07:28:00 GMT")) {
      assertThat(served.bytes(PATH, "Range", "bytes=100-", "If-Range", other).body())
          .as(other)
          .isEqualTo(content);
    }
    assertThat(served.get(PATH, "If-None-Match", etag).statusCode()).isEqualTo(304);
  }

  @Test
  void headTellsTheWholeWhateverTheRange() throws Exception {
    String head = served.raw("HEAD " + PATH + " HTTP/1.1", "Range: bytes=-16384");

    assertThat(head)
        .startsWith("HTTP/1.1 200")
        .contains("Content-Length: " + SIZE)
        .contains("Accept-Ranges: bytes")
        .endsWith("\r\n\r\n");
  }

  @Test
  void sendsAnEmptyFile() throws Exception {
    served.hold(PYPI, "empty-1.0-py3-none-any.whl", new byte[0]);
    String path = "/files/pypi.org-simple/empty/empty-1.0-py3-none-any.whl";

    assertThat(served.bytes(path).body()).isEmpty();
    assertThat(served.bytes(path, "Range", "bytes=0-").statusCode()).isEqualTo(416);
  }

  @Test
  void sendsMetadata() throws Exception {
    var wheel = wheel("meta", "1.0").requires("numpy");
    served.hold(PYPI, wheel);

    assertThat(served.bytes("/files/pypi.org-simple/meta/" + wheel.filename() + ".metadata").body())
        .isEqualTo(wheel.metadata());
    assertThat(served.get(PATH + ".metadata").statusCode()).isEqualTo(404);
    assertThat(served.get(PATH + ".metadata").body()).contains("there is no metadata of it apart");
  }

  @Test
  void keepsTheConnectionForTheNextRequest() throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), served.port())) {
      socket.setSoTimeout(10_000);
      String get = "GET " + PATH + " HTTP/1.1\r\nHost: x\r\nRange: bytes=20000-20009\r\n\r\n";
      // Three at once: pipelined answers must neither mix nor stall.
      socket.getOutputStream().write((get + get + get).getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < 3; i++) {
        assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 206");
        assertThat(socket.getInputStream().readNBytes(10))
            .isEqualTo(Arrays.copyOfRange(content, 20_000, 20_010));
      }
    }
  }

  @Test
  void sendsABigFileToManyClientsAtOnceByteForByte() throws Exception {
    byte[] big = numbered(64 << 20);
    served.hold(PYPI, "huge-1.0-py3-none-any.whl", big);
    String path = "/files/pypi.org-simple/huge/huge-1.0-py3-none-any.whl";
    int half = (32 << 20) + 7;
    List<Callable<Boolean>> clients = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      clients.add(() -> Arrays.equals(served.bytes(path).body(), big));
      clients.add(() ->
          Arrays.equals(
              served.bytes(path, "Range", "bytes=" + half + "-").body(),
              Arrays.copyOfRange(big, half, big.length)));
    }
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Boolean> same : executor.invokeAll(clients)) {
        assertThat(same.get()).isTrue();
      }
    }
  }

  @Test
  void leavesNoFileOpenWhenClientsGoAway() throws Exception {
    served.hold(PYPI, "huge-1.0-py3-none-any.whl", numbered(32 << 20));
    for (int i = 0; i < 30; i++) {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), served.port())) {
        socket
            .getOutputStream()
            .write(
                "GET %s HTTP/1.1\r\nHost: x\r\n\r\n"
                    .formatted(PATH.replace("big", "huge"))
                    .getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
        if (i % 2 == 0) {
          socket.setSoLinger(true, 0);
        }
      }
    }

    assertThat(openBlobs(Duration.ofSeconds(10))).isZero();
    assertThat(served.bytes(PATH).body()).isEqualTo(content);
    assertThat(openBlobs(Duration.ofSeconds(10))).isZero();
  }

  /** How many descriptors lead into the store, once that is none or the time is up. */
  private long openBlobs(Duration patience) throws Exception {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return 0;
    }
    long until = System.nanoTime() + patience.toNanos();
    while (true) {
      long open;
      try (Stream<Path> links = Files.list(descriptors)) {
        open = links.filter(this::isBlob).count();
      }
      if (open == 0 || System.nanoTime() > until) {
        return open;
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  private boolean isBlob(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).startsWith(served.store.root().resolve("blobs"));
    } catch (java.io.IOException goneAlready) {
      return false;
    }
  }

  private static String head(InputStream in) throws Exception {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.read());
    }
    return head.toString();
  }
}
