package dev.airlock.tool.terminal;

import dev.airlock.progress.ProgressEvent;
import java.io.PrintStream;
import java.util.function.LongSupplier;

/**
 * Bars on a terminal: one for each file on its way, one for all, drawn over at most ten times a
 * second.
 */
final class BarView implements ProgressView {
  private static final long BETWEEN_DRAWINGS = 100_000_000L;
  private static final int MOST_BARS = 8;
  private static final int NAME = 40;
  private static final int BAR = 24;

  /** Long lines are cut at the edge: a line that wraps would not be cleared as one. */
  private static final String CUT_LINES = "\u001b[?7l";

  private static final String WRAP_LINES = "\u001b[?7h";
  private static final String UP_AND_CLEAR = "\u001b[1A\u001b[2K";

  private final PrintStream out;
  private final LongSupplier nanos;
  private final Tally tally;
  private long drawn;
  private int lines;

  BarView(PrintStream out, LongSupplier nanos) {
    this.out = out;
    this.nanos = nanos;
    this.tally = new Tally(nanos.getAsLong());
  }

  @Override
  public synchronized void on(ProgressEvent event) {
    tally.add(event);
    switch (event) {
      case ProgressEvent.Note(String text) -> above(text);
      case ProgressEvent.Failed(String file, String reason) ->
          above("failed: " + file + ": " + reason);
      default -> {
        if (nanos.getAsLong() - drawn > BETWEEN_DRAWINGS) {
          draw();
        }
      }
    }
  }

  private void above(String text) {
    clear();
    out.println(text);
    draw();
  }

  private void draw() {
    var text = new StringBuilder(UP_AND_CLEAR.repeat(lines));
    lines = 0;
    for (Tally.Transfer transfer : tally.transfers()) {
      if (lines == MOST_BARS) {
        break;
      }
      text.append(row(transfer.file(), transfer.done(), transfer.size()))
          .append(System.lineSeparator());
      lines++;
    }
    String bar = tally.isTransferring() ? bar(tally.doneBytes(), tally.bytes()) + " " : "";
    text.append(bar).append(tally.line(nanos.getAsLong())).append(System.lineSeparator());
    lines++;
    out.print(CUT_LINES + text + WRAP_LINES);
    out.flush();
    drawn = nanos.getAsLong();
  }

  private static String row(String file, long done, long size) {
    String name = file.length() <= NAME ? file : file.substring(0, NAME - 1) + "…";
    String amount = Amounts.bytes(done) + (size > 0 ? " of " + Amounts.bytes(size) : "");
    return bar(done, size) + " " + name + " ".repeat(NAME - name.length()) + " " + amount;
  }

  private static String bar(long done, long size) {
    int filled = size <= 0 ? 0 : (int) Math.min(BAR, done * BAR / size);
    return "[" + "#".repeat(filled) + "-".repeat(BAR - filled) + "]";
  }

  private void clear() {
    out.print(UP_AND_CLEAR.repeat(lines));
    lines = 0;
  }

  @Override
  public synchronized void close() {
    clear();
    out.flush();
  }
}
