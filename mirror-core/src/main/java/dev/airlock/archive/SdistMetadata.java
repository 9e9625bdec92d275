package dev.airlock.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.metadata.CoreMetadata;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an sdist says for certain without being built: static {@code PKG-INFO} (PEP 643), else a
 * static {@code [project]} table (PEP 621); and what building it requires (PEP 518).
 *
 * @param metadata what its wheel will say; empty where that takes running its code
 * @param buildRequires what has to be installed to build it
 */
public record SdistMetadata(Optional<CoreMetadata> metadata, List<Requirement> buildRequires) {
  private static final TomlMapper TOML = new TomlMapper();
  private static final Version STATED_BY_PYPROJECT = Version.parse("2.2");
  private static final Requirement SETUPTOOLS = Requirement.parse("setuptools>=40.8.0");
  private static final Requirement WHEEL = Requirement.parse("wheel");

  /** Copies the requirements. */
  public SdistMetadata {
    buildRequires = List.copyOf(buildRequires);
  }

  /**
   * Reads what an sdist says.
   *
   * @throws MalformedException when its build requirements cannot be understood
   */
  public static SdistMetadata of(SdistArchive archive, SdistFilename name) {
    JsonNode pyproject =
        archive.pyproject().map(SdistMetadata::toml).orElse(MissingNode.getInstance());
    Optional<CoreMetadata> metadata =
        archive
            .pkgInfo()
            .flatMap(SdistMetadata::fromPkgInfo)
            .or(() -> fromPyproject(pyproject, name));
    return new SdistMetadata(metadata, buildRequires(pyproject));
  }

  private static JsonNode toml(byte[] document) {
    try {
      return TOML.readTree(new String(document, StandardCharsets.UTF_8));
    } catch (JsonProcessingException notToml) {
      return MissingNode.getInstance();
    }
  }

  private static Optional<CoreMetadata> fromPkgInfo(byte[] document) {
    try {
      return Optional.of(CoreMetadata.parse(document)).filter(CoreMetadata::isStatic);
    } catch (MalformedException notUnderstood) {
      return Optional.empty();
    }
  }

  /** The {@code [project]} table, where it leaves nothing that matters to the build backend. */
  private static Optional<CoreMetadata> fromPyproject(JsonNode pyproject, SdistFilename name) {
    JsonNode project = pyproject.path("project");
    Set<String> dynamic = new HashSet<>();
    project.path("dynamic").forEach(field -> dynamic.add(field.asText()));
    boolean left =
        List.of("dependencies", "optional-dependencies", "requires-python").stream()
            .anyMatch(dynamic::contains);
    boolean poetryOnly = pyproject.path("tool").has("poetry") && !project.has("dependencies");
    if (!project.has("name") || left || poetryOnly) {
      return Optional.empty();
    }
    try {
      var requires = new ArrayList<Requirement>();
      project.path("dependencies").forEach(text -> requires.add(Requirement.parse(text.asText())));
      Set<ExtraName> extras = new HashSet<>();
      for (Map.Entry<String, JsonNode> entry : project.path("optional-dependencies").properties()) {
        ExtraName extra = new ExtraName(entry.getKey());
        extras.add(extra);
        entry
            .getValue()
            .forEach(text -> requires.add(underExtra(Requirement.parse(text.asText()), extra)));
      }
      String python = project.path("requires-python").asText("");
      return Optional.of(
          new CoreMetadata(
              STATED_BY_PYPROJECT,
              name.project(),
              name.version(),
              SpecifierSet.parse(python),
              requires,
              List.of(),
              extras,
              Set.of()));
    } catch (MalformedException notUnderstood) {
      return Optional.empty();
    }
  }

  private static Requirement underExtra(Requirement requirement, ExtraName extra) {
    Marker asked = Marker.parse("extra == '" + extra + "'");
    return requirement.when(
        requirement.marker().equals(Marker.always())
            ? asked
            : new Marker.All(List.of(requirement.marker(), asked)));
  }

  /**
   * {@code build-system.requires}; without it setuptools, which also wants wheel until its version
   * 70.1.
   */
  private static List<Requirement> buildRequires(JsonNode pyproject) {
    JsonNode system = pyproject.path("build-system");
    if (!system.path("requires").isArray()) {
      return List.of(SETUPTOOLS, WHEEL);
    }
    var requires = new ArrayList<Requirement>();
    system.path("requires").forEach(text -> requires.add(Requirement.parse(text.asText())));
    String backend = system.path("build-backend").asText("setuptools.build_meta");
    boolean wantsWheel =
        backend.startsWith("setuptools.")
            && requires.stream()
                .noneMatch(requirement -> requirement.project().equals(WHEEL.project()));
    if (wantsWheel) {
      requires.add(WHEEL);
    }
    return requires;
  }
}
