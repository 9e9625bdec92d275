package dev.airlock.server.http;

import java.io.IOException;
import java.util.Optional;

/** Answers requests. Safe for many threads. */
@FunctionalInterface
public interface Handler {
  /**
   * Answers a request. It may read from disk: it is never called on a thread that must not wait.
   */
  Response handle(Request request) throws IOException;

  /**
   * The answer if it is at hand, without waiting for anything. Empty means no more than that {@link
   * #handle} is to be asked.
   */
  default Optional<Response> ready(Request request) {
    return Optional.empty();
  }

  /** The kind of address that is asked, for the log: {@code /simple/{project}/}. */
  default Optional<String> route(Request request) {
    return Optional.empty();
  }
}
