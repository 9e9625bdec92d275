package dev.airlock.packaging.metadata;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a distribution says of itself, as far as installers need it.
 *
 * @param metadataVersion the version of the format
 * @param project the project
 * @param version the version
 * @param requiresPython the Pythons it is for; every one where it does not say, or says it in no
 *     form known
 * @param requiresDist its dependencies
 * @param nonstandard the dependencies, as they stand, that are in no form of the standard and were
 *     read as what they mean
 * @param providesExtra the extras it offers
 * @param dynamic the fields, in lower case, that a wheel may state differently from this sdist (PEP
 *     643)
 * @see <a href="https://packaging.python.org/en/latest/specifications/core-metadata/">Core metadata
 *     specifications</a>
 */
public record CoreMetadata(
    Version metadataVersion,
    ProjectName project,
    Version version,
    SpecifierSet requiresPython,
    List<Requirement> requiresDist,
    List<String> nonstandard,
    Set<ExtraName> providesExtra,
    Set<String> dynamic) {
  private static final String WHAT = "core metadata";
  private static final Version STATIC_SDISTS = Version.parse("2.2");
  private static final Version UNKNOWN_MAJOR = Version.parse("3");

  /** Copies the collections. */
  public CoreMetadata {
    requiresDist = List.copyOf(requiresDist);
    nonstandard = List.copyOf(nonstandard);
    providesExtra = Set.copyOf(providesExtra);
    dynamic = Set.copyOf(dynamic);
  }

  /**
   * Reads a {@code METADATA} or {@code PKG-INFO} file.
   *
   * <p>Fields of metadata versions that are not known yet are passed over.
   *
   * @throws MalformedException when name, version or a dependency cannot be understood, or the
   *     metadata is of a major version that is not known
   */
  public static CoreMetadata parse(byte[] file) {
    Headers headers = Headers.parse(new String(file, StandardCharsets.UTF_8));
    List<Requirement> requires = new ArrayList<>();
    List<String> nonstandard = new ArrayList<>();
    for (String text : headers.all("requires-dist")) {
      try {
        requires.add(Requirement.parse(text));
      } catch (MalformedException e) {
        requires.add(LenientForms.requirement(text));
        nonstandard.add(text);
      }
    }
    return new CoreMetadata(
        metadataVersion(headers),
        new ProjectName(required(headers, "Name")),
        Version.parse(required(headers, "Version")),
        headers.first("requires-python").map(LenientForms::requiresPython).orElse(SpecifierSet.ANY),
        requires,
        nonstandard,
        headers.all("provides-extra").stream()
            .flatMap(extra -> LenientForms.extra(extra).stream())
            .collect(Collectors.toUnmodifiableSet()),
        headers.all("dynamic").stream()
            .map(field -> field.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet()));
  }

  private static Version metadataVersion(Headers headers) {
    String stated = headers.first("metadata-version").orElse("1.0");
    Version version = Version.parse(stated);
    if (version.compareTo(UNKNOWN_MAJOR) >= 0) {
      throw new MalformedException(
          "metadata version",
          stated,
          "1.x and 2.x are understood; a newer major version may mean anything");
    }
    return version;
  }

  private static String required(Headers headers, String field) {
    return headers
        .first(field.toLowerCase(Locale.ROOT))
        .orElseThrow(() ->
            new MalformedException(
                WHAT, headers.beginning(), "the field " + field + " is missing"));
  }

  /**
   * Whether the {@code PKG-INFO} of an sdist states what every wheel built from it will state:
   * metadata 2.2 or later, and neither dependencies, extras nor Python versions declared dynamic
   * (PEP 643).
   */
  public boolean isStatic() {
    return metadataVersion.compareTo(STATIC_SDISTS) >= 0
        && List.of("requires-dist", "requires-python", "provides-extra").stream()
            .noneMatch(dynamic::contains);
  }
}
