package dev.airlock.sync;

import dev.airlock.archive.MalformedArchiveException;
import dev.airlock.archive.SdistMetadata;
import dev.airlock.catalog.IndexKey;
import dev.airlock.closure.Memo;
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
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Pages and metadata from upstreams, each asked for once. A project that no index claims is
 * searched for: the first index that has it is its only source.
 */
final class UpstreamPackages implements PackageSource {
  private final Sources sources;
  private final Fetcher fetcher;
  private final ProgressListener progress;
  private final Memo<ProjectName, PageLookup> pages = new Memo<>(this::lookUp);
  private final Memo<Locked, Optional<ProjectPage>> locked = new Memo<>(this::lookUp);
  private final Memo<IndexFile, MetadataLookup> metadata = new Memo<>(this::read);
  private final Map<ProjectName, Sources.Source> found = new ConcurrentHashMap<>();
  private final Map<ProjectName, URI> origins = new ConcurrentHashMap<>();

  /** A project of the index that a lock names. */
  private record Locked(URI index, ProjectName project) {}

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

  /**
   * The page of a project of the index that a lock names. Nothing is searched for.
   *
   * @return empty where the index does not have it, or is not known on this machine
   */
  Optional<ProjectPage> page(URI index, ProjectName project) throws IOException {
    return locked.get(new Locked(index, project));
  }

  /** The identity of the index that a project was found in. */
  IndexKey key(ProjectName project) {
    return source(project).key();
  }

  private Sources.Source source(ProjectName project) {
    Sources.Source source = found.get(project);
    if (source == null) {
      throw new IllegalStateException("the page of " + project + " was not asked for");
    }
    return source;
  }

  /** The declared address of the index that each project was found in. */
  Map<ProjectName, URI> indexes() {
    Map<ProjectName, URI> indexes = new TreeMap<>();
    found.forEach((project, source) -> indexes.put(project, source.index().declared()));
    return indexes;
  }

  /** From which place each project came that was looked at. */
  Map<ProjectName, URI> origins() {
    return new TreeMap<>(origins);
  }

  private Optional<ProjectPage> lookUp(Locked wanted) throws IOException {
    Optional<Sources.Source> source = sources.declaredAs(wanted.index());
    if (source.isEmpty()
        || !(fetcher.page(source.get().key(), source.get().place(), wanted.project())
            instanceof FetchedPage.Found page)) {
      return Optional.empty();
    }
    origins.put(wanted.project(), page.page().place());
    return Optional.of(page.kept());
  }

  private PageLookup lookUp(ProjectName project) throws IOException {
    List<Sources.Source> search = sources.of(project);
    var reasons = new ArrayList<String>();
    for (Sources.Source source : search) {
      switch (fetcher.page(source.key(), source.place(), project)) {
        case FetchedPage.Missing(String reason, boolean certain) -> {
          boolean isLast = source.equals(search.getLast());
          if (!certain && !isLast) {
            throw UpstreamException.uncertain(reason);
          }
          reasons.add("the index '" + source.index().name() + "' does not have it: " + reason);
        }
        case FetchedPage.Found page -> {
          found.put(project, source);
          origins.put(project, page.page().place());
          return new PageLookup.Found(page.kept(), where(project, source, search));
        }
      }
    }
    return new PageLookup.Missing(
        String.join("; ", reasons) + others(project, search.getLast(), search));
  }

  /** Where a project was found, and where it was not looked for, as what ends a clause. */
  private String where(ProjectName project, Sources.Source source, List<Sources.Source> search) {
    return "in the index " + source.description() + others(project, source, search);
  }

  /** Which indexes were not asked for a project, and why; nothing where all were. */
  private String others(ProjectName project, Sources.Source last, List<Sources.Source> search) {
    List<Sources.Source> later = search.subList(search.indexOf(last) + 1, search.size());
    List<Sources.Source> apart =
        sources.all().stream().filter(source -> !search.contains(source)).toList();
    Optional<Sources.Source> claimant = sources.claimant(project);
    var clauses = new ArrayList<String>();
    if (!later.isEmpty()) {
      clauses.add(
          names(later) + " not asked: the first index that has a project is its only source");
    }
    if (!apart.isEmpty()) {
      clauses.add(
          names(apart)
              + " not asked: "
              + claimant
                  .map(index -> "'" + index.index().name() + "' claims " + project)
                  .orElse(
                      apart.size() == 1 ? "it does not claim " + project : "they do not claim it"));
    }
    return clauses.isEmpty() ? "" : " (" + String.join("; ", clauses) + ")";
  }

  private static String names(List<Sources.Source> some) {
    return some.stream()
            .map(source -> "'" + source.index().name() + "'")
            .collect(Collectors.joining(", "))
        + (some.size() == 1 ? " was" : " were");
  }

  private MetadataLookup read(IndexFile file) throws IOException {
    progress.on(
        new ProgressEvent.Looked(file.name().project().value(), file.name().version().toString()));
    IndexKey key = key(file.name().project());
    try {
      return switch (file.name()) {
        case WheelFilename _ -> new MetadataLookup.OfWheel(fetcher.wheelMetadata(key, file));
        case SdistFilename sdist ->
            new MetadataLookup.OfSdist(SdistMetadata.of(fetcher.sdist(key, file, sdist), sdist));
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
