package dev.airlock.server;

import dev.airlock.files.DurableFiles;
import dev.airlock.files.FailureText;
import dev.airlock.files.WriteFailures;
import dev.airlock.ledger.Kind;
import dev.airlock.ledger.Ledger;
import dev.airlock.ledger.Note;
import dev.airlock.ledger.NotesText;
import dev.airlock.program.Build;
import dev.airlock.program.PresetFolders;
import dev.airlock.server.http.HttpServer;
import dev.airlock.server.http.HttpSettings;
import dev.airlock.server.http.Listen;
import dev.airlock.server.http.PublicUrl;
import dev.airlock.server.pullthrough.Mirror;
import dev.airlock.server.pullthrough.Mode;
import dev.airlock.server.pullthrough.Verifications;
import dev.airlock.server.routes.Routes;
import dev.airlock.server.simple.Cached;
import dev.airlock.server.simple.Missed;
import dev.airlock.store.BootRecord;
import dev.airlock.store.Mark;
import dev.airlock.store.ProvenBlobs;
import dev.airlock.store.Store;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
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
  private static final Logger LOG = System.getLogger(Service.class.getName());
  private static final long CACHE_BYTES = 48L << 20;

  private final HttpSettings settings;
  private final Store store;
  private final Build build;
  private final Optional<Sourcing.Opened> upstreams;
  private final Verifications verifications;
  private final AfterBoot afterBoot;
  private final Ledger ledger;
  private final Mirror mirror;
  private final HttpServer server;

  /**
   * Opens the store and wires the parts. Nothing listens yet.
   *
   * @throws dev.airlock.store.StoreException when there is no store to serve
   * @throws StateException when nothing can be noted where it should be
   */
  Service(
      Path root, HttpSettings settings, Sourcing sourcing, Keeping keeping, LongSupplier nanoTime)
      throws IOException {
    this.settings = settings;
    if (keeping.state().isPresent()) {
      requireWritable(keeping.state().get());
    }
    Mode mode = possible(sourcing.mode(), root);
    boolean offline = mode == Mode.OFFLINE;
    store = offline ? Store.open(root) : Store.openOrCreate(root, keeping.reserve());
    build = Build.current();
    var proven = new ProvenBlobs();
    verifications = new Verifications(store.blobs(), proven, () -> Store.isReadable(root));
    upstreams =
        offline
            ? Optional.empty()
            : Optional.of(sourcing.open(store, proven, keeping.quota(), nanoTime));
    ledger = ledger(store, keeping.state());
    afterBoot = new AfterBoot(store, new BootRecord(store), verifications);
    mirror =
        new Mirror(
            store,
            verifications,
            mode,
            upstreams.map(Sourcing.Opened::upstreams),
            sourcing.settings(),
            sourcing.presetFolders(),
            PresetFolders.demos(sourcing.environment()),
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

  /** On a medium that cannot be written nothing that is fetched can be kept. */
  private static Mode possible(Mode wanted, Path root) throws IOException {
    boolean isAbsent =
        Store.marker(root) instanceof Mark.Absent && Store.markerCopy(root) instanceof Mark.Absent;
    if (wanted == Mode.OFFLINE || isAbsent || Files.isWritable(root)) {
      return wanted;
    }
    LOG.log(
        Level.WARNING,
        "the store "
            + root
            + " cannot be written: it is served offline, as with --offline, and nothing is"
            + " fetched");
    return Mode.OFFLINE;
  }

  private static Ledger ledger(Store store, Optional<Path> state) {
    if (state.isPresent()) {
      return Ledger.in(state.get().resolve(Ledger.DIRECTORY), InstantSource.system());
    }
    if (store.isWritable()) {
      return Ledger.in(store.root().resolve(Ledger.DIRECTORY), InstantSource.system());
    }
    LOG.log(
        Level.INFO,
        "what is asked for and not there is kept in memory, is to be had at /api/wants, and is"
            + " printed at the end; --state DIR writes it down");
    return Ledger.inMemory(InstantSource.system());
  }

  private static void requireWritable(Path state) throws StateException {
    Path notes = state.resolve(Ledger.DIRECTORY);
    try {
      DurableFiles.createDirectories(notes);
      Path probe = DurableFiles.temporaryIn(notes);
      Files.createFile(probe);
      Files.delete(probe);
    } catch (IOException e) {
      throw new StateException(
          "nothing can be noted in '"
              + state
              + "' ("
              + FailureText.of(WriteFailures.of(e, notes))
              + "): name a folder that can be written with --state DIR",
          e);
    }
  }

  /**
   * What was asked for and not there, as far as it is written down nowhere when this is closed: in
   * the form that {@code airlock sync --wants} takes.
   */
  Optional<String> unwritten() {
    List<Note> wanted =
        ledger.unwritten().stream().filter(note -> note.kind() == Kind.WANTED).toList();
    return wanted.isEmpty() ? Optional.empty() : Optional.of(NotesText.write(wanted).toString());
  }

  void start() throws IOException {
    server.start();
    if (store.isWritable()) {
      afterBoot.start();
    }
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
    if (needsTrust()) {
      greeting.add(
          "  plain http that is not on loopback is passed over by pip, unless it is given"
              + " --trusted-host HOST or PIP_TRUSTED_HOST=HOST");
    }
    List<String> unsynced = mirror.unsyncedPresets();
    if (!unsynced.isEmpty()) {
      greeting.add("  never synced, fetched as they are asked for: " + String.join(", ", unsynced));
    }
    return greeting;
  }

  /** Whether pip uses this address only if it is told to trust the host. */
  private boolean needsTrust() {
    return settings.publicUrl().isEmpty()
        && settings.scheme().equals("http")
        && !address().getAddress().isLoopbackAddress();
  }

  private String host() {
    InetAddress address = address().getAddress();
    // All addresses are those of IPv6 as well, for the system; for users they are as they asked.
    return address.isAnyLocalAddress()
        ? settings.listen().host()
        : address.getHostAddress().replaceFirst("%.*", "");
  }

  /** Closes the parts in the reverse order. */
  @Override
  public void close() {
    server.close();
    afterBoot.close();
    ledger.close();
    upstreams.ifPresent(Sourcing.Opened::close);
    verifications.close();
    try {
      store.close();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot close the store", e);
    }
  }
}
