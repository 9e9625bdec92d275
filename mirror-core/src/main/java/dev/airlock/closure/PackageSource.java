package dev.airlock.closure;

import dev.airlock.index.IndexFile;
import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.util.Collection;

/**
 * Where pages and metadata come from: upstreams while syncing, the store alone while rehearsing.
 */
public interface PackageSource {
  /** The page of a project, from the one index that the preset takes it from. */
  PageLookup page(ProjectName project) throws IOException;

  /** What a file of that page says of itself. */
  MetadataLookup metadata(IndexFile file) throws IOException;

  /** Hints that the pages of these projects will be asked for soon. */
  default void expect(Collection<ProjectName> projects) {}

  /** Hints that the metadata of this file will probably be asked for soon. */
  default void expect(IndexFile file) {}
}
