package dev.airlock.preset;

import dev.airlock.packaging.name.ProjectName;
import java.net.URI;
import java.util.Set;

/**
 * An index that a preset takes projects from.
 *
 * @param name what the preset calls it
 * @param url its declared address
 * @param format what it looks like
 * @param projects the projects that come from it and from no other
 * @param isSearched whether it is asked, before the default, for every project that no index claims
 * @param isDefault whether all projects come from it that no other one claims or has
 */
public record PresetIndex(
    String name,
    URI url,
    IndexFormat format,
    Set<ProjectName> projects,
    boolean isSearched,
    boolean isDefault) {
  /** Copies the projects. */
  public PresetIndex {
    projects = Set.copyOf(projects);
  }
}
