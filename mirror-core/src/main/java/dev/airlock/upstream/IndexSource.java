package dev.airlock.upstream;

import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.util.Optional;

/** A place that has pages of projects. Safe for several threads. */
public interface IndexSource {
  /**
   * Asks for the page of a project.
   *
   * @param etag the validator of the page that is held, to be told when it still holds
   * @throws UpstreamException when the place does not answer, or not as an index
   */
  PageAnswer page(ProjectName project, Optional<String> etag) throws IOException;

  /** What to call it in messages: its address, without credentials. */
  String description();
}
