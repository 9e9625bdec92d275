package dev.airlock.index;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.airlock.digest.Digest;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.metadata.LenientForms;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads JSON pages.
 *
 * @see <a href="https://peps.python.org/pep-0691/">PEP 691</a>
 * @see <a href="https://peps.python.org/pep-0700/">PEP 700</a>
 */
final class JsonPageReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonPageReader() {}

  static ProjectPage read(byte[] json, URI address, ProjectName project)
      throws MalformedPageException {
    JsonNode page;
    try {
      page = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new MalformedPageException("it is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new MalformedPageException("it is not JSON: " + e.getMessage(), e);
    }
    String version = page.path("meta").path("api-version").asText("");
    if (!version.startsWith("1.")) {
      throw new MalformedPageException(
          "its meta.api-version is '" + version + "'; 1.x is understood");
    }
    if (!page.path("files").isArray()) {
      throw new MalformedPageException("it has no list of files");
    }
    var files = new ArrayList<IndexFile>();
    for (JsonNode file : page.path("files")) {
      file(file, address, project).ifPresent(files::add);
    }
    return new ProjectPage(project, files);
  }

  private static Optional<IndexFile> file(JsonNode file, URI address, ProjectName project) {
    Optional<DistributionFilename> name =
        DistributionFilename.of(file.path("filename").asText(""), project);
    Optional<URI> url = Links.resolve(address, file.path("url").asText(""));
    if (name.isEmpty() || url.isEmpty()) {
      return Optional.empty();
    }
    String requiresPython = file.path("requires-python").asText("");
    return Optional.of(
        new IndexFile(
            name.get(),
            Links.withoutFragment(url.get()),
            digests(file.path("hashes")),
            requiresPython.isBlank() || file.path("requires-python").isNull()
                ? SpecifierSet.ANY
                : LenientForms.requiresPython(requiresPython),
            size(file.path("size")),
            uploadTime(file.path("upload-time").asText("")),
            yanked(file.path("yanked")),
            metadata(file)));
  }

  private static List<Digest> digests(JsonNode hashes) {
    return hashes.properties().stream()
        .flatMap(entry -> Digest.of(entry.getKey(), entry.getValue().asText()).stream())
        .toList();
  }

  private static OptionalLong size(JsonNode value) {
    return value.isIntegralNumber() && value.canConvertToLong() && value.asLong() >= 0
        ? OptionalLong.of(value.asLong())
        : OptionalLong.empty();
  }

  private static Optional<Instant> uploadTime(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException notStated) {
      return Optional.empty();
    }
  }

  /** An empty text says that it was not withdrawn, as pip reads it. */
  private static Yanked yanked(JsonNode value) {
    if (value.isTextual()) {
      return value.asText().isEmpty() ? new Yanked.No() : new Yanked.Because(value.asText());
    }
    return value.asBoolean(false) ? new Yanked.Because("") : new Yanked.No();
  }

  /**
   * {@code core-metadata} (PEP 714), or the key that was meant before it, or the one that PyPI
   * really wrote.
   */
  private static MetadataOffer metadata(JsonNode file) {
    for (String key : List.of("core-metadata", "dist-info-metadata", "data-dist-info-metadata")) {
      JsonNode value = file.path(key);
      if (value.isObject()) {
        return new MetadataOffer.Offered(digests(value).stream().findFirst());
      }
      if (value.isBoolean()) {
        return value.asBoolean()
            ? new MetadataOffer.Offered(Optional.empty())
            : new MetadataOffer.None();
      }
    }
    return new MetadataOffer.None();
  }
}
