package dev.airlock.lock;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.airlock.digest.Sha256;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.tag.Platform;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the {@code pylock.toml} that {@link LockWriter} writes. */
public final class LockReader {
  /** The dependency group of the versions that only builds of sdists need. */
  static final String BUILD_GROUP = "build";

  /** As many as a preset may have. */
  private static final int MOST_TARGETS = 100;

  private static final TomlMapper TOML = new TomlMapper();

  private LockReader() {}

  /**
   * Reads a lock.
   *
   * @param text the text of the file
   * @throws MalformedLockException when it is no lock of ours
   */
  public static Lock read(String text) throws MalformedLockException {
    try {
      return lock(TOML.readTree(text));
    } catch (JsonProcessingException e) {
      throw new MalformedLockException("it is not TOML: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new MalformedLockException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Lock lock(JsonNode document) throws MalformedLockException {
    String version = document.path("lock-version").asText("");
    if (!version.startsWith("1.")) {
      throw new MalformedLockException("lock-version is '" + version + "'; 1.x is understood");
    }
    JsonNode tool = document.path("tool").path("airlock");
    if (tool.isMissingNode()) {
      throw new MalformedLockException("it has no [tool.airlock]: another tool wrote it");
    }
    if (tool.path("targets").size() > MOST_TARGETS) {
      throw new MalformedLockException(
          "it has " + tool.path("targets").size() + " targets; accepted are " + MOST_TARGETS);
    }
    var targets = new ArrayList<Target>();
    for (JsonNode target : tool.path("targets")) {
      targets.add(Target.of(text(target, "python"), Platform.parse(text(target, "platform"))));
    }
    var packages = new ArrayList<LockedPackage>();
    for (JsonNode locked : document.path("packages")) {
      packages.add(locked(locked));
    }
    String inputs = text(tool, "inputs");
    return new Lock(
        text(tool, "preset"),
        new Sha256(inputs.substring(inputs.indexOf(':') + 1)),
        time(tool, "exclude-newer"),
        targets,
        texts(tool.path("search")).stream().map(URI::create).toList(),
        packages);
  }

  private static LockedPackage locked(JsonNode node) throws MalformedLockException {
    ProjectName project = new ProjectName(text(node, "name"));
    JsonNode ours = node.path("tool").path("airlock");
    var wheels = new ArrayList<LockedFile>();
    for (JsonNode wheel : node.path("wheels")) {
      wheels.add(file(wheel, project));
    }
    boolean build = node.path("marker").asText("").contains("dependency_groups");
    return new LockedPackage(
        project,
        Version.parse(text(node, "version")),
        build ? LockedPackage.Role.BUILD : LockedPackage.Role.INSTALL,
        URI.create(text(node, "index")),
        SpecifierSet.parse(node.path("requires-python").asText("")),
        texts(ours.path("targets")),
        texts(ours.path("requires")).stream().map(Requirement::parse).toList(),
        texts(ours.path("build-requires")).stream().map(Requirement::parse).toList(),
        wheels,
        node.has("sdist") ? Optional.of(file(node.path("sdist"), project)) : Optional.empty());
  }

  private static LockedFile file(JsonNode node, ProjectName project) throws MalformedLockException {
    String name = text(node, "name");
    return new LockedFile(
        DistributionFilename.of(name, project)
            .orElseThrow(() ->
                new MalformedLockException("'" + name + "' is no file of the project " + project)),
        URI.create(text(node, "url")),
        size(node),
        new Sha256(text(node.path("hashes"), "sha256")),
        time(node, "upload-time"));
  }

  private static long size(JsonNode node) throws MalformedLockException {
    JsonNode size = node.path("size");
    if (!size.canConvertToLong() || !size.isIntegralNumber() || size.asLong() < 0) {
      throw new MalformedLockException("the size in bytes is missing in " + abridged(node));
    }
    return size.asLong();
  }

  private static Optional<Instant> time(JsonNode node, String key) {
    String time = node.path(key).asText("");
    return time.isEmpty() ? Optional.empty() : Optional.of(OffsetDateTime.parse(time).toInstant());
  }

  private static List<String> texts(JsonNode list) {
    var texts = new ArrayList<String>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static String text(JsonNode node, String key) throws MalformedLockException {
    JsonNode value = node.path(key);
    if (!value.isTextual()) {
      throw new MalformedLockException("the text '" + key + "' is missing in " + abridged(node));
    }
    return value.asText();
  }

  private static String abridged(JsonNode node) {
    String text = node.toString();
    return text.length() <= 120 ? text : text.substring(0, 120) + "…";
  }
}
