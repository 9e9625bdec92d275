package dev.airlock.resolve;

import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Installer;
import dev.airlock.packaging.version.Version;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What is to be solved for one target.
 *
 * @param roots what is wanted; markers hold already
 * @param constraints versions admitted of projects that something requires; markers hold already
 * @param installer by whose rules pre-releases and yanked versions are admitted
 * @param admitsPrereleases of which projects pre-releases are admitted although no requirement asks
 *     for them
 * @param preferred versions to take where they are admitted, from an earlier solution
 */
public record Problem(
    List<Root> roots,
    List<Requirement> constraints,
    Installer installer,
    Predicate<ProjectName> admitsPrereleases,
    Map<ProjectName, Version> preferred) {
  /** Copies the collections. */
  public Problem {
    roots = List.copyOf(roots);
    constraints = List.copyOf(constraints);
    preferred = Map.copyOf(preferred);
  }

  /**
   * Something that is wanted.
   *
   * @param requirement what
   * @param wantedBy who wants it, for messages: {@code the preset (requirements.txt line 3)}
   */
  public record Root(Requirement requirement, String wantedBy) {}
}
