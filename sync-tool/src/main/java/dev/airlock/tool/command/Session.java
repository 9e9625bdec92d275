package dev.airlock.tool.command;

import dev.airlock.catalog.Catalog;
import dev.airlock.fetch.Fetcher;
import dev.airlock.preset.Preset;
import dev.airlock.progress.ProgressListener;
import dev.airlock.routing.LocalPlaces;
import dev.airlock.store.Claim;
import dev.airlock.store.ProvenBlobs;
import dev.airlock.store.Store;
import dev.airlock.sync.Sources;
import dev.airlock.sync.Syncer;
import dev.airlock.sync.UnknownIndexException;
import dev.airlock.upstream.FileAccess;
import dev.airlock.upstream.Http;
import dev.airlock.upstream.Indexes;
import dev.airlock.upstream.PipConfig;
import dev.airlock.upstream.Retries;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Everything that a command needs to bring packages into a store, put together, and closed in
 * reverse.
 */
final class Session implements AutoCloseable {
  private static final int ASKING_AHEAD = 32;

  private final Store store;
  private final Http http;
  private final ExecutorService executor;
  private final Claim claim;
  private final Syncer syncer;
  private final Sources sources;

  private Session(
      Store store,
      Http http,
      ExecutorService executor,
      Claim claim,
      Syncer syncer,
      Sources sources) {
    this.store = store;
    this.http = http;
    this.executor = executor;
    this.claim = claim;
    this.syncer = syncer;
    this.sources = sources;
  }

  static Session open(
      Surroundings surroundings,
      Path storeRoot,
      IndexOptions options,
      PipConfig pip,
      Preset preset,
      boolean verifiesDigests,
      ProgressListener progress)
      throws IOException, CommandException {
    Http http =
        Http.of(
            "airlock/" + surroundings.version().split(" ", 2)[0],
            surroundings.environment(),
            surroundings.home(),
            Retries.DEFAULT);
    try {
      Sources sources =
          Sources.of(preset, new Indexes(http), new LocalPlaces(options.replaced(), pip));
      int jobs = options.jobs();
      Store store = Store.openOrCreate(storeRoot, options.reserve().reserve(surroundings));
      ExecutorService executor = threads(jobs);
      var catalog = new Catalog(store);
      var access = new FileAccess(http, true);
      InstantSource clock = surroundings.clock();
      Claim claim = store.claim(clock);
      var fetcher =
          new Fetcher(
              store,
              catalog,
              access,
              Retries.DEFAULT,
              clock,
              progress,
              verifiesDigests,
              new ProvenBlobs(),
              claim::add);
      var syncer = new Syncer(store, catalog, fetcher, access, executor, jobs, clock, progress);
      return new Session(store, http, executor, claim, syncer, sources);
    } catch (UnknownIndexException e) {
      http.close();
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()));
    } catch (IOException | CommandException e) {
      http.close();
      throw e;
    }
  }

  /**
   * Threads of the platform: where a virtual one has waited for a socket, the JVM waits 300 ms at
   * its end for the thread that polls for it.
   */
  private static ExecutorService threads(int jobs) {
    return Executors.newFixedThreadPool(
        jobs + ASKING_AHEAD, Thread.ofPlatform().name("airlock-", 1).daemon().factory());
  }

  Syncer syncer() {
    return syncer;
  }

  Sources sources() {
    return sources;
  }

  @Override
  public void close() throws IOException {
    executor.shutdownNow();
    executor.close();
    http.close();
    claim.close();
    store.close();
  }
}
