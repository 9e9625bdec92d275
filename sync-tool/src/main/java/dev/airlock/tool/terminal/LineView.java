package dev.airlock.tool.terminal;

import dev.airlock.progress.ProgressEvent;
import java.io.PrintStream;
import java.util.function.LongSupplier;

/** A line every ten seconds, for logs; notes and failures at once. */
final class LineView implements ProgressView {
  private static final long BETWEEN_LINES = 10_000_000_000L;

  private final PrintStream out;
  private final LongSupplier nanos;
  private final Tally tally;
  private long printed;

  LineView(PrintStream out, LongSupplier nanos) {
    this.out = out;
    this.nanos = nanos;
    this.printed = nanos.getAsLong();
    this.tally = new Tally(printed);
  }

  @Override
  public synchronized void on(ProgressEvent event) {
    tally.add(event);
    switch (event) {
      case ProgressEvent.Note(String text) -> out.println("airlock: " + text);
      case ProgressEvent.Failed(String file, String reason) ->
          out.println("airlock: failed: " + file + ": " + reason);
      default -> {
        long now = nanos.getAsLong();
        if (now - printed >= BETWEEN_LINES) {
          printed = now;
          out.println("airlock: " + tally.line(now));
        }
      }
    }
  }

  @Override
  public synchronized void close() {
    out.flush();
  }
}
