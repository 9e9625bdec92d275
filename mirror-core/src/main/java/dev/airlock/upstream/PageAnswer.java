package dev.airlock.upstream;

import dev.airlock.index.ProjectPage;
import java.net.URI;
import java.util.Optional;

/** What an index answers when it is asked for the page of a project. */
public sealed interface PageAnswer {
  /**
   * The page.
   *
   * @param page what it says
   * @param source where it was read, after redirects
   * @param origin which of several places had it, for messages
   * @param etag the validator to ask with the next time
   */
  record Page(ProjectPage page, URI source, String origin, Optional<String> etag)
      implements PageAnswer {}

  /** The page is still the one that the validator was given for. */
  record NotModified() implements PageAnswer {}

  /**
   * The index has no such project.
   *
   * @param reason where it was looked for and what was answered, as a clause: {@code https://… has
   *     no such project (404)}
   */
  record NoSuchProject(String reason) implements PageAnswer {}
}
