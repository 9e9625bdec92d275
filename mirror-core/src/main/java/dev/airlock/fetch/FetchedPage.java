package dev.airlock.fetch;

import dev.airlock.index.ProjectPage;

/** What came of fetching a page. */
public sealed interface FetchedPage {
  /**
   * The page is there, and held.
   *
   * @param page what it says
   * @param origin which place it came from, for messages
   */
  record Found(ProjectPage page, String origin) implements FetchedPage {}

  /**
   * The index has no such project.
   *
   * @param reason where it was looked for, as a clause
   */
  record Missing(String reason) implements FetchedPage {}
}
