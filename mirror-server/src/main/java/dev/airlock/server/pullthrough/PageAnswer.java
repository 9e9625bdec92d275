package dev.airlock.server.pullthrough;

import dev.airlock.catalog.HeldFile;
import java.util.List;

/** What the mirror has of a project. */
public sealed interface PageAnswer {
  /**
   * Files of it.
   *
   * @param files the files, one at least
   * @param source where the answer came from
   */
  record Held(List<HeldFile> files, Source source) implements PageAnswer {
    /** Copies the files. */
    public Held {
      files = List.copyOf(files);
    }
  }

  /** Nothing, and nowhere to get it from. */
  record Absent() implements PageAnswer {}
}
