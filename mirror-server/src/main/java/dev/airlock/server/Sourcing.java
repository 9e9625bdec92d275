package dev.airlock.server;

import dev.airlock.catalog.Catalog;
import dev.airlock.fetch.Fetcher;
import dev.airlock.program.Build;
import dev.airlock.progress.ProgressEvent;
import dev.airlock.progress.ProgressListener;
import dev.airlock.routing.LocalPlaces;
import dev.airlock.routing.RoutedIndex;
import dev.airlock.routing.Settings;
import dev.airlock.server.pullthrough.Mode;
import dev.airlock.server.pullthrough.Upstreams;
import dev.airlock.store.ProvenBlobs;
import dev.airlock.store.Store;
import dev.airlock.upkeep.Quota;
import dev.airlock.upstream.Egress;
import dev.airlock.upstream.FileAccess;
import dev.airlock.upstream.Http;
import dev.airlock.upstream.IndexSource;
import dev.airlock.upstream.Indexes;
import dev.airlock.upstream.Patience;
import dev.airlock.upstream.PipConfig;
import dev.airlock.upstream.Retries;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * What a server was told of where projects come from.
 *
 * @param mode where it may look
 * @param settings its configuration
 * @param presetFolders where presets are that were never synced, perhaps
 * @param replaced addresses to ask instead of declared ones, by the name of the index
 * @param pip pip's configuration, which counts while the server itself is not configured
 * @param environment the environment variables: proxies, certificates, {@code NETRC}
 * @param home the user's home directory
 * @param patience how long upstreams are waited for
 * @param retries how often, and after which pauses, they are asked again
 */
record Sourcing(
    Mode mode,
    Settings settings,
    List<Path> presetFolders,
    Map<String, URI> replaced,
    PipConfig pip,
    Map<String, String> environment,
    Path home,
    Patience patience,
    Retries retries) {
  /** What this server calls itself upstream: by it, it knows a request of its own. */
  static final String USER_AGENT =
      "airlock/%s (mirror %08x)"
          .formatted(Build.current().version(), ThreadLocalRandom.current().nextInt());

  /** Clients wait some 15 seconds for the next byte, and try again themselves. */
  private static final Retries USUAL_RETRIES =
      new Retries(
          4, Duration.ofMillis(200), Duration.ofSeconds(2), duration -> Thread.sleep(duration));

  /** Copies the collections. */
  Sourcing {
    presetFolders = List.copyOf(presetFolders);
    replaced = Map.copyOf(replaced);
    environment = Map.copyOf(environment);
  }

  /** One that asks again as often as suits its clients. */
  Sourcing(
      Mode mode,
      Settings settings,
      List<Path> presetFolders,
      Map<String, URI> replaced,
      PipConfig pip,
      Map<String, String> environment,
      Path home,
      Patience patience) {
    this(mode, settings, presetFolders, replaced, pip, environment, home, patience, USUAL_RETRIES);
  }

  /** A mirror that looks nowhere but into its store, and has no configuration. */
  static Sourcing offline() {
    return new Sourcing(
        Mode.OFFLINE,
        Settings.NONE,
        List.of(),
        Map.of(),
        PipConfig.NONE,
        Map.of(),
        Path.of(""),
        Patience.SERVING);
  }

  /** Upstreams with the client that asks them. */
  record Opened(Upstreams upstreams, Optional<Evictions> evictions, Http http)
      implements Closeable {
    @Override
    public void close() {
      upstreams.close();
      evictions.ifPresent(Evictions::close);
      http.close();
    }
  }

  /**
   * Opens the upstreams. Nothing is asked yet.
   *
   * @param proven what is known of blobs
   * @param limit how much is kept of files of no preset, where the settings do not count
   */
  Opened open(Store store, ProvenBlobs proven, Optional<Quota> limit, LongSupplier nanoTime)
      throws IOException {
    Egress egress = Egress.only(List.of(), settings.hosts());
    Http http =
        Http.of(new Http.Settings(USER_AGENT, environment, home, retries, patience, egress, true));
    var indexes = new Indexes(http).withForbidden(settings.forbiddenMeansAbsent());
    var access = new FileAccess(http);
    var catalog = new Catalog(store);
    InstantSource clock = InstantSource.system();
    Optional<Quota> quota =
        limit.or(() -> settings.quota().stream().mapToObj(Quota::new).findFirst());
    Optional<Evictions> evictions = quota.map(some -> Evictions.usual(store, some));
    var fetcher =
        new Fetcher(store, catalog, access, retries, clock, arrivals(evictions), false, proven);
    return new Opened(
        new Upstreams(
            catalog,
            fetcher,
            access,
            (index, isDefault) -> place(index, isDefault, indexes, egress),
            places().beside(),
            settings.freshness(),
            clock,
            nanoTime),
        evictions,
        http);
  }

  private static ProgressListener arrivals(Optional<Evictions> evictions) {
    var arrivals = new Arrivals();
    return event -> {
      arrivals.on(event);
      if (event instanceof ProgressEvent.Finished) {
        evictions.ifPresent(Evictions::arrived);
      }
    };
  }

  /** Pip's configuration counts while the server itself is not configured. */
  private LocalPlaces places() {
    return new LocalPlaces(replaced, settings.indexes().isEmpty() ? pip : PipConfig.NONE);
  }

  private IndexSource place(RoutedIndex index, boolean isDefault, Indexes indexes, Egress egress)
      throws IOException {
    LocalPlaces places = places();
    places.address(index, isDefault).ifPresent(egress::admit);
    return places.place(index, isDefault, indexes);
  }
}
