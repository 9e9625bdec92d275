package dev.airlock.catalog;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.digest.Sha256;
import dev.airlock.files.DurableFiles;
import dev.airlock.files.PortableNames;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.index.MalformedPageException;
import dev.airlock.index.MediaType;
import dev.airlock.index.PageReader;
import dev.airlock.index.PageWriter;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.store.Store;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Says which blob is which file of which project of which index, and keeps pages and presets. Every
 * entry is a small document of its own, replaced as a whole, so that several processes work on one
 * catalogue without a lock. Documents that are damaged count as absent.
 */
public final class Catalog {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String INDEX_DOCUMENT = "index.json";
  private static final String EXTENSION = ".json";

  private final Path indexes;
  private final Path presets;

  /** The catalogue of a store. */
  public Catalog(Store store) {
    this.indexes = store.root().resolve("indexes");
    this.presets = store.root().resolve("presets");
  }

  // --- indexes

  /** Makes an index known by its declared address. */
  public IndexKey register(URI declared) throws IOException {
    IndexKey key = IndexKey.of(declared);
    Path document = indexes.resolve(key.value()).resolve(INDEX_DOCUMENT);
    if (address(key).isEmpty()) {
      DurableFiles.write(document, bytes(JSON.createObjectNode().put("url", declared.toString())));
    }
    return key;
  }

  /** The indexes that are known, in the order of their keys. */
  public List<IndexKey> indexes() throws IOException {
    return names(indexes).stream().flatMap(name -> understood(name, IndexKey::new)).toList();
  }

  /** The declared address of an index. */
  public Optional<URI> address(IndexKey key) throws IOException {
    return read(indexes.resolve(key.value()).resolve(INDEX_DOCUMENT))
        .map(document -> document.path("url").asText(""))
        .filter(url -> !url.isEmpty())
        .flatMap(url -> understood(url, URI::create).findFirst());
  }

  // --- files

  /** Enters a file whose blobs are held. */
  public void enter(IndexKey index, HeldFile file) throws IOException {
    ObjectNode document = JSON.createObjectNode();
    document.put("filename", file.name().text());
    document.put("sha256", file.sha256().hex());
    document.put("size", file.size());
    file.metadata().ifPresent(digest -> document.put("metadata-sha256", digest.hex()));
    if (!file.requiresPython().isAny()) {
      document.put("requires-python", file.requiresPython().toString());
    }
    file.uploadTime().ifPresent(time -> document.put("upload-time", time.toString()));
    if (file.yanked() instanceof Yanked.Because(String reason)) {
      document.put("yanked", reason);
    }
    document.put("source", file.source().toString());
    DurableFiles.write(
        fileDocument(index, file.name().project(), file.name().text()), bytes(document));
  }

  /** A file by its name. */
  public Optional<HeldFile> file(IndexKey index, ProjectName project, String filename)
      throws IOException {
    if (DistributionFilename.of(filename, project).isEmpty()) {
      return Optional.empty();
    }
    return read(fileDocument(index, project, filename))
        .flatMap(document -> heldFile(document, project));
  }

  /** The files of a project that are held, in the order of their names. */
  public List<HeldFile> files(IndexKey index, ProjectName project) throws IOException {
    Path directory = filesOf(index).resolve(project.value());
    var files = new ArrayList<HeldFile>();
    for (String name : names(directory)) {
      read(directory.resolve(name))
          .flatMap(document -> heldFile(document, project))
          .ifPresent(files::add);
    }
    return files;
  }

  /** The projects of an index of which files are held, in the order of their names. */
  public List<ProjectName> projects(IndexKey index) throws IOException {
    return names(filesOf(index)).stream()
        .flatMap(name -> understood(name, ProjectName::new))
        .toList();
  }

  private Path filesOf(IndexKey index) {
    return indexes.resolve(index.value()).resolve("files");
  }

  private Path fileDocument(IndexKey index, ProjectName project, String filename) {
    return filesOf(index)
        .resolve(project.value())
        .resolve(PortableNames.encode(filename) + EXTENSION);
  }

