package dev.airlock.preset;

import dev.airlock.packaging.name.ProjectName;
import java.net.URI;
import java.util.Set;

/**
 * An index that a preset takes projects from.
 *
 * @param name what the preset calls it
 * @param url its declared address
 * @param projects the projects that come from it and from no other
 * @param isDefault whether all other projects come from it
 */
public record PresetIndex(String name, URI url, Set<ProjectName> projects, boolean isDefault) {
  /** Copies the projects. */
  public PresetIndex {
    projects = Set.copyOf(projects);
  }
}
