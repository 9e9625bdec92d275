package dev.airlock.closure;

import dev.airlock.index.IndexFile;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.Version;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Asks for pages and metadata ahead of the solver, in threads of an executor: the page of a project
 * that was mentioned, the metadata of the version that it will probably come in, the pages of what
 * that requires, and so on. What turns out to be needed is there already; an index far away is
 * waited for as many times as requirements are deep, not as there are projects.
 */
final class Ahead implements AutoCloseable {
  private final Executor executor;
  private final Guide guide;
  private final Set<Object> begun = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Tells where to go from a place. Its answers are kept for the solver. */
  interface Guide {
    /** The version of a project that it will probably come in, without knowing who requires it. */
    Optional<Version> likely(ProjectName project) throws IOException;

    /** The file of a version. */
    IndexFile file(ProjectName project, Version version) throws IOException;

    /** The projects that a file requires. */
    Collection<ProjectName> requires(IndexFile file) throws IOException;
  }

  Ahead(Executor executor, Guide guide) {
    this.executor = executor;
    this.guide = guide;
  }

  /** Goes ahead to these projects. */
  void to(Collection<ProjectName> projects) {
    for (ProjectName project : projects) {
      go(
          project,
          () -> {
            Optional<Version> likely = guide.likely(project);
            if (likely.isPresent()) {
              to(project, likely.get());
            }
          });
    }
  }

  /** Goes ahead to this version, if it costs no more than a little metadata. */
  void to(ProjectName project, Version version) throws IOException {
    IndexFile file = guide.file(project, version);
    boolean cheap =
        file.name() instanceof WheelFilename
            && (!(file.metadata() instanceof MetadataOffer.None)
                || "file".equals(file.url().getScheme()));
    if (cheap) {
      go(file, () -> to(guide.requires(file)));
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private void go(Object place, Step step) {
    if (closed || !begun.add(place)) {
      return;
    }
    try {
      executor.execute(() -> {
        if (closed) {
          return;
        }
        try {
          step.run();
        } catch (IOException e) {
          // It is kept as the answer, which the solver gets if it ever asks.
        }
      });
    } catch (RejectedExecutionException e) {
      closed = true;
    }
  }

  /** Goes no further. */
  @Override
  public void close() {
    closed = true;
  }
}
