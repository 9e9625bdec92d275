package dev.airlock.resolve;

import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.Version;
import java.util.Map;
import java.util.Set;

/**
 * One version of every project that is needed.
 *
 * @param versions the versions
 * @param extras the extras that were asked for of them
 */
public record Solution(
    Map<ProjectName, Version> versions, Map<ProjectName, Set<ExtraName>> extras) {
  /** Copies the maps. */
  public Solution {
    versions = Map.copyOf(versions);
    extras = Map.copyOf(extras);
  }
}
