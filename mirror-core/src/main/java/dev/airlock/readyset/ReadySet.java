package dev.airlock.readyset;

import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Installer;
import dev.airlock.preset.IndexFormat;
import dev.airlock.preset.RequirementLine;
import dev.airlock.preset.Selection;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a file of another tool says is to be installed, and from where.
 *
 * @param lines the requirements
 * @param constraints versions admitted of projects that something else requires
 * @param places where the projects come from
 * @param rules what is taken of them
 * @param notes what the user should know, a sentence each
 */
public record ReadySet(
    List<Line> lines,
    List<Requirement> constraints,
    Places places,
    Rules rules,
    List<String> notes) {
  /** Copies the lists. */
  public ReadySet {
    lines = List.copyOf(lines);
    constraints = List.copyOf(constraints);
    notes = List.copyOf(notes);
  }

  /**
   * A requirement with its hashes.
   *
   * @param number the line it stands on in the preset's requirements file, 0 for the next one
   * @param content the requirement
   */
  public record Line(int number, RequirementLine content) {}

  /**
   * Where the projects come from. No address has credentials.
   *
   * @param index the index of all projects that have none of their own; PyPI where none is named
   * @param ofProjects indexes of single projects
   * @param searched places that are asked before the index for every project that has none of its
   *     own, in this order
   * @param mirrors what is asked in place of indexes, by their addresses, unless the user says
   *     otherwise
   */
  public record Places(
      Optional<Location> index,
      Map<ProjectName, NamedIndex> ofProjects,
      List<Location> searched,
      Map<URI, URI> mirrors) {
    /** Copies the collections. */
    public Places {
      ofProjects = Map.copyOf(ofProjects);
      searched = List.copyOf(searched);
      mirrors = Map.copyOf(mirrors);
    }

    /** Places that are asked themselves. */
    public Places(
        Optional<Location> index,
        Map<ProjectName, NamedIndex> ofProjects,
        List<Location> searched) {
      this(index, ofProjects, searched, Map.of());
    }

    /** PyPI. */
    public static final Places USUAL = new Places(Optional.empty(), Map.of(), List.of());
  }

  /**
   * A place that has projects, without a name.
   *
   * @param url its address
   * @param format what it looks like
   */
  public record Location(URI url, IndexFormat format) {
    @Override
    public String toString() {
      return url + (format == IndexFormat.SIMPLE ? "" : " (" + format + ")");
    }

    /** Its address in one form: a slash at the end makes no difference. */
    String address() {
      return url.toString().replaceAll("/+$", "");
    }

    /** A simple index. */
    public static Location simple(URI url) {
      return new Location(url, IndexFormat.SIMPLE);
    }

    /** One page or folder with files of many projects. */
    public static Location flat(URI url) {
      return new Location(url, IndexFormat.FLAT);
    }
  }

  /**
   * An index.
   *
   * @param name what the file calls it, empty where it has no name there
   * @param url its address
   */
  public record NamedIndex(String name, URI url) {
    /** The Python Package Index. */
    public static final NamedIndex PYPI =
        new NamedIndex("pypi", URI.create("https://pypi.org/simple/"));

    /** Whether two indexes are at the same address. */
    public boolean isAt(URI address) {
      return withSlash(url).equals(withSlash(address));
    }

    private static String withSlash(URI address) {
      return (address + "/").replaceAll("/+$", "/");
    }
  }

  /**
   * What is taken.
   *
   * @param installer the program by whose rules it was made
   * @param complete whether the requirements are the whole set, so that no dependency is followed
   * @param hashed whether nothing is taken without a hash
   * @param prereleases of which projects pre-releases are admitted
   * @param noBinary projects of which no wheel is taken
   * @param noBuild projects of which no sdist is taken
   */
  public record Rules(
      Installer installer,
      boolean complete,
      boolean hashed,
      Selection prereleases,
      Selection noBinary,
      Selection noBuild) {
    /** A whole set. */
    public static final Rules COMPLETE =
        new Rules(Installer.PIP, true, false, Selection.NONE, Selection.NONE, Selection.NONE);

    /** A whole set that uv made. */
    public static final Rules COMPLETE_BY_UV =
        new Rules(Installer.UV, true, false, Selection.NONE, Selection.NONE, Selection.NONE);

    /** Requirements whose dependencies are followed. */
    public static final Rules FOLLOWED =
        new Rules(Installer.PIP, false, false, Selection.NONE, Selection.NONE, Selection.NONE);
  }
}
