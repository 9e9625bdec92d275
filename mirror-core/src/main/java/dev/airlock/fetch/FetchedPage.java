package dev.airlock.fetch;

import dev.airlock.catalog.HeldPage;
import dev.airlock.index.ProjectPage;
import java.io.IOException;
import java.util.Optional;

/** What came of fetching a page. */
public sealed interface FetchedPage {
  /**
   * The page is there.
   *
   * @param page what it says
   * @param unkept why it could not be kept: a disk that is full or read-only; empty when it is held
   */
  record Found(HeldPage page, Optional<IOException> unkept) implements FetchedPage {
    /**
     * What the page says, for who needs a disk that takes it.
     *
     * @throws IOException why it could not be kept
     */
    public ProjectPage kept() throws IOException {
      if (unkept.isPresent()) {
        throw unkept.get();
      }
      return page.page();
    }
  }

  /**
   * The index has no such project.
   *
   * @param reason where it was looked for, as a clause
   * @param certain whether the answer can mean nothing else
   */
  record Missing(String reason, boolean certain) implements FetchedPage {}
}
