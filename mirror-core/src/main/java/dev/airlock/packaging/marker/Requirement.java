package dev.airlock.packaging.marker;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A dependency specifier: which project, with which extras, in which versions, and when.
 *
 * @param project the project that is required
 * @param extras the extras of it that are required, as written
 * @param specifier the versions admitted; every one when a URL is given
 * @param url the address after {@code @}, where one is given
 * @param marker the condition under which it is required
 * @see <a
 *     href="https://packaging.python.org/en/latest/specifications/dependency-specifiers/">Dependency
 *     specifiers (PEP 508)</a>
 */
public record Requirement(
    ProjectName project,
    List<ExtraName> extras,
    SpecifierSet specifier,
    Optional<String> url,
    Marker marker) {
  /** Copies the extras. */
  public Requirement {
    extras = List.copyOf(extras);
  }

  /** A requirement of a project in some versions, always. */
  public Requirement(ProjectName project, SpecifierSet specifier) {
    this(project, List.of(), specifier, Optional.empty(), Marker.always());
  }

  /**
   * Reads a requirement.
   *
   * @throws MalformedException when the text is none
   */
  public static Requirement parse(String text) {
    return new RequirementParser(text, "requirement").wholeRequirement();
  }

  /** The same requirement with another condition. */
  public Requirement when(Marker condition) {
    return new Requirement(project, extras, specifier, url, condition);
  }

  @Override
  public String toString() {
    var text = new StringBuilder(project.value());
    if (!extras.isEmpty()) {
      text.append(extras.stream().map(ExtraName::value).collect(Collectors.joining(",", "[", "]")));
    }
    text.append(specifier);
    url.ifPresent(address -> text.append(" @ ").append(address));
    if (!marker.equals(Marker.always())) {
      text.append(url.isPresent() ? " ; " : "; ").append(marker);
    }
    return text.toString();
  }
}
