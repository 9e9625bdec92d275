package dev.airlock.catalog;

import dev.airlock.index.ProjectPage;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The page of a project as an upstream gave it.
 *
 * @param page what it says
 * @param source where it was read, after redirects
 * @param read when it was read or last confirmed
 * @param etag the validator that the upstream gave it
 */
public record HeldPage(ProjectPage page, URI source, Instant read, Optional<String> etag) {
  private static final String FILE = "index.html";

  /**
   * The location that the page is one of: of a simple index its address, of one page or folder with
   * files of many projects its own.
   */
  public URI place() {
    String text = source.toString();
    String project = page.project().value();
    for (String end : List.of("/" + project + "/" + FILE, "/" + project + "/", "/" + project)) {
      // A folder of files may have the name of a project; pages of a folder are files.
      boolean isPage = !"file".equals(source.getScheme()) || end.endsWith(FILE);
      if (isPage && text.endsWith(end)) {
        return URI.create(text.substring(0, text.length() - end.length() + 1));
      }
    }
    return source;
  }
}
