package dev.airlock.index;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.name.ProjectName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;

/**
 * Reads the list of all projects of a simple index.
 *
 * @see <a href="https://peps.python.org/pep-0503/">PEP 503</a>
 * @see <a href="https://peps.python.org/pep-0691/">PEP 691</a>
 */
public final class ProjectListReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ProjectListReader() {}

  /**
   * Reads a list. In HTML every link counts, by its text and by where it leads: a name too many is
   * no harm to those who want to know that a project is not there.
   *
   * @param form the form of the document
   * @param document its bytes
   * @param address where it was read
   * @throws MalformedPageException when it is no such list, or has no project
   */
  public static Set<ProjectName> read(MediaType form, byte[] document, URI address)
      throws MalformedPageException {
    Set<ProjectName> projects = new HashSet<>();
    try {
      switch (form) {
        case HTML, HTML_V1 -> html(document, address, projects);
        case JSON_V1 -> {
          for (JsonNode project : JSON.readTree(document).path("projects")) {
            name(project.path("name").asText("")).ifPresent(projects::add);
          }
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw new MalformedPageException("it is no list of projects: " + e.getMessage(), e);
    }
    if (projects.isEmpty()) {
      throw new MalformedPageException("it lists no project");
    }
    return projects;
  }

  private static void html(byte[] document, URI address, Set<ProjectName> projects)
      throws IOException {
    for (Element anchor :
        Jsoup.parse(new ByteArrayInputStream(document), null, address.toString())
            .getElementsByTag("a")) {
      name(anchor.ownText().strip()).ifPresent(projects::add);
      Links.resolve(address, anchor.attr("href").strip())
          .flatMap(target -> name(last(target.getPath())))
          .ifPresent(projects::add);
    }
  }

  private static String last(String path) {
    String text = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    return text.substring(text.lastIndexOf('/') + 1);
  }

  private static Optional<ProjectName> name(String text) {
    try {
      return Optional.of(new ProjectName(text));
    } catch (MalformedException notAName) {
      return Optional.empty();
    }
  }
}
