package dev.airlock.packaging.filename;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.Version;
import java.util.List;

/**
 * The name of a source distribution: {@code gputil-1.4.0.tar.gz}, or in its older forms {@code
 * GPUtil-1.4.0.tar.gz} and {@code name-with-dashes-1.0.zip}, which only the project's name tells
 * apart.
 *
 * @param project the project
 * @param version the version
 * @param text the name as it stands on the index
 * @see <a
 *     href="https://packaging.python.org/en/latest/specifications/source-distribution-format/">Source
 *     distribution format (PEP 625)</a>
 */
public record SdistFilename(ProjectName project, Version version, String text)
    implements DistributionFilename {
  private static final String WHAT = "sdist filename";
  private static final List<String> EXTENSIONS =
      List.of(".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz");

  /**
   * Reads the name of an sdist of a project.
   *
   * @throws MalformedException when it is none of that project, or could be a path
   */
  public static SdistFilename parse(String text, ProjectName project) {
    SafeFilename.check(WHAT, text);
    String stem =
        EXTENSIONS.stream()
            .filter(text::endsWith)
            .map(extension -> text.substring(0, text.length() - extension.length()))
            .findFirst()
            .orElseThrow(() ->
                new MalformedException(WHAT, text, "it has to end with one of " + EXTENSIONS));
    for (int dash = stem.indexOf('-'); dash > 0; dash = stem.indexOf('-', dash + 1)) {
      if (names(stem.substring(0, dash), project)) {
        try {
          return new SdistFilename(project, Version.parse(stem.substring(dash + 1)), text);
        } catch (MalformedException e) {
          throw new MalformedException(WHAT, text, String.valueOf(e.getMessage()));
        }
      }
    }
    throw new MalformedException(
        WHAT, text, "it has to be " + project + "-VERSION and an extension");
  }

  private static boolean names(String text, ProjectName project) {
    try {
      return new ProjectName(text).equals(project);
    } catch (MalformedException notAName) {
      return false;
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
