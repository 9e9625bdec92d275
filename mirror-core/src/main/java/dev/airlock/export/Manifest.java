package dev.airlock.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.digest.Sha256;
import dev.airlock.index.IndexFile;
import dev.airlock.index.MalformedPageException;
import dev.airlock.index.MediaType;
import dev.airlock.index.PageReader;
import dev.airlock.index.PageWriter;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.store.DamagedDocumentException;
import dev.airlock.store.Sealed;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What earlier exports wrote into a folder: a file of it is ours when its bytes are those that the
 * manifest says. It is sealed like the documents of a store.
 *
 * @param form how the folder is laid out
 * @param presets the distributions of each preset that was exported
 * @param files all files that were written. While an export is under way, or was interrupted, those
 *     that it writes are in it already, beside those that they replace
 */
record Manifest(
    ExportForm form, SortedMap<String, List<IndexFile>> presets, SortedSet<ExportedFile> files) {
  /** The name of the file that it is kept in. */
  static final String NAME = "airlock-export.json";

  private static final int FORMAT = 1;
  private static final URI NOWHERE = URI.create("file:///");
  private static final ObjectMapper JSON = new ObjectMapper();

  Manifest {
    presets = Collections.unmodifiableSortedMap(new TreeMap<>(presets));
    files = Collections.unmodifiableSortedSet(new TreeSet<>(files));
  }

  /** That of a folder into which nothing was exported. */
  static Manifest empty(ExportForm form) {
    return new Manifest(form, new TreeMap<>(), new TreeSet<>());
  }

  /** The same with other files. */
  Manifest of(SortedSet<ExportedFile> otherFiles) {
    return new Manifest(form, presets, otherFiles);
  }

  // --- read

  /**
   * The manifest of a folder; empty where there is none.
   *
   * @throws ExportException when it is damaged, or of a format that this program does not know
   */
  static Optional<Manifest> read(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
    try {
      ObjectNode document = Sealed.open(bytes);
      if (document.path("format").asInt() != FORMAT) {
        throw new ExportException(
            "'"
                + file
                + "' has the format "
                + document.path("format")
                + "; this version of airlock knows format "
                + FORMAT
                + " only: export into another folder, or with the version that wrote it");
      }
      return Optional.of(read(document));
    } catch (DamagedDocumentException | MalformedPageException | IllegalArgumentException e) {
      throw new ExportException(
          "'"
              + file
              + "' is damaged: "
              + e.getMessage()
              + ". Without it nobody can tell which files were exported: export into an empty"
              + " folder, or delete it, and what then is in the way",
          e);
    }
  }

  private static Manifest read(ObjectNode document) throws MalformedPageException {
    String label = document.path("as").asText();
    ExportForm form =
        ExportForm.named(label)
            .orElseThrow(() -> new IllegalArgumentException("there is no form '" + label + "'"));
    var presets = new TreeMap<String, List<IndexFile>>();
    for (Map.Entry<String, JsonNode> preset : document.path("presets").properties()) {
      var files = new ArrayList<IndexFile>();
      for (JsonNode page : preset.getValue()) {
        files.addAll(page(page));
      }
      presets.put(preset.getKey(), files);
    }
    var files = new TreeSet<ExportedFile>();
    for (JsonNode file : document.path("files")) {
      files.add(
          new ExportedFile(
              file.path("path").asText(),
              file.path("size").asLong(),
              new Sha256(file.path("sha256").asText())));
    }
    return new Manifest(form, presets, files);
  }

  private static List<IndexFile> page(JsonNode page) throws MalformedPageException {
    return PageReader.read(
            MediaType.JSON_V1,
            page.toString().getBytes(StandardCharsets.UTF_8),
            NOWHERE,
            new ProjectName(page.path("name").asText()))
        .files();
  }

  // --- write

  /** The bytes of the file. */
  byte[] bytes() throws IOException {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("format", FORMAT).put("as", form.toString());
    ObjectNode byName = document.putObject("presets");
    for (Map.Entry<String, List<IndexFile>> preset : presets.entrySet()) {
      ArrayNode pages = byName.putArray(preset.getKey());
      for (ProjectPage page : pages(preset.getValue())) {
        pages.add(JSON.readTree(PageWriter.write(MediaType.JSON_V1, page)));
      }
    }
    ArrayNode list = document.putArray("files");
    for (ExportedFile file : files) {
      list.addObject()
          .put("path", file.place())
          .put("size", file.size())
          .put("sha256", file.sha256().hex());
    }
    return Sealed.seal(document);
  }

  /** The distributions in pages of their projects, at their addresses from the folder. */
  private List<ProjectPage> pages(List<IndexFile> distributions) {
    Map<ProjectName, List<IndexFile>> projects =
        distributions.stream()
            .map(file -> file.movedTo(URI.create(form.placeOf(file.name()))))
            .collect(
                Collectors.groupingBy(
                    file -> file.name().project(), TreeMap::new, Collectors.toUnmodifiableList()));
    return projects.entrySet().stream()
        .map(project -> new ProjectPage(project.getKey(), project.getValue()))
        .toList();
  }
}
