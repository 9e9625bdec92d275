package dev.airlock.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.digest.Sha256;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.index.MalformedPageException;
import dev.airlock.index.MediaType;
import dev.airlock.index.PageReader;
import dev.airlock.index.PageWriter;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.store.DamagedDocumentException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** How what the catalogue keeps is written down and read, without its seal. */
final class Forms {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String METADATA_SHA256 = "metadata-sha256";
  private static final String REQUIRES_PYTHON = "requires-python";
  private static final String UPLOAD_TIME = "upload-time";
  private static final String FILENAME = "filename";
  private static final String SHA256 = "sha256";
  private static final String SOURCE = "source";
  private static final String PLACE = "place";
  private static final String YANKED = "yanked";
  private static final String ORIGIN = "_airlock";

  private Forms() {}

  /** Reads a part of a document. */
  @FunctionalInterface
  private interface Reading<T> {
    T read() throws DamagedDocumentException;
  }

  private static <T> T understood(Reading<T> reading) throws DamagedDocumentException {
    try {
      return reading.read();
    } catch (IllegalArgumentException | DateTimeParseException e) {
      throw new DamagedDocumentException(String.valueOf(e.getMessage()));
    }
  }

  // --- an index

  static ObjectNode write(URI declared) {
    return object().put("url", declared.toString());
  }

  static URI index(JsonNode document) throws DamagedDocumentException {
    return understood(() -> URI.create(required(document, "url")));
  }

  // --- a file that is held

  static ObjectNode write(HeldFile file) {
    ObjectNode document = object();
    document.put(FILENAME, file.name().text());
    document.put(SHA256, file.sha256().hex());
    document.put("size", file.size());
    file.metadata().ifPresent(digest -> document.put(METADATA_SHA256, digest.hex()));
    if (!file.requiresPython().isAny()) {
      document.put(REQUIRES_PYTHON, file.requiresPython().toString());
    }
    file.uploadTime().ifPresent(time -> document.put(UPLOAD_TIME, time.toString()));
    if (file.yanked() instanceof Yanked.Because(String reason)) {
      document.put(YANKED, reason);
    }
    document.put(SOURCE, file.source().toString());
    file.place().ifPresent(place -> document.put(PLACE, place.toString()));
    return document;
  }

  static HeldFile file(JsonNode document, ProjectName project) throws DamagedDocumentException {
    if (!document.path("size").isIntegralNumber()) {
      throw new DamagedDocumentException("it states no size");
    }
    return understood(() ->
        new HeldFile(
            filename(document, project),
            new Sha256(required(document, SHA256)),
            document.path("size").asLong(),
            text(document, METADATA_SHA256).map(Sha256::new),
            SpecifierSet.parse(document.path(REQUIRES_PYTHON).asText("")),
            text(document, UPLOAD_TIME).map(Instant::parse),
            document.has(YANKED)
                ? new Yanked.Because(document.path(YANKED).asText(""))
                : new Yanked.No(),
            URI.create(document.path(SOURCE).asText("")),
            text(document, PLACE).map(URI::create)));
  }

  // --- metadata of a wheel that is not held

  static ObjectNode write(HeldMetadata metadata) {
    ObjectNode document = object();
    document.put(FILENAME, metadata.name().text());
    document.put(METADATA_SHA256, metadata.metadata().hex());
    if (!metadata.requiresPython().isAny()) {
      document.put(REQUIRES_PYTHON, metadata.requiresPython().toString());
    }
    metadata.wheel().ifPresent(digest -> document.put(SHA256, digest.hex()));
    document.put(SOURCE, metadata.source().toString());
    return document;
  }

  static HeldMetadata metadata(JsonNode document, ProjectName project)
      throws DamagedDocumentException {
    return understood(() ->
        new HeldMetadata(
            filename(document, project),
            new Sha256(required(document, METADATA_SHA256)),
            SpecifierSet.parse(document.path(REQUIRES_PYTHON).asText("")),
            text(document, SHA256).map(Sha256::new),
            URI.create(document.path(SOURCE).asText(""))));
  }

  // --- a page

  static ObjectNode write(HeldPage page) throws IOException {
    ObjectNode document =
        (ObjectNode) JSON.readTree(PageWriter.write(MediaType.JSON_V1, page.page()));
    ObjectNode origin = document.putObject(ORIGIN);
    origin.put(SOURCE, page.source().toString());
    origin.put("read", page.read().toString());
    page.etag().ifPresent(etag -> origin.put("etag", etag));
    return document;
  }

  static HeldPage page(JsonNode document, ProjectName project) throws DamagedDocumentException {
    JsonNode origin = document.path(ORIGIN);
    return understood(() -> {
      URI source = URI.create(required(origin, SOURCE));
      try {
        byte[] bytes = document.toString().getBytes(StandardCharsets.UTF_8);
        return new HeldPage(
            PageReader.read(MediaType.JSON_V1, bytes, source, project),
            source,
            Instant.parse(required(origin, "read")),
            text(origin, "etag"));
      } catch (MalformedPageException e) {
        throw new DamagedDocumentException(String.valueOf(e.getMessage()));
      }
    });
  }

  // --- a preset

  static ObjectNode write(HeldPreset preset) {
    ObjectNode document = object();
    document.put("name", preset.name());
    document.put("synced", preset.synced().toString());
    preset.origin().ifPresent(origin -> document.put("origin", origin));
    document.put("preset", preset.preset());
    document.put("requirements", preset.requirements());
    document.put("lock", preset.lock());
    return document;
  }

  static HeldPreset preset(JsonNode document, String name) throws DamagedDocumentException {
    return understood(() ->
        new HeldPreset(
            name,
            document.path("preset").asText(""),
            document.path("requirements").asText(""),
            required(document, "lock"),
            Instant.parse(required(document, "synced")),
            text(document, "origin")));
  }

  // --- parts

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static DistributionFilename filename(JsonNode document, ProjectName project)
      throws DamagedDocumentException {
    String text = required(document, FILENAME);
    return DistributionFilename.of(text, project)
        .orElseThrow(
            () -> new DamagedDocumentException("'" + text + "' is no file of project " + project));
  }

  private static String required(JsonNode document, String key) throws DamagedDocumentException {
    return text(document, key)
        .orElseThrow(() -> new DamagedDocumentException("it has no \"" + key + "\""));
  }

  private static Optional<String> text(JsonNode document, String key) {
    return Optional.of(document.path(key).asText("")).filter(text -> !text.isEmpty());
  }
}
