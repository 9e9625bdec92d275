package dev.airlock.server.http;

import java.io.Closeable;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A server on a free port that answers everything with one file of random bytes. */
final class BlobServer implements Closeable {
  static final Duration LONG = Duration.ofSeconds(20);
  private static final Logger UNDERTOW = Logger.getLogger("io.undertow");

  final byte[] content;
  final WatchedBlob blob;
  private final HttpSettings settings;
  private final HttpServer server;

  static {
    UNDERTOW.setLevel(Level.WARNING);
  }

  BlobServer(Path directory, int size, UnaryOperator<HttpSettings> settings) throws IOException {
    content = new byte[size];
    new Random(7).nextBytes(content);
    Path file = Files.write(directory.resolve("blob"), content);
    blob = new WatchedBlob(size, () -> FileChannel.open(file));
    this.settings =
        settings.apply(
            HttpSettings.at(new Listen("127.0.0.1", 0))
                .with(new HttpServer.Timeouts(LONG, LONG, LONG, Duration.ofMillis(200))));
    server = new HttpServer(this.settings, _ -> Response.file("application/octet-stream", blob));
    server.start();
  }

  int port() {
    return server.address().getPort();
  }

  URI uri() {
    return URI.create(settings.scheme() + "://127.0.0.1:" + port() + "/x");
  }

  /** Waits until no file is open; whether that came to pass. */
  boolean awaitAllClosed() {
    return blob.awaitAllClosed(LONG);
  }

  /** Waits until nobody holds a file that was opened, but for the last few; whether that is so. */
  boolean awaitAllForgotten() {
    var held = blob.opened().stream().map(WeakReference::new).toList();
    blob.opened().clear();
    long until = System.nanoTime() + LONG.toNanos();
    while (left(held) > 2 && System.nanoTime() < until) {
      System.gc();
      LockSupport.parkNanos(1_000_000);
    }
    return left(held) <= 2;
  }

  private static long left(List<WeakReference<SeekableByteChannel>> held) {
    return held.stream().filter(channel -> channel.get() != null).count();
  }

  @Override
  public void close() {
    server.close();
  }
}
