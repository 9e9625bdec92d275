package dev.airlock.preset;

import dev.airlock.packaging.name.ProjectName;
import java.util.Set;

/**
 * Of which projects pre-releases are admitted although no requirement asks for them.
 *
 * @param all of every project
 * @param projects of these
 */
public record Prereleases(boolean all, Set<ProjectName> projects) {
  /** Copies the projects. */
  public Prereleases {
    projects = Set.copyOf(projects);
  }

  /** Whether pre-releases of a project are admitted. */
  public boolean admit(ProjectName project) {
    return all || projects.contains(project);
  }
}
