package dev.airlock.index;

import dev.airlock.packaging.name.ProjectName;
import java.util.List;

/**
 * The page of a project on a simple index.
 *
 * @param project the project
 * @param files its wheels and sdists, in the order of the page. Whatever else the page links to is
 *     left out
 */
public record ProjectPage(ProjectName project, List<IndexFile> files) {
  /** Copies the files. */
  public ProjectPage {
    files = List.copyOf(files);
  }
}
