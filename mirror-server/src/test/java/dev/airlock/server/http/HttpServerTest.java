package dev.airlock.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server's patience, and its end. */
class HttpServerTest {
  private static final Duration SOON = Duration.ofMillis(400);
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Logger UNDERTOW = Logger.getLogger("io.undertow");

  @TempDir Path directory;
  private WatchedBlob blob;
  private byte[] content;
  private Path file;
  private HttpServer server;

  @BeforeEach
  void write() throws Exception {
    UNDERTOW.setLevel(Level.WARNING);
    content = new byte[24 << 20];
    new Random(7).nextBytes(content);
    file = Files.write(directory.resolve("blob"), content);
    blob = new WatchedBlob(content.length, () -> FileChannel.open(file));
    server = made(LONG, LONG);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void start(Duration idle, Duration drain) throws Exception {
    start(idle, drain, () -> FileChannel.open(file));
  }

  private void start(Duration idle, Duration drain, WatchedBlob.Opening opening) throws Exception {
    blob = new WatchedBlob(content.length, opening);
    server = made(idle, drain);
    server.start();
  }

  private HttpServer made(Duration idle, Duration drain) {
    WatchedBlob served = blob;
    return new HttpServer(
        HttpSettings.at(new Listen("127.0.0.1", 0))
            .with(new HttpServer.Timeouts(idle, idle, idle, drain)),
        _ -> Response.file("application/octet-stream", served));
  }

  private Socket ask(String... headers) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(64 << 10);
    socket.setSoTimeout(20_000);
    socket.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.address().getPort()));
    String request = "GET /x HTTP/1.1\r\nHost: x\r\n" + String.join("", headers) + "\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static void skipHead(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      assertThat(next).as("the head, of which came: " + head).isNotNegative();
      head.append((char) next);
    }
  }

  private void awaitAllClosed() {
    assertThat(blob.awaitAllClosed(LONG)).isTrue();
  }

  @Test
  void givesUpAClientThatTakesNothing() throws Exception {
    start(SOON, LONG);
    try (var stalled = ask()) {
      skipHead(stalled.getInputStream());
      awaitAllClosed();
    }
  }

  @Test
  void closesConnectionsOnWhichNothingIsAsked() throws Exception {
    start(SOON, LONG);
    try (var silent = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
        var unfinished = ask("X-Header: that goes on and")) {
      silent.setSoTimeout(20_000);
      assertThat(silent.getInputStream().read()).isNegative();
      assertThat(unfinished.getInputStream().read()).isNegative();
    }
  }

  @Test
  void bearsAClientThatIsSlow() throws Exception {
    var patience = Duration.ofSeconds(1);
    start(patience, LONG);
    try (var slow = ask()) {
      InputStream in = slow.getInputStream();
      skipHead(in);
      int position = 0;
      long until = System.nanoTime() + patience.toNanos() * 3 / 2;
      while (System.nanoTime() < until) {
        byte[] part = in.readNBytes(32 << 10);
        assertThat(part).isEqualTo(Arrays.copyOfRange(content, position, position + part.length));
        position += part.length;
        LockSupport.parkNanos(3_000_000);
      }
      assertThat(position).isLessThan(content.length);
      assertThat(in.readNBytes(content.length - position)).hasSize(content.length - position);
    }
    awaitAllClosed();
  }

  @Test
  void letsARunningTransferEndBeforeItCloses() throws Exception {
    start(LONG, LONG);
    try (var client = ask()) {
      InputStream in = client.getInputStream();
      skipHead(in);
      int port = server.address().getPort();
      CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
      assertThatExceptionOfType(ConnectException.class)
          .as("nobody new is let in")
          .isThrownBy(() -> {
            while (true) {
              new Socket(InetAddress.getLoopbackAddress(), port).close();
            }
          });
      assertThat(closing).isNotDone();
      assertThat(in.readNBytes(content.length)).isEqualTo(content);
      closing.get();
    }
    awaitAllClosed();
  }

  @Test
  void cutsATransferThatDoesNotEnd() throws Exception {
    start(LONG, Duration.ofMillis(50));
    try (var stalled = ask()) {
      skipHead(stalled.getInputStream());
      server.close();
      awaitAllClosed();
    }
  }

  @Test
  void sendsBlobsThatAreNoFiles() throws Exception {
    start(LONG, LONG, () -> new InMemory(content));
    int from = 5_000_000;
    try (var client = ask("Range: bytes=" + from + "-\r\n", "Connection: close\r\n")) {
      skipHead(client.getInputStream());
      assertThat(client.getInputStream().readAllBytes())
          .isEqualTo(Arrays.copyOfRange(content, from, content.length));
    }
    awaitAllClosed();
  }

  @Test
  void cutsTheConnectionWhenABlobBecameShorter() throws Exception {
    start(LONG, LONG);
    Files.write(file, Arrays.copyOf(content, 1 << 20));
    try (var client = ask()) {
      assertThat(client.getInputStream().readAllBytes()).hasSizeLessThanOrEqualTo(1 << 20);
    }
    awaitAllClosed();
  }

  /** Bytes in memory as a channel. */
  private static final class InMemory implements SeekableByteChannel {
    private final byte[] bytes;
    private int position;
    private boolean open = true;

    InMemory(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read(ByteBuffer into) {
      if (position == bytes.length) {
        return -1;
      }
      // A short read now and then, as channels have them.
      int count = Math.min(Math.min(into.remaining(), 10_000), bytes.length - position);
      into.put(bytes, position, count);
      position += count;
      return count;
    }

    @Override
    public int write(ByteBuffer from) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public SeekableByteChannel position(long newPosition) {
      position = (int) newPosition;
      return this;
    }

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public SeekableByteChannel truncate(long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() {
      open = false;
    }
  }
}
