package dev.airlock.tool.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.airlock.progress.ProgressEvent;
import java.io.Console;
import java.io.PrintStream;
import java.util.function.LongSupplier;

/**
 * Where a command speaks: data to stdout, narration to stderr.
 *
 * @param out takes data
 * @param err takes narration
 * @param isInteractive whether stderr is a terminal, on which bars can be drawn
 * @param nanos a clock for rates
 */
public record Terminal(
    PrintStream out, PrintStream err, boolean isInteractive, LongSupplier nanos) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The terminal of this process. */
  @SuppressWarnings(
      "SystemConsoleNull") // it is null again since JDK 25, where there is no terminal
  public static Terminal ofProcess() {
    Console console = System.console();
    boolean interactive =
        console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM"));
    return new Terminal(System.out, System.err, interactive, System::nanoTime);
  }

  /** A view of progress. */
  public ProgressView progress(Verbosity verbosity, boolean json) {
    if (json) {
      return new JsonView(out);
    }
    return switch (verbosity) {
      case QUIET -> new SilentView();
      case NORMAL, VERBOSE -> isInteractive ? new BarView(err, nanos) : new LineView(err, nanos);
    };
  }

  /** Says something to the user. */
  public void say(String text) {
    err.println(text);
  }

  /** Prints data. */
  public void print(String line) {
    out.println(line);
  }

  /** Prints data as one line of JSON. */
  public void print(JsonNode data) {
    try {
      out.println(JSON.writeValueAsString(data));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values is always JSON", e);
    }
  }

  /** How much is said. */
  public enum Verbosity {
    /** Failures only. */
    QUIET,
    /** Progress and a summary. */
    NORMAL,
    /** Every version that is looked at, besides. */
    VERBOSE
  }

  private static final class SilentView implements ProgressView {
    @Override
    public void on(ProgressEvent event) {
      // Quiet was asked for; failures are in the summary.
    }

    @Override
    public void close() {
      // Nothing was drawn.
    }
  }
}
