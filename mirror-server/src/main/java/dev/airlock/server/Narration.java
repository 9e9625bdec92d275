package dev.airlock.server;

import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** How the log looks: one line an event, on stderr, and of the libraries only what is wrong. */
final class Narration {
  /** Kept, because a logger that nobody keeps forgets its level. */
  private static final List<Logger> LIBRARIES =
      List.of(
          Logger.getLogger("org.xnio"),
          Logger.getLogger("org.xnio.listener"),
          Logger.getLogger("org.jboss"),
          Logger.getLogger("io.undertow"));

  private static final String FORMAT = "java.util.logging.SimpleFormatter.format";

  private Narration() {}

  /** Says nothing but warnings. */
  static void quieten() {
    Logger.getLogger("").setLevel(Level.WARNING);
  }

  static void prepare() {
    if (System.getProperty(FORMAT) == null) {
      System.setProperty(FORMAT, "airlock: %4$s: %5$s%6$s%n");
    }
    LIBRARIES.forEach(library -> library.setLevel(Level.WARNING));
    // A client that comes while the server stops to listen is no error.
    LIBRARIES.forEach(library ->
        library.setFilter(event -> !(event.getThrown() instanceof ClosedChannelException)));
  }
}
