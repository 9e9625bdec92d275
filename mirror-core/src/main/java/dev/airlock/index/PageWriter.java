package dev.airlock.index;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.digest.Digest;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.packaging.name.ProjectName;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Optional;

/**
 * Writes pages in the forms that every pip since 18 and uv read. The HTML begins with its doctype
 * at the first byte (pip 22.0 insists) and carries both names of the metadata attribute; the JSON
 * carries {@code core-metadata} alone, because pip 23.0 falls over the other one (PEP 714).
 */
public final class PageWriter {
  private static final String API_VERSION = "1.1";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DateTimeFormatter UPLOAD_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private PageWriter() {}

  /** The page of a project. The links are written as they are in the page given. */
  public static byte[] write(MediaType form, ProjectPage page) {
    return switch (form) {
      case HTML, HTML_V1 -> html(page);
      case JSON_V1 -> json(page);
    };
  }

  /** The list of the projects of an index. */
  public static byte[] write(MediaType form, Collection<ProjectName> projects) {
    return switch (form) {
      case HTML, HTML_V1 -> html(projects);
      case JSON_V1 -> json(projects);
    };
  }

  /** Files of any projects on one page, for {@code --find-links}. */
  public static byte[] flat(String title, Collection<IndexFile> files) {
    var html = begin(title);
    files.forEach(file -> anchor(html, file));
    return end(html);
  }

  private static byte[] html(ProjectPage page) {
    var html = begin("Links for " + page.project());
    page.files().forEach(file -> anchor(html, file));
    return end(html);
  }

  private static byte[] html(Collection<ProjectName> projects) {
    var html = begin("Simple index");
    for (ProjectName project : projects) {
      html.append("<a href=\"").append(project).append("/\">").append(project).append("</a><br>\n");
    }
    return end(html);
  }

  private static StringBuilder begin(String title) {
    return new StringBuilder(
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="pypi:repository-version" content="%s">
        <title>%s</title>
        </head>
        <body>
        <h1>%s</h1>
        """
            .formatted(API_VERSION, escape(title), escape(title)));
  }

  private static byte[] end(StringBuilder html) {
    return html.append("</body>\n</html>\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void anchor(StringBuilder html, IndexFile file) {
    html.append("<a href=\"").append(escape(file.url().toString()));
    file.strongestDigest().ifPresent(digest -> html.append('#').append(digest));
    html.append('"');
    if (!file.requiresPython().isAny()) {
      attribute(html, "data-requires-python", file.requiresPython().toString());
    }
    if (file.yanked() instanceof Yanked.Because(String reason)) {
      attribute(html, "data-yanked", reason);
    }
    if (file.metadata() instanceof MetadataOffer.Offered(Optional<Digest> digest)) {
      String value = digest.map(Digest::toString).orElse("true");
      attribute(html, "data-core-metadata", value);
      attribute(html, "data-dist-info-metadata", value);
    }
    file.size().ifPresent(size -> attribute(html, "data-size", Long.toString(size)));
    file.uploadTime()
        .ifPresent(time -> attribute(html, "data-upload-time", UPLOAD_TIME.format(time)));
    html.append('>').append(escape(file.name().text())).append("</a><br>\n");
  }

  private static void attribute(StringBuilder html, String name, String value) {
    html.append(' ').append(name).append("=\"").append(escape(value)).append('"');
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  private static byte[] json(ProjectPage page) {
    ObjectNode root = document();
    root.put("name", page.project().value());
    ArrayNode versions = root.putArray("versions");
    page.files().stream()
        .map(file -> file.name().version().toString())
        .distinct()
        .sorted()
        .forEach(versions::add);
    ArrayNode files = root.putArray("files");
    page.files().forEach(file -> files.add(json(file)));
    return bytes(root);
  }

  private static ObjectNode json(IndexFile file) {
    ObjectNode node = JSON.createObjectNode();
    node.put("filename", file.name().text());
    node.put("url", file.url().toString());
    ObjectNode hashes = node.putObject("hashes");
    file.digests().forEach(digest -> hashes.put(digest.algorithm().label(), digest.hex()));
    if (!file.requiresPython().isAny()) {
      node.put("requires-python", file.requiresPython().toString());
    }
    file.size().ifPresent(size -> node.put("size", size));
    file.uploadTime().map(UPLOAD_TIME::format).ifPresent(time -> node.put("upload-time", time));
    switch (file.yanked()) {
      case Yanked.No() -> node.put("yanked", false);
      case Yanked.Because(String reason) when reason.isEmpty() -> node.put("yanked", true);
      case Yanked.Because(String reason) -> node.put("yanked", reason);
    }
    switch (file.metadata()) {
      case MetadataOffer.None() -> node.put("core-metadata", false);
      case MetadataOffer.Offered(Optional<Digest> digest) when digest.isEmpty() ->
          node.put("core-metadata", true);
      case MetadataOffer.Offered(Optional<Digest> digest) -> {
        ObjectNode value = node.putObject("core-metadata");
        digest.ifPresent(known -> value.put(known.algorithm().label(), known.hex()));
      }
    }
    return node;
  }

  private static byte[] json(Collection<ProjectName> projects) {
    ObjectNode root = document();
    ArrayNode list = root.putArray("projects");
    projects.forEach(project -> list.addObject().put("name", project.value()));
    return bytes(root);
  }

  private static ObjectNode document() {
    ObjectNode root = JSON.createObjectNode();
    root.putObject("meta").put("api-version", API_VERSION);
    return root;
  }

  private static byte[] bytes(ObjectNode root) {
    try {
      return JSON.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values is always JSON", e);
    }
  }

  /** When a file was uploaded, in the form of PEP 700. */
  public static String uploadTime(Instant time) {
    return UPLOAD_TIME.format(time);
  }
}