  private static Optional<HeldFile> heldFile(JsonNode document, ProjectName project) {
    String metadata = document.path("metadata-sha256").asText("");
    String uploadTime = document.path("upload-time").asText("");
    if (!document.path("size").isIntegralNumber()) {
      return Optional.empty();
    }
    try {
      return DistributionFilename.of(document.path("filename").asText(""), project)
          .map(name ->
              new HeldFile(
                  name,
                  new Sha256(document.path("sha256").asText("")),
                  document.path("size").asLong(),
                  metadata.isEmpty() ? Optional.empty() : Optional.of(new Sha256(metadata)),
                  SpecifierSet.parse(document.path("requires-python").asText("")),
                  uploadTime.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(uploadTime)),
                  document.has("yanked")
                      ? new Yanked.Because(document.path("yanked").asText(""))
                      : new Yanked.No(),
                  URI.create(document.path("source").asText(""))));
    } catch (IllegalArgumentException | DateTimeParseException damaged) {
      return Optional.empty();
    }
  }

  // --- metadata of files that are not held

  /** Keeps the metadata of a wheel that is not held; its blob is. */
  public void keep(IndexKey index, HeldMetadata metadata) throws IOException {
    ObjectNode document = JSON.createObjectNode();
    document.put("filename", metadata.name().text());
    document.put("metadata-sha256", metadata.metadata().hex());
    if (!metadata.requiresPython().isAny()) {
      document.put("requires-python", metadata.requiresPython().toString());
    }
    metadata.wheel().ifPresent(digest -> document.put("sha256", digest.hex()));
    document.put("source", metadata.source().toString());
    DurableFiles.writeSoon(
        metadataOf(index, metadata.name().project())
            .resolve(PortableNames.encode(metadata.name().text()) + EXTENSION),
        bytes(document));
  }

  /** The metadata that is held of wheels of a project that are not, by their file names. */
  public Map<String, HeldMetadata> metadata(IndexKey index, ProjectName project)
      throws IOException {
    Path directory = metadataOf(index, project);
    var held = new HashMap<String, HeldMetadata>();
    for (String name : names(directory)) {
      read(directory.resolve(name))
          .flatMap(document -> heldMetadata(document, project))
          .ifPresent(metadata -> held.put(metadata.name().text(), metadata));
    }
    return held;
  }

  private static Optional<HeldMetadata> heldMetadata(JsonNode document, ProjectName project) {
    String wheel = document.path("sha256").asText("");
    try {
      return DistributionFilename.of(document.path("filename").asText(""), project)
          .map(name ->
              new HeldMetadata(
                  name,
                  new Sha256(document.path("metadata-sha256").asText("")),
                  SpecifierSet.parse(document.path("requires-python").asText("")),
                  wheel.isEmpty() ? Optional.empty() : Optional.of(new Sha256(wheel)),
                  URI.create(document.path("source").asText(""))));
    } catch (IllegalArgumentException damaged) {
      return Optional.empty();
    }
  }

  private Path metadataOf(IndexKey index, ProjectName project) {
    return indexes.resolve(index.value()).resolve("metadata").resolve(project.value());
  }

  // --- pages

  /**
   * Keeps the page of a project, without waiting for the disk: it can be asked for again, and one
   * that a power cut damaged counts as absent.
   */
  public void keep(IndexKey index, HeldPage page) throws IOException {
    ObjectNode document =
        (ObjectNode) JSON.readTree(PageWriter.write(MediaType.JSON_V1, page.page()));
    ObjectNode origin = document.putObject("_airlock");
    origin.put("source", page.source().toString());
    origin.put("read", page.read().toString());
    page.etag().ifPresent(etag -> origin.put("etag", etag));
    DurableFiles.writeSoon(pageDocument(index, page.page().project()), bytes(document));
  }

  /** The page of a project as it was last read. */
  public Optional<HeldPage> page(IndexKey index, ProjectName project) throws IOException {
    Optional<JsonNode> document = read(pageDocument(index, project));
    if (document.isEmpty()) {
      return Optional.empty();
    }
    JsonNode origin = document.get().path("_airlock");
    try {
      URI source = URI.create(origin.path("source").asText(""));
      return Optional.of(
          new HeldPage(
              PageReader.read(MediaType.JSON_V1, bytes(document.get()), source, project),
              source,
              Instant.parse(origin.path("read").asText("")),
              Optional.of(origin.path("etag").asText("")).filter(etag -> !etag.isEmpty())));
    } catch (MalformedPageException | IllegalArgumentException | DateTimeParseException damaged) {
      return Optional.empty();
    }
  }

  private Path pageDocument(IndexKey index, ProjectName project) {
    return indexes.resolve(index.value()).resolve("pages").resolve(project.value() + EXTENSION);
  }

  // --- presets

  /** Publishes a preset whose closure is complete, replacing an earlier one at once. */
  public void publish(HeldPreset preset) throws IOException {
    if (!isPresetName(preset.name())) {
      throw new IllegalArgumentException("'" + preset.name() + "' is not the name of a preset");
    }
    ObjectNode document = JSON.createObjectNode();
    document.put("name", preset.name());
    document.put("synced", preset.synced().toString());
    document.put("preset", preset.preset());
    document.put("requirements", preset.requirements());
    document.put("last-step", preset.lastStep());
    document.put("lock", preset.lock());
    DurableFiles.write(presetDocument(preset.name()), bytes(document));
  }

  /** A preset by its name. */
  public Optional<HeldPreset> preset(String name) throws IOException {
    if (!isPresetName(name)) {
      return Optional.empty();
    }
    try {
      return read(presetDocument(name))
          .filter(document -> document.path("lock").isTextual())
          .map(document ->
              new HeldPreset(
                  name,
                  document.path("preset").asText(""),
                  document.path("requirements").asText(""),
                  document.path("last-step").asText(""),
                  document.path("lock").asText(""),
                  Instant.parse(document.path("synced").asText(""))));
    } catch (DateTimeParseException damaged) {
      return Optional.empty();
    }
  }

  /** The names of the presets that are published, in their order. */
  public List<String> presets() throws IOException {
    return names(presets).stream()
        .filter(name -> name.endsWith(EXTENSION))
        .map(name -> name.substring(0, name.length() - EXTENSION.length()))
        .filter(Catalog::isPresetName)
        .toList();
  }

  private static boolean isPresetName(String name) {
    return name.matches("[a-z0-9][a-z0-9._-]*");
  }

  private Path presetDocument(String name) {
    return presets.resolve(name + EXTENSION);
  }

  // --- documents

  /** A name as what it is the name of; nothing where some other program left a file. */
  private static <T> Stream<T> understood(String name, Function<String, T> reader) {
    try {
      return Stream.of(reader.apply(name));
    } catch (IllegalArgumentException strange) {
      return Stream.empty();
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (var entries = Files.list(directory)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> !name.startsWith(DurableFiles.TEMPORARY))
          .sorted()
          .toList();
    } catch (NoSuchFileException | NotDirectoryException none) {
      return List.of();
    }
  }

  private static Optional<JsonNode> read(Path document) throws IOException {
    try {
      return Optional.of(JSON.readTree(Files.readAllBytes(document)));
    } catch (NoSuchFileException | JacksonException absentOrDamaged) {
      return Optional.empty();
    }
  }

  private static byte[] bytes(JsonNode document) throws IOException {
    return (JSON.writeValueAsString(document) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
