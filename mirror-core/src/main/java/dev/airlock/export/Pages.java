package dev.airlock.export;

import dev.airlock.index.IndexFile;
import dev.airlock.index.MediaType;
import dev.airlock.index.PageWriter;
import dev.airlock.index.PercentEncoding;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.name.ProjectName;
import java.net.URI;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The pages of a static index. Each is there as {@code index.html}, which is what pip looks for in
 * a folder and web servers give out for one, and as {@code index.json}. All links are relative.
 */
final class Pages {
  static final String SIMPLE = "simple/";

  private static final String HTML = "index.html";
  private static final String JSON = "index.json";

  private Pages() {}

  /** The pages of these projects by their places; the list of the projects comes last. */
  static Map<String, byte[]> of(Map<ProjectName, ? extends Collection<IndexFile>> projects) {
    Map<String, byte[]> pages = new LinkedHashMap<>();
    projects.forEach((project, files) -> {
      var page = new ProjectPage(project, files.stream().map(Pages::beside).toList());
      String folder = SIMPLE + project + "/";
      pages.put(folder + HTML, PageWriter.write(MediaType.HTML, page));
      pages.put(folder + JSON, PageWriter.write(MediaType.JSON_V1, page));
    });
    pages.put(SIMPLE + HTML, PageWriter.write(MediaType.HTML, projects.keySet()));
    pages.put(SIMPLE + JSON, PageWriter.write(MediaType.JSON_V1, projects.keySet()));
    return pages;
  }

  /** The file at the address that it has from the page beside it. */
  private static IndexFile beside(IndexFile file) {
    return file.movedTo(URI.create(PercentEncoding.encode(file.name().text())));
  }
}
