package dev.airlock.server;

import dev.airlock.ledger.Ledger;
import dev.airlock.program.Build;
import dev.airlock.server.http.HttpServer;
import dev.airlock.server.http.HttpSettings;
import dev.airlock.server.http.Listen;
import dev.airlock.server.http.PublicUrl;
import dev.airlock.server.pullthrough.Mirror;
import dev.airlock.server.pullthrough.Mode;
import dev.airlock.server.routes.Routes;
import dev.airlock.server.simple.Cached;
import dev.airlock.server.simple.Missed;
import dev.airlock.store.Store;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** The parts of a running mirror, wired by hand. */
final class Service implements Closeable {
  private static final long CACHE_BYTES = 48L << 20;

  private final HttpSettings settings;
  private final Store store;
  private final Build build;
  private final Optional<Sourcing.Opened> upstreams;
  private final Ledger ledger;
  private final Mirror mirror;
  private final HttpServer server;

  /**
   * Opens the store and wires the parts. Nothing listens yet.
   *
   * @throws dev.airlock.store.StoreException when there is no store to serve
   */
  Service(Path root, HttpSettings settings, Sourcing sourcing, LongSupplier nanoTime)
      throws IOException {
    this.settings = settings;
    boolean offline = sourcing.mode() == Mode.OFFLINE;
    store = offline ? Store.open(root) : Store.openOrCreate(root);
    build = Build.current();
    upstreams = offline ? Optional.empty() : Optional.of(sourcing.open(store, nanoTime));
    ledger = ledger(store);
    mirror =
        new Mirror(
            store,
            sourcing.mode(),
            upstreams.map(Sourcing.Opened::upstreams),
            sourcing.settings(),
            sourcing.presetFolders(),
            nanoTime);
    server =
        new HttpServer(
            settings,
            Routes.of(
                mirror,
                new Missed(ledger),
                build,
                Sourcing.USER_AGENT,
                new Cached.Pages(CACHE_BYTES, nanoTime)));
  }

  /** On a medium that cannot be written it is kept for as long as the server runs. */
  private static Ledger ledger(Store store) {
    return Files.isWritable(store.root())
        ? Ledger.in(store.root().resolve(Ledger.DIRECTORY), InstantSource.system())
        : Ledger.inMemory(InstantSource.system());
  }

  void start() throws IOException {
    server.start();
  }

  InetSocketAddress address() {
    return server.address();
  }

  /** What to tell who started it. */
  List<String> greeting() throws IOException {
    List<String> presets = mirror.presets();
    String base =
        settings
            .publicUrl()
            .map(PublicUrl::toString)
            .orElseGet(
                () -> settings.scheme() + "://" + new Listen(host(), address().getPort()) + "/");
    String what =
        "airlock %s (%s) serves %d %s from %s, %s, at %s"
            .formatted(
                build.version(),
                build.commit(),
                presets.size(),
                presets.size() == 1 ? "preset" : "presets",
                store.root(),
                mirror.mode(),
                base);
    var greeting = new ArrayList<>(List.of(what));
    if (!presets.isEmpty()) {
      greeting.add(
          "  pip install --index-url %spreset/%s/simple/ …".formatted(base, presets.getFirst()));
    }
    List<String> unsynced = mirror.unsyncedPresets();
    if (!unsynced.isEmpty()) {
      greeting.add("  never synced, fetched as they are asked for: " + String.join(", ", unsynced));
    }
    return greeting;
  }

  private String host() {
    return address().getAddress().getHostAddress().replaceFirst("%.*", "");
  }

  /** Closes the parts in the reverse order. */
  @Override
  public void close() {
    server.close();
    ledger.close();
    upstreams.ifPresent(Sourcing.Opened::close);
    try {
      store.close();
    } catch (IOException e) {
      System.getLogger(Service.class.getName())
          .log(System.Logger.Level.WARNING, "cannot close the store", e);
    }
  }
}
