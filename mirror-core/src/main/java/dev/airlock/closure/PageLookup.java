package dev.airlock.closure;

import dev.airlock.index.ProjectPage;

/** Whether a source has a project. */
public sealed interface PageLookup {
  /**
   * It has.
   *
   * @param page its page
   */
  record Found(ProjectPage page) implements PageLookup {}

  /**
   * It has not.
   *
   * @param reason where it was looked for, as a clause
   */
  record Missing(String reason) implements PageLookup {}
}
