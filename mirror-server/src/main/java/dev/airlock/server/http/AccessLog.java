package dev.airlock.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes a line of JSON for each request, from a thread of its own. Who adds a line never waits:
 * when the writer cannot follow, lines are left out, and counted in the next that is written.
 */
final class AccessLog implements Closeable {
  /** How many lines wait at most. */
  static final int MOST_WAITING = 8192;

  private static final Logger LOG = System.getLogger(AccessLog.class.getName());
  private static final int LONGEST_AGENT = 200;
  private static final int LONGEST_PATH = 2000;

  private final JsonFactory json =
      JsonFactory.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .build();

  /** What is to be written; behind an empty one nothing is. */
  private final BlockingQueue<Optional<Entry>> waiting = new ArrayBlockingQueue<>(MOST_WAITING);

  private final AtomicLong dropped = new AtomicLong();
  private final OutputStream out;
  private final Thread writer;

  /**
   * A request and its answer.
   *
   * @param time when the request was read
   * @param id what the answer's {@code X-Request-Id} says
   * @param remote the client's address
   * @param method the method as the client wrote it
   * @param path the path as the client wrote it, without the query
   * @param route the kind of address, where it is one of ours
   * @param status the status of the answer
   * @param source where the answer came from
   * @param bytes of the body that were sent
   * @param nanos from the request to the end of the answer
   * @param nanosToFirst from the request to the beginning of the answer
   * @param unlocked whether no lock covers what was answered
   * @param reason why the answer is what it is, where that needs a word
   * @param userAgent what the client says it is
   */
  record Entry(
      Instant time,
      String id,
      String remote,
      String method,
      String path,
      Optional<String> route,
      int status,
      Optional<String> source,
      long bytes,
      long nanos,
      long nanosToFirst,
      boolean unlocked,
      Optional<String> reason,
      Optional<String> userAgent) {}

  /** Begins to write. The stream is flushed when nothing waits, and never closed. */
  AccessLog(OutputStream out) {
    this.out = new BufferedOutputStream(out, 1 << 16);
    this.writer = Thread.ofPlatform().daemon().name("airlock-access-log").start(this::write);
  }

  /** Adds a line, or leaves it out when too many wait. */
  void add(Entry entry) {
    if (!waiting.offer(Optional.of(entry))) {
      dropped.incrementAndGet();
    }
  }

  private void write() {
    try {
      Optional<Entry> next = waiting.take();
      while (next.isPresent()) {
        line(next.get());
        if (waiting.isEmpty()) {
          out.flush();
        }
        next = waiting.take();
      }
      out.flush();
    } catch (IOException | InterruptedException e) {
      LOG.log(Level.WARNING, "the access log ends: it cannot be written", e);
    }
  }

  private void line(Entry entry) throws IOException {
    try (JsonGenerator line = json.createGenerator(out)) {
      line.writeStartObject();
      line.writeStringField("time", entry.time().toString());
      line.writeStringField("id", entry.id());
      line.writeStringField("remote", entry.remote());
      line.writeStringField("method", printable(entry.method(), LONGEST_AGENT));
      line.writeStringField("path", printable(entry.path(), LONGEST_PATH));
      text(line, "route", entry.route());
      line.writeNumberField("status", entry.status());
      text(line, "source", entry.source());
      line.writeNumberField("bytes", entry.bytes());
      line.writeNumberField("ms", millis(entry.nanos()));
      line.writeNumberField("ttfb_ms", millis(entry.nanosToFirst()));
      if (entry.unlocked()) {
        line.writeBooleanField("unlocked", true);
      }
      text(line, "reason", entry.reason());
      text(line, "user_agent", entry.userAgent());
      long left = dropped.getAndSet(0);
      if (left > 0) {
        line.writeNumberField("lines_dropped_before", left);
      }
      line.writeEndObject();
      line.writeRaw('\n');
    }
  }

  private static void text(JsonGenerator line, String name, Optional<String> value)
      throws IOException {
    if (value.isPresent()) {
      line.writeStringField(name, printable(value.get(), LONGEST_AGENT));
    }
  }

  /** JSON escapes control characters, but for DEL. */
  private static String printable(String text, int longest) {
    String cut = text.length() <= longest ? text : text.substring(0, longest) + "…";
    return cut.replace('\u007f', '?');
  }

  /** Milliseconds with three digits behind the point. */
  private static double millis(long nanos) {
    return Math.round(nanos / 1e3) / 1e3;
  }

  /** Writes what waits, for a second at most. */
  @Override
  public void close() {
    try {
      if (waiting.offer(Optional.empty(), 1, TimeUnit.SECONDS)) {
        writer.join(1000);
      }
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    }
  }
}
