package dev.airlock.index;

import dev.airlock.packaging.name.ProjectName;
import java.net.URI;

/** Reads the page of a project in whichever form it comes. */
public final class PageReader {
  private PageReader() {}

  /**
   * Reads a page.
   *
   * @param form the form of the document
   * @param document its bytes
   * @param address where it was read, after redirects: what relative links are relative to
   * @param project the project it is the page of
   * @throws MalformedPageException when it is no page of a simple index
   */
  public static ProjectPage read(MediaType form, byte[] document, URI address, ProjectName project)
      throws MalformedPageException {
    return switch (form) {
      case HTML, HTML_V1 -> HtmlPageReader.read(document, address, project);
      case JSON_V1 -> JsonPageReader.read(document, address, project);
    };
  }
}
