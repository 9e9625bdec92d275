package dev.airlock.closure;

import dev.airlock.index.ProjectPage;

/** Whether a source has a project. */
public sealed interface PageLookup {
  /**
   * It has.
   *
   * @param page its page
   * @param where where it was found, and where it was not looked for, as what ends a clause: {@code
   *     in the index …}; empty where there is nothing to tell
   */
  record Found(ProjectPage page, String where) implements PageLookup {
    /** A page of which nothing is to be told. */
    public Found(ProjectPage page) {
      this(page, "");
    }
  }

  /**
   * It has not.
   *
   * @param reason where it was looked for, as a clause
   */
  record Missing(String reason) implements PageLookup {}
}
