package dev.airlock.preset;

import dev.airlock.packaging.name.ProjectName;
import java.util.Set;

/**
 * Some projects, or all of them.
 *
 * @param all whether it is all of them
 * @param projects those that are named; none where it is all
 */
public record Selection(boolean all, Set<ProjectName> projects) {
  /** No project. */
  public static final Selection NONE = new Selection(false, Set.of());

  /** Copies the projects. */
  public Selection {
    projects = Set.copyOf(projects);
  }

  /** Whether a project is one of them. */
  public boolean contains(ProjectName project) {
    return all || projects.contains(project);
  }
}
