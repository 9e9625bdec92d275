package dev.airlock.closure;

import dev.airlock.index.IndexFile;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.util.List;

/**
 * All that an install of a preset on one target needs.
 *
 * @param target the target
 * @param installed what is installed, in the order of the names
 * @param forBuilds what building sdists takes besides, in the order of the names; a project may be
 *     there in several versions, for each build has an environment of its own
 */
public record TargetClosure(Target target, List<Chosen> installed, List<Chosen> forBuilds) {
  /** Copies the lists. */
  public TargetClosure {
    installed = List.copyOf(installed);
    forBuilds = List.copyOf(forBuilds);
  }

  /**
   * A version that was chosen, with the file of it that this target takes.
   *
   * @param project the project
   * @param version the version
   * @param file the file
   * @param requiresPython the Pythons it is for
   * @param requires what it requires on this target
   * @param buildRequires what building it requires, empty for a wheel
   */
  public record Chosen(
      ProjectName project,
      Version version,
      IndexFile file,
      SpecifierSet requiresPython,
      List<Requirement> requires,
      List<Requirement> buildRequires) {
    /** Copies the requirements. */
    public Chosen {
      requires = List.copyOf(requires);
      buildRequires = List.copyOf(buildRequires);
    }
  }
}
