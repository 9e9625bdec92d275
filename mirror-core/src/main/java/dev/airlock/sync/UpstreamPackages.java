package dev.airlock.sync;

import dev.airlock.archive.MalformedArchiveException;
import dev.airlock.archive.SdistMetadata;
import dev.airlock.closure.Memo;
import dev.airlock.closure.MetadataLookup;
import dev.airlock.closure.PackageSource;
import dev.airlock.closure.PageLookup;
import dev.airlock.fetch.FetchedPage;
import dev.airlock.fetch.Fetcher;
import dev.airlock.index.IndexFile;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.progress.ProgressEvent;
import dev.airlock.progress.ProgressListener;
import dev.airlock.upstream.UpstreamException;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Pages and metadata from upstreams, each asked for once. */
final class UpstreamPackages implements PackageSource {
  private final Sources sources;
  private final Fetcher fetcher;
  private final ProgressListener progress;
  private final Memo<ProjectName, PageLookup> pages = new Memo<>(this::lookUp);
  private final Memo<IndexFile, MetadataLookup> metadata = new Memo<>(this::read);
  private final Map<ProjectName, String> origins = new ConcurrentHashMap<>();

  UpstreamPackages(Sources sources, Fetcher fetcher, ProgressListener progress) {
    this.sources = sources;
    this.fetcher = fetcher;
    this.progress = progress;
  }

  @Override
  public PageLookup page(ProjectName project) throws IOException {
    return pages.get(project);
  }

  @Override
  public MetadataLookup metadata(IndexFile file) throws IOException {
    return metadata.get(file);
  }

  /** From which place each project came that was looked at. */
  Map<ProjectName, String> origins() {
    return new TreeMap<>(origins);
  }

  private PageLookup lookUp(ProjectName project) throws IOException {
    Sources.Source source = sources.of(project);
    return switch (fetcher.page(source.key(), source.place(), project)) {
      case FetchedPage.Missing(String reason) ->
          new PageLookup.Missing(
              "the index '" + source.declared().name() + "' does not have it: " + reason);
      case FetchedPage.Found found -> {
        origins.put(project, found.origin());
        yield new PageLookup.Found(found.kept());
      }
    };
  }

  private MetadataLookup read(IndexFile file) throws IOException {
    progress.on(
        new ProgressEvent.Looked(file.name().project().value(), file.name().version().toString()));
    Sources.Source source = sources.of(file.name().project());
    try {
      return switch (file.name()) {
        case WheelFilename _ ->
            new MetadataLookup.OfWheel(fetcher.wheelMetadata(source.key(), file));
        case SdistFilename sdist ->
            new MetadataLookup.OfSdist(
                SdistMetadata.of(fetcher.sdist(source.key(), file, sdist), sdist));
      };
    } catch (UpstreamException e) {
      if (e.isAbsent()) {
        return new MetadataLookup.Unusable(String.valueOf(e.getMessage()));
      }
      throw e;
    } catch (MalformedException | MalformedArchiveException e) {
      return new MetadataLookup.Unusable(String.valueOf(e.getMessage()));
    }
  }
}
