package dev.airlock.sync;

import dev.airlock.archive.MalformedArchiveException;
import dev.airlock.archive.SdistMetadata;
import dev.airlock.closure.MetadataLookup;
import dev.airlock.closure.PackageSource;
import dev.airlock.closure.PageLookup;
import dev.airlock.fetch.FetchedPage;
import dev.airlock.fetch.Fetcher;
import dev.airlock.index.IndexFile;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.progress.ProgressEvent;
import dev.airlock.progress.ProgressListener;
import dev.airlock.upstream.UpstreamException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * Pages and metadata from upstreams. Each is asked for once; what will probably be needed is asked
 * for ahead, in threads of the executor, while the solver is busy with something else.
 */
final class UpstreamPackages implements PackageSource {
  private final Sources sources;
  private final Fetcher fetcher;
  private final Executor executor;
  private final ProgressListener progress;
  private final Map<ProjectName, FutureTask<PageLookup>> pages = new ConcurrentHashMap<>();
  private final Map<IndexFile, FutureTask<MetadataLookup>> metadata = new ConcurrentHashMap<>();
  private final Map<ProjectName, String> origins = new ConcurrentHashMap<>();

  UpstreamPackages(Sources sources, Fetcher fetcher, Executor executor, ProgressListener progress) {
    this.sources = sources;
    this.fetcher = fetcher;
    this.executor = executor;
    this.progress = progress;
  }

  @Override
  public PageLookup page(ProjectName project) throws IOException {
    return result(started(pages, project, () -> lookUp(project)));
  }

  @Override
  public void expect(Collection<ProjectName> projects) {
    for (ProjectName project : projects) {
      var _ = started(pages, project, () -> lookUp(project));
    }
  }

  @Override
  public MetadataLookup metadata(IndexFile file) throws IOException {
    progress.on(
        new ProgressEvent.Looked(file.name().project().value(), file.name().version().toString()));
    return result(started(metadata, file, () -> read(file)));
  }

  @Override
  public void expect(IndexFile file) {
    var _ = started(metadata, file, () -> read(file));
  }

  /** From which place each project came that was looked at. */
  Map<ProjectName, String> origins() {
    return new TreeMap<>(origins);
  }

  private <K, V> FutureTask<V> started(Map<K, FutureTask<V>> tasks, K key, Callable<V> work) {
    return tasks.computeIfAbsent(
        key,
        _ -> {
          var task = new FutureTask<V>(work);
          executor.execute(task);
          return task;
        });
  }

  private static <V> V result(Future<V> task) throws IOException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while asking an index");
    } catch (ExecutionException e) {
      throw switch (Objects.requireNonNull(e.getCause())) {
        case IOException failure -> failure;
        case RuntimeException bug -> throw bug;
        case Error error -> throw error;
        case Throwable other -> new IOException(other);
      };
    }
  }

  private PageLookup lookUp(ProjectName project) throws IOException {
    Sources.Source source = sources.of(project);
    return switch (fetcher.page(source.key(), source.place(), project)) {
      case FetchedPage.Missing(String reason) ->
          new PageLookup.Missing(
              "the index '" + source.declared().name() + "' does not have it: " + reason);
      case FetchedPage.Found(ProjectPage page, String origin) -> {
        origins.put(project, origin);
        yield new PageLookup.Found(page);
      }
    };
  }

  private MetadataLookup read(IndexFile file) throws IOException {
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
