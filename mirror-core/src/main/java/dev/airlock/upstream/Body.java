package dev.airlock.upstream;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.function.LongSupplier;
import okhttp3.Call;

/**
 * The bytes of an answer, broken off when they come too slowly. Only the time that is spent waiting
 * for the upstream counts, not what the reader does meanwhile. Not for several threads.
 */
final class Body extends FilterInputStream {
  /** What is too slow. */
  enum Pace {
    /** A document: all of it in the time of a head and of its bytes at the slowest speed. */
    WHOLE,
    /** A file: each stretch of time by itself, however long the whole takes. */
    STRETCHES
  }

  private final URI address;
  private final Call call;
  private final Breaker breaker;
  private final Pace pace;
  private final Patience patience;
  private final LongSupplier nanos;
  private long waited;
  private long received;
  private boolean ended;

  Body(
      InputStream bytes,
      URI address,
      Call call,
      Breaker breaker,
      Pace pace,
      Patience patience,
      LongSupplier nanos) {
    super(bytes);
    this.address = address;
    this.call = call;
    this.breaker = breaker;
    this.pace = pace;
    this.patience = patience;
    this.nanos = nanos;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    long before = nanos.getAsLong();
    int count = arrived(bytes, offset, length);
    waited += nanos.getAsLong() - before;
    if (count < 0) {
      ended = true;
      breaker.answered();
      return count;
    }
    received += count;
    requireSpeed();
    return count;
  }

  private int arrived(byte[] bytes, int offset, int length) throws IOException {
    try {
      return super.read(bytes, offset, length);
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted() && !(e instanceof SocketTimeoutException)) {
        throw new InterruptedIOException("interrupted while reading from an upstream");
      }
      throw breaker.failed(address, UpstreamException.unreachable(address, e));
    }
  }

  private void requireSpeed() throws UpstreamException {
    switch (pace) {
      case WHOLE -> {
        long due = patience.head().toNanos() + atSlowest(received);
        if (waited > due) {
          throw breaker.failed(
              address, tooSlow(UpstreamException.Trouble.SILENCE, Duration.ofNanos(waited)));
        }
      }
      case STRETCHES -> {
        if (waited >= patience.window().toNanos()) {
          if (waited > atSlowest(received)) {
            throw tooSlow(UpstreamException.Trouble.BREAK, Duration.ofNanos(waited));
          }
          waited = 0;
          received = 0;
        }
      }
    }
  }

  /** How many nanoseconds so many bytes may take. */
  private long atSlowest(long bytes) {
    return Math.round(bytes * 1e9 / patience.slowest());
  }

  private UpstreamException tooSlow(UpstreamException.Trouble trouble, Duration time) {
    return UpstreamException.tooSlow(
        address,
        trouble,
        "it sent " + received + " bytes within " + time.toSeconds() + " s, which is too slow");
  }

  /** Closes the connection too, unless the answer was read to its end. */
  @Override
  public void close() throws IOException {
    if (!ended) {
      call.cancel();
    }
    super.close();
  }
}
