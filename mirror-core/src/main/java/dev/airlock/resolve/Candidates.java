package dev.airlock.resolve;

import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.Version;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;

/**
 * What the solver knows of the world: which versions there are for one target, and what they
 * require there. Answers must not change while it solves.
 */
public interface Candidates {
  /**
   * The versions of a project.
   *
   * @throws IOException when the source could not be asked; a project that it does not have is
   *     {@link Listing.Missing}
   */
  Listing list(ProjectName project) throws IOException;

  /**
   * What a version requires on the target.
   *
   * @param extra the extra that is asked for, none for the version itself
   * @throws IOException when the source could not be asked
   */
  Dependencies dependencies(ProjectName project, Version version, Optional<ExtraName> extra)
      throws IOException;

  /** Hints that these projects will be asked for soon. */
  default void expect(Collection<ProjectName> projects) {}

  /**
   * Hints that it will probably be asked soon what this version requires.
   *
   * @throws IOException when the source could not be asked
   */
  default void expect(ProjectName project, Version version) throws IOException {}
}
