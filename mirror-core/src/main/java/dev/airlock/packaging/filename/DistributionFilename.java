package dev.airlock.packaging.filename;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.Version;
import java.util.Optional;

/** The name of a file that holds a distribution. */
public sealed interface DistributionFilename permits WheelFilename, SdistFilename {
  /**
   * Reads the name of a file of a project.
   *
   * @param text the file's name, decoded
   * @param project the project on whose page it stands, by which older sdist names are understood
   * @return empty when it is no wheel or sdist of that project that pip would consider: an egg, an
   *     installer, a signature, a file of another project, a version that PEP 440 does not know
   */
  static Optional<DistributionFilename> of(String text, ProjectName project) {
    try {
      DistributionFilename name =
          text.endsWith(WheelFilename.EXTENSION)
              ? WheelFilename.parse(text)
              : SdistFilename.parse(text, project);
      return name.project().equals(project) ? Optional.of(name) : Optional.empty();
    } catch (MalformedException notADistribution) {
      return Optional.empty();
    }
  }

  /** The project. */
  ProjectName project();

  /** The version. */
  Version version();

  /** The name as it stands on the index. */
  String text();
}
