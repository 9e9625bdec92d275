package dev.airlock.server.pullthrough;

import dev.airlock.index.IndexFile;
import java.util.List;

/** What the mirror has of a project. */
public sealed interface PageAnswer {
  /**
   * Files of it: those that are held, and those that can be fetched.
   *
   * @param files the files, one at least, at their addresses upstream
   * @param source where the answer came from
   */
  record Held(List<IndexFile> files, Source source) implements PageAnswer {
    /** Copies the files. */
    public Held {
      files = List.copyOf(files);
    }
  }

  /**
   * Nothing, and nowhere to get it from.
   *
   * @param reason why, as a clause
   */
  record Absent(String reason) implements PageAnswer {}

  /**
   * Nothing now.
   *
   * @param trouble why
   */
  record Unavailable(Trouble trouble) implements PageAnswer {}
}
