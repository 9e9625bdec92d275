package dev.airlock.server.pullthrough;

import dev.airlock.fetch.Download;
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
   * Its bytes as they come.
   *
   * @param download the download that brings them
   * @param source whether it was begun for this answer
   */
  record Arriving(Download download, Source source) implements FileAnswer {}

  /**
   * Nothing, and nowhere to get it from.
   *
   * @param reason why, as a clause: "it was never fetched"
   */
  record Absent(String reason) implements FileAnswer {}

  /**
   * Nothing now.
   *
   * @param trouble why
   */
  record Unavailable(Trouble trouble) implements FileAnswer {}
}
