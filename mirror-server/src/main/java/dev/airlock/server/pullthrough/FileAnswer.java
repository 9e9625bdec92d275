package dev.airlock.server.pullthrough;

import dev.airlock.store.Blob;

/** What the mirror has of a file. */
public sealed interface FileAnswer {
  /**
   * Its bytes.
   *
   * @param blob the bytes
   * @param source where the answer came from
   */
  record Held(Blob blob, Source source) implements FileAnswer {}

  /**
   * Nothing.
   *
   * @param reason why, as a sentence's part: "it was never fetched"
   */
  record Absent(String reason) implements FileAnswer {}
}
