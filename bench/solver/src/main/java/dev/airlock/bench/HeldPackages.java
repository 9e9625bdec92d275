package dev.airlock.bench;

import dev.airlock.closure.MetadataLookup;
import dev.airlock.closure.PackageSource;
import dev.airlock.closure.PageLookup;
import dev.airlock.index.IndexFile;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.metadata.CoreMetadata;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.upstream.FileAccess;
import dev.airlock.upstream.IndexSource;
import dev.airlock.upstream.PageAnswer;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The pages and metadata of one index, in memory from the first time on that they are asked for.
 */
final class HeldPackages implements PackageSource {
  private final IndexSource index;
  private final FileAccess access;
  private final Map<ProjectName, PageLookup> pages = new ConcurrentHashMap<>();
  private final Map<IndexFile, MetadataLookup> metadata = new ConcurrentHashMap<>();

  HeldPackages(IndexSource index, FileAccess access) {
    this.index = index;
    this.access = access;
  }

  @Override
  public PageLookup page(ProjectName project) throws IOException {
    PageLookup held = pages.get(project);
    if (held == null) {
      held =
          switch (index.page(project, Optional.empty())) {
            case PageAnswer.Page found -> new PageLookup.Found(found.page());
            case PageAnswer.NoSuchProject(String reason, _) -> new PageLookup.Missing(reason);
            case PageAnswer.NotModified() -> throw new IOException("304 to a first request");
          };
      pages.put(project, held);
    }
    return held;
  }

  @Override
  public MetadataLookup metadata(IndexFile file) throws IOException {
    MetadataLookup held = metadata.get(file);
    if (held == null) {
      held = read(file);
      metadata.put(file, held);
    }
    return held;
  }

  private MetadataLookup read(IndexFile file) throws IOException {
    byte[] bytes =
        access
            .metadata(file)
            .orElseThrow(() -> new IOException(file.name().text() + " has no metadata"));
    try {
      return new MetadataLookup.OfWheel(CoreMetadata.parse(bytes));
    } catch (MalformedException e) {
      return new MetadataLookup.Unusable(String.valueOf(e.getMessage()));
    }
  }
}
