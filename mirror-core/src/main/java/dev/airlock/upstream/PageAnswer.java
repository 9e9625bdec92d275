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
   * @param etag the validator to ask with the next time
   */
  record Page(ProjectPage page, URI source, Optional<String> etag) implements PageAnswer {}

  /** The page is still the one that the validator was given for. */
  record NotModified() implements PageAnswer {}

  /**
   * The index has no such project.
   *
   * @param reason where it was looked for and what was answered, as a clause: {@code https://… has
   *     no such project (404)}
   * @param certain whether the answer can mean nothing else. A 403 can be a refusal, even from a
   *     host that is known to answer so for what it does not have, unless the index has a list of
   *     its projects, too, and this one is not on it
   */
  record NoSuchProject(String reason, boolean certain) implements PageAnswer {
    /** An answer that can mean nothing else. */
    public NoSuchProject(String reason) {
      this(reason, true);
    }
  }
}
