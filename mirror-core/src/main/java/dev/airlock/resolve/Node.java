package dev.airlock.resolve;

import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import java.util.Optional;

/**
 * What the solver chooses a version of: the root, a project, or an extra of a project at the
 * project's version.
 */
sealed interface Node {
  /** What all wishes come from. It has one version. */
  record Root() implements Node {
    @Override
    public String toString() {
      return "the preset";
    }
  }

  /** A project. */
  record Plain(ProjectName project) implements Node {
    @Override
    public String toString() {
      return project.value();
    }
  }

  /** An extra of a project. */
  record WithExtra(ProjectName project, ExtraName extra) implements Node {
    @Override
    public String toString() {
      return project + "[" + extra + "]";
    }
  }

  /** The project behind this node. */
  default Optional<ProjectName> behind() {
    return switch (this) {
      case Root() -> Optional.empty();
      case Plain(ProjectName project) -> Optional.of(project);
      case WithExtra(ProjectName project, _) -> Optional.of(project);
    };
  }
}
