package dev.airlock.preset;

import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.util.List;
import java.util.Optional;

/**
 * What a preset states of an sdist that cannot say it without being built.
 *
 * @param project the project
 * @param version the version, every one where none is given
 * @param requiresPython the Pythons it is for
 * @param requiresDist its dependencies
 */
public record DependencyMetadata(
    ProjectName project,
    Optional<Version> version,
    SpecifierSet requiresPython,
    List<Requirement> requiresDist) {
  /** Copies the dependencies. */
  public DependencyMetadata {
    requiresDist = List.copyOf(requiresDist);
  }

  /** Whether it speaks of a version. */
  public boolean covers(ProjectName other, Version candidate) {
    return project.equals(other) && version.map(candidate::equals).orElse(true);
  }
}
