package dev.airlock.packaging.repack;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How the sdist of one version is made into a wheel: what that wheel says of itself, and which
 * packages and modules go into it.
 *
 * @param project the project
 * @param version the version
 * @param requiresPython the Pythons that the wheel is for
 * @param requiresDist the dependencies that the wheel states
 * @param root the folder of the sdist that the packages and modules are in; where it is not given,
 *     they are looked for at the top, and then below {@code src}
 * @param packages the import packages, by their names; where neither packages nor modules are
 *     given, there has to be just one of either
 * @param modules the modules outside of packages, by their names
 */
public record Recipe(
    ProjectName project,
    Version version,
    SpecifierSet requiresPython,
    List<Requirement> requiresDist,
    Optional<String> root,
    List<String> packages,
    List<String> modules) {
  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern FOLDER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");

  /**
   * Copies the lists.
   *
   * @throws MalformedException when a name of a package, module or folder could not be one
   */
  public Recipe {
    requiresDist = List.copyOf(requiresDist);
    packages = List.copyOf(packages);
    modules = List.copyOf(modules);
    root.ifPresent(Recipe::requireFolder);
    packages.forEach(Recipe::requireIdentifier);
    modules.forEach(Recipe::requireIdentifier);
  }

  /**
   * Gives back the name of a package or module.
   *
   * @throws MalformedException when it is none that Python could import
   */
  public static String requireIdentifier(String name) {
    if (!IDENTIFIER.matcher(name).matches()) {
      throw new MalformedException(
          "name of a package or module",
          name,
          "accepted is a name at the top, as it is imported, without a dot or an extension");
    }
    return name;
  }

  /**
   * Gives back the path of a folder.
   *
   * @throws MalformedException when it is none, or leads out of the sdist
   */
  public static String requireFolder(String path) {
    for (String part : path.split("/", -1)) {
      if (!FOLDER.matcher(part).matches()) {
        throw new MalformedException(
            "folder of an sdist",
            path,
            "accepted is a path below its top, as in src or python/lib");
      }
    }
    return path;
  }

  /** The name of the wheel, in the normalised form of PEP 427. */
  public WheelFilename wheel() {
    return WheelFilename.parse(stem() + "-py3-none-any" + WheelFilename.EXTENSION);
  }

  /** The project and the version as they stand in front of the names of a wheel's folders. */
  public String stem() {
    return project.value().replace('-', '_') + "-" + version;
  }

  /** Whether it speaks of a version. */
  public boolean covers(ProjectName other, Version candidate) {
    return project.equals(other) && version.equals(candidate);
  }
}
