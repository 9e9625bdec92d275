package dev.airlock.server.pullthrough;

import com.github.benmanes.caffeine.cache.Cache;
import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.FileKey;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.HeldMetadata;
import dev.airlock.catalog.HeldPage;
import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Sha256;
import dev.airlock.fetch.Download;
import dev.airlock.fetch.Fetcher;
import dev.airlock.index.IndexFile;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.repack.Derivation;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.program.PresetFolders;
import dev.airlock.routing.Decision;
import dev.airlock.routing.RoutedIndex;
import dev.airlock.routing.Routing;
import dev.airlock.routing.Settings;
import dev.airlock.store.Blob;
import dev.airlock.store.CorruptContentException;
import dev.airlock.store.GrowingBytes;
import dev.airlock.store.GrowingBytes.Outcome;
import dev.airlock.store.MemoryBlob;
import dev.airlock.store.ProvenBlobs;
import dev.airlock.store.Store;
import dev.airlock.sync.PresetBundle;
import dev.airlock.upstream.UpstreamException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the mirror has: pages, files and presets. This is the one place that knows where it may
 * look. Nothing is ever said to be held whose bytes are not there, and no project is shown from an
 * index that it does not come from.
 */
public final class Mirror {
  /**
   * Files no larger than this, and those of unknown size, are waited for a moment, so that what is
   * wrong with them can still be said.
   */
  private static final long SMALL = 4 << 20;

  private static final Duration MOMENT = Duration.ofSeconds(2);

  /** How long it is believed where a search ended: as long as one request takes. */
  private static final Duration SEARCH = Duration.ofMillis(500);

  private static final Trouble DAMAGED =
      new Trouble("its bytes in the store are damaged, and were not replaced", true, MOMENT);

  private final Path root;
  private final Verifications verifications;
  private final ProvenBlobs proven;
  private final Holdings holdings;
  private final Presets presets;
  private final Rules rules;
  private final Mode mode;
  private final Optional<Path> demos;
  private final @Nullable Upstreams upstreams;
  private final Cache<String, Searched> searches;

  /**
   * A mirror of a store.
   *
   * @param verifications how the bytes that are sent are verified
   * @param upstreams what it may ask; empty when it is offline
   * @param settings the configuration
   * @param presetFolders where presets are that were never synced, perhaps
   * @param demos the one of these folders whose presets are not listed before they are synced
   * @param nanoTime the time by which short memories fade, as {@link System#nanoTime} has it
   */
  public Mirror(
      Store store,
      Verifications verifications,
      Mode mode,
      Optional<Upstreams> upstreams,
      Settings settings,
      List<Path> presetFolders,
      Optional<Path> demos,
      LongSupplier nanoTime) {
    var catalog = new Catalog(store);
    this.root = store.root();
    this.verifications = verifications;
    this.proven = verifications.proven();
    this.holdings = new Holdings(catalog, store.blobs(), proven);
    this.presets = new Presets(catalog);
    this.rules =
        new Rules(
            catalog,
            settings,
            presetFolders,
            upstreams.isPresent(),
            upstreams.map(Upstreams::beside).orElse(List.of()),
            nanoTime);
    this.mode = mode;
    this.demos = demos;
    this.searches = Upstreams.memory(SEARCH, nanoTime);
    this.upstreams = upstreams.orElse(null);
    if (upstreams.isPresent() == (mode == Mode.OFFLINE)) {
      throw new IllegalArgumentException("a mirror has upstreams unless it is offline");
    }
  }

  /** Where it may look. */
  public Mode mode() {
    return mode;
  }

  /** Whether the store is where it was, and can be read. */
  public boolean isReadable() {
    return Store.isReadable(root);
  }

  // --- indexes

  /** The indexes that are known, held or routed. */
  public List<IndexKey> indexes() throws IOException {
    var keys = new TreeSet<>(holdings.indexes());
    if (upstreams != null) {
      rules.now().indexes().forEach(index -> keys.add(index.key()));
    }
    return List.copyOf(keys);
  }

  /** The declared address of an index; empty when the index is not known. */
  public Optional<URI> address(IndexKey index) throws IOException {
    Optional<URI> held = holdings.address(index);
    return held.isPresent() ? held : routed(index).map(RoutedIndex::declared);
  }

  /** The index of a key, where the rules name it. */
  private Optional<RoutedIndex> routed(IndexKey key) throws IOException {
    Rules.Snapshot now = rules.now();
    Optional<RoutedIndex> routed =
        now.indexes().stream().filter(index -> index.key().equals(key)).findFirst();
    if (upstreams != null && routed.isPresent()) {
      upstreams.know(routed.get(), now.isDefault(key));
    }
    return routed;
  }

  /** The projects of an index of which something is held. */
  public List<ProjectName> projects(IndexKey index) throws IOException {
    return holdings.projects(index);
  }

  /**
   * The projects of an index that are worth listing: of which something is held, and those that the
   * rules name.
   */
  public List<ProjectName> listedProjects(IndexKey index) throws IOException {
    var projects = new TreeSet<>(holdings.projects(index));
    if (upstreams != null) {
      projects.addAll(rules.now().named(index));
    }
    return List.copyOf(projects);
  }

  /**
   * Why a project is not to be had from an index that is named.
   *
   * @param reason why, as a clause
   * @param trouble why it cannot be told now, where an index that is searched first cannot be asked
   */
  private record Barred(String reason, Optional<Trouble> trouble) {
    static Optional<Barred> because(String reason) {
      return Optional.of(new Barred(reason, Optional.empty()));
    }

    PageAnswer page() {
      return trouble
          .<PageAnswer>map(PageAnswer.Unavailable::new)
          .orElseGet(() -> new PageAnswer.Absent(reason));
    }

    FileAnswer file() {
      return trouble
          .<FileAnswer>map(FileAnswer.Unavailable::new)
          .orElseGet(() -> new FileAnswer.Absent(reason));
    }
  }

  /**
   * Why a project is not to be had from an index that is named; empty when it is. What is held and
   * in no rule is had while nothing is configured.
   */
  private Optional<Barred> barred(IndexKey index, ProjectName project) throws IOException {
    Rules.Snapshot now = rules.now();
    Optional<String> denial = now.denial(project);
    if (denial.isPresent()) {
      return Barred.because("the rule deny '" + denial.get() + "' keeps the project out");
    }
    boolean free = upstreams == null && !now.configured();
    if (free || now.admits(index, project) || presets.lock(index, project)) {
      return Optional.empty();
    }
    Optional<Barred> barred = Optional.empty();
    for (List<RoutedIndex> search : now.searches(index, project)) {
      Searched searched = search(search, project);
      if (searched.index().equals(index)) {
        return Optional.empty();
      }
      if (searched.answer() instanceof PageAnswer.Unavailable(Trouble trouble)) {
        barred = Optional.of(new Barred(trouble.reason(), Optional.of(trouble)));
      } else if (barred.isEmpty()) {
        barred = comesFrom(searched.index());
      }
    }
    if (barred.isPresent()) {
      return barred;
    }
    return switch (now.global().decide(project)) {
      case Decision.From(RoutedIndex other) -> comesFrom(other.key());
      case Decision.Ambiguous(List<RoutedIndex> others) -> comesFrom(others);
      case Decision.Search(List<RoutedIndex> others) -> comesFrom(others);
      case Decision.Denied _, Decision.Nowhere _ ->
          Barred.because("no rule sends the project there");
    };
  }

  private static Optional<Barred> comesFrom(Object index) {
    return Barred.because("the project comes from the index " + index + " and from no other");
  }

  private static Optional<Barred> comesFrom(List<RoutedIndex> indexes) {
    return Barred.because(
        "the project comes from "
            + indexes.stream().map(other -> other.key().value()).toList()
            + " and from no other");
  }

  // --- pages

  /**
   * Where a search for a project ended.
   *
   * @param index the index that has it, or cannot be asked; else the last one
   * @param answer its page
   */
  private record Searched(IndexKey index, PageAnswer answer) {}

  /**
   * The only source of a project that is searched for: the first of the indexes that has it, or
   * cannot be asked; else the last one.
   */
  public IndexKey source(List<RoutedIndex> search, ProjectName project) throws IOException {
    return search(search, project).index();
  }

  /**
   * Looks for a project in indexes, in their order: the first one that has it is its only source.
   * One that cannot be asked ends the search.
   */
  private Searched search(List<RoutedIndex> indexes, ProjectName project) throws IOException {
    String id = project + " " + indexes.stream().map(index -> index.key().value()).toList();
    Searched known = searches.getIfPresent(id);
    if (known == null) {
      known = searched(indexes, project);
      searches.put(id, known);
    }
    return known;
  }

  private Searched searched(List<RoutedIndex> indexes, ProjectName project) throws IOException {
    for (RoutedIndex index : indexes.subList(0, indexes.size() - 1)) {
      PageAnswer answer = admitted(index.key(), project, false);
      if (!(answer instanceof PageAnswer.Absent)) {
        return new Searched(index.key(), answer);
      }
    }
    IndexKey last = indexes.getLast().key();
    return new Searched(last, admitted(last, project, true));
  }

  /** The page of a project of an index. */
  public PageAnswer page(IndexKey index, ProjectName project) throws IOException {
    Optional<Barred> barred = barred(index, project);
    return barred.isPresent() ? barred.get().page() : admitted(index, project, true);
  }

  /**
   * The page of a project of an index that it may come from.
   *
   * @param isLast whether no other index is asked where this one does not have it; otherwise it has
   *     to be certain that it does not
   */
  private PageAnswer admitted(IndexKey key, ProjectName project, boolean isLast)
      throws IOException {
    List<HeldFile> held = holdings.files(key, project);
    Optional<RoutedIndex> routed = upstreams == null ? Optional.empty() : routed(key);
    if (upstreams == null || routed.isEmpty()) {
      return held.isEmpty()
          ? new PageAnswer.Absent("nothing of the project is held")
          : new PageAnswer.Held(alone(key, held), Source.STORE);
    }
    return switch (upstreams.page(routed.get(), project, mode == Mode.ONLINE)) {
      case Upstreams.Known.Page(HeldPage page, Source source) ->
          shown(upstreams, key, page, held, source);
      case Upstreams.Known.Late(Optional<HeldPage> older, Trouble trouble) ->
          mode == Mode.ONLINE || older.isEmpty()
              ? new PageAnswer.Unavailable(trouble)
              : shown(upstreams, key, older.get(), held, Source.STALE);
      case Upstreams.Known.None(String reason, boolean certain) ->
          // What an index takes away is kept.
          !held.isEmpty()
              ? new PageAnswer.Held(alone(key, held), Source.STORE)
              : certain || isLast
                  ? new PageAnswer.Absent(reason)
                  : new PageAnswer.Unavailable(Trouble.of(UpstreamException.uncertain(reason)));
      case Upstreams.Known.Unknown(Optional<HeldPage> older, Trouble trouble) ->
          mode == Mode.ONLINE
              ? new PageAnswer.Unavailable(trouble)
              : stale(key, project, held, older, trouble);
    };
  }

  /** What is held, where nobody says which of the files that share a name is meant. */
  private List<IndexFile> alone(IndexKey key, List<HeldFile> held) throws IOException {
    return Listing.of(holdings.oneOfEachName(key, held));
  }

  /**
   * What is shown while the upstream cannot be asked: the files that are held, so that an installer
   * chooses among what it can get. Where none is, the page as it was.
   */
  private PageAnswer stale(
      IndexKey key,
      ProjectName project,
      List<HeldFile> held,
      Optional<HeldPage> older,
      Trouble trouble)
      throws IOException {
    if (!held.isEmpty()) {
      return new PageAnswer.Held(alone(key, held), Source.STALE);
    }
    List<IndexFile> files = new ArrayList<>();
    Map<String, HeldMetadata> known = holdings.metadata(key, project);
    for (IndexFile file : older.map(page -> page.page().files()).orElse(List.of())) {
      files.add(Listing.withMetadata(file, known, any -> false));
    }
    return files.isEmpty()
        ? new PageAnswer.Unavailable(trouble)
        : new PageAnswer.Held(files, Source.STALE);
  }

  private PageAnswer shown(
      Upstreams upstreams, IndexKey key, HeldPage page, List<HeldFile> held, Source source)
      throws IOException {
    List<IndexFile> listed = page.page().files();
    List<IndexFile> files =
        new Listing(holdings, upstreams, key, page.page().project()).of(listed, held);
    if (!files.isEmpty()) {
      return new PageAnswer.Held(files, source);
    }
    if (listed.isEmpty()) {
      return new PageAnswer.Absent("the index lists no file of it");
    }
    return new PageAnswer.Unavailable(
        new Trouble(
            "its files are on "
                + listed.stream()
                    .map(file -> String.valueOf(file.url().getRawAuthority()))
                    .distinct()
                    .toList()
                + ", which cannot be reached now, or are no allowed hosts: name them under"
                + " \"hosts\" in airlock.json if they should be",
            true,
            MOMENT));
  }

  // --- files

  /**
   * The bytes of a file.
   *
   * @param extent how much of it is wanted
   */
  public FileAnswer file(FileAddress address, Extent extent) throws IOException {
    Optional<FileAnswer> atOnce =
        barred(address).isEmpty() ? held(address, extent) : Optional.empty();
    if (atOnce.isPresent()) {
      return atOnce.get();
    }
    List<FileAddress> places = places(address);
    if (places.isEmpty()) {
      return barred(address).orElseThrow().file();
    }
    boolean isEntered = false;
    for (FileAddress place : places) {
      Optional<FileAnswer> held = held(place, extent);
      if (held.isPresent()) {
        return held.get();
      }
      isEntered |= entry(place).isPresent();
    }
    if (upstreams == null) {
      return new FileAnswer.Absent(
          isEntered
              ? "its bytes are missing or damaged in the store"
              : "it was never fetched from there");
    }
    return upstream(places, (place, file) -> begun(place, file, extent));
  }

  /** The bytes of a file as one index has it in the store, where they are there. */
  private Optional<FileAnswer> held(FileAddress place, Extent extent) throws IOException {
    Optional<HeldFile> entry = entry(place);
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    Provenance provenance = Provenance.of(place.index(), entry.get());
    Optional<FileAnswer> held =
        verified(holdings.blob(entry.get()), extent, Source.STORE, provenance);
    if (held.isPresent() && extent != Extent.NOTHING) {
      holdings.used(place.index(), entry.get());
    }
    return held;
  }

  private FileAnswer begun(FileAddress place, IndexFile file, Extent extent) throws IOException {
    OptionalLong size = extent == Extent.NOTHING ? upstreams().size(file) : OptionalLong.empty();
    return size.isPresent()
        ? new FileAnswer.Listed(size.getAsLong(), file.sha256(), Provenance.of(place.index(), file))
        : fetched(place, file, extent);
  }

  /** Has a file, or something of it, from an upstream. */
  @FunctionalInterface
  private interface Having {
    FileAnswer of(FileAddress place, IndexFile file) throws IOException;
  }

  /** What the first upstream gives that has the file; else why none of them does. */
  private FileAnswer upstream(List<FileAddress> places, Having having) throws IOException {
    Optional<FileAnswer> why = Optional.empty();
    for (FileAddress place : places) {
      switch (wanted(place, false)) {
        case Wanted.File(IndexFile file) -> {
          return having.of(place, file);
        }
        case Wanted.None(String reason) ->
            why = why.or(() -> Optional.of(new FileAnswer.Absent(reason)));
        case Wanted.Unknown(Trouble trouble) ->
            why = Optional.of(new FileAnswer.Unavailable(trouble));
      }
    }
    return why.orElseThrow();
  }

  private Optional<Barred> barred(FileAddress address) throws IOException {
    return barred(address.index(), address.name().project());
  }

  /**
   * Where a file may be: at the index that its address names; and as a digest is enough to tell it
   * from all others, at every other index that its project may come from. None when the rules admit
   * none.
   */
  private List<FileAddress> places(FileAddress address) throws IOException {
    var places = new ArrayList<FileAddress>();
    if (barred(address).isEmpty()) {
      places.add(address);
    }
    if (address.sha256().isPresent()) {
      for (IndexKey other : indexes()) {
        FileAddress there = address.of(other);
        if (!other.equals(address.index())
            && barred(there).isEmpty()
            && (upstreams != null || entry(there).isPresent())) {
          places.add(there);
        }
      }
    }
    return places;
  }

  /** The entry of the file that an address names, be its bytes there or not. */
  private Optional<HeldFile> entry(FileAddress address) throws IOException {
    Optional<FileKey> key = address.key();
    if (key.isEmpty()) {
      return current(address);
    }
    Optional<HeldFile> entered = holdings.entry(key.get());
    Optional<Presets.Locked> locked =
        entered.isPresent() ? Optional.empty() : presets.locked(address);
    return locked.isPresent()
        ? holdings.entry(locked.get().locked(), locked.get().file())
        : entered;
  }

  /**
   * Which of the files of a name an address means that states no digest: the one that the locks
   * name, else the one that the index lists, else the one that was used last.
   */
  private Optional<HeldFile> current(FileAddress address) throws IOException {
    List<HeldFile> held = holdings.named(address.index(), address.name());
    Optional<Sha256> meant = presets.locked(address).map(locked -> locked.file().sha256());
    if (meant.isEmpty() && held.size() > 1) {
      meant =
          holdings
              .page(address.index(), address.name().project())
              .flatMap(page -> named(page, address))
              .flatMap(IndexFile::sha256);
    }
    Optional<Sha256> one = meant;
    return held.stream()
        .filter(file -> one.isEmpty() || one.get().equals(file.sha256()))
        .findFirst()
        .or(() -> held.stream().findFirst());
  }

  /**
   * Bytes that are held, as they may be sent: those that were not verified yet under their present
   * identity are verified while they are sent, and a small file and a part before that.
   *
   * @return empty when there are none, or they turn out to be damaged
   */
  private Optional<FileAnswer> verified(
      Optional<Blob> held, Extent extent, Source source, Provenance provenance) throws IOException {
    if (held.isEmpty() || proven.isDamaged(held.get())) {
      return Optional.empty();
    }
    Blob blob = held.get();
    if (extent == Extent.NOTHING || blob instanceof MemoryBlob || proven.isSound(blob)) {
      return Optional.of(new FileAnswer.Held(blob, source, provenance));
    }
    GrowingBytes bytes;
    try {
      bytes = verifications.begin(blob);
    } catch (NoSuchFileException vanished) {
      return Optional.empty();
    }
    boolean waits = extent == Extent.PART || blob.size() <= SMALL;
    GrowingBytes.View view = waits ? bytes.awaitEnd(Upstreams.LONGEST) : bytes.view();
    return switch (view.outcome().orElse(null)) {
      case Outcome.Whole _ -> Optional.of(new FileAnswer.Held(blob, source, provenance));
      case Outcome.Failed(CorruptContentException _) -> Optional.empty();
      case Outcome.Failed(IOException e) -> throw e;
      case Outcome.Failed(RuntimeException e) -> throw e;
      case Outcome.Failed(Exception e) -> throw new IOException(e);
      case null ->
          Optional.of(
              waits
                  ? new FileAnswer.Unavailable(
                      new Trouble("its bytes are still being verified", true, MOMENT))
                  : new FileAnswer.Arriving(bytes, Optional.of(blob.digest()), source, provenance));
    };
  }

  private FileAnswer fetched(FileAddress place, IndexFile file, Extent extent) throws IOException {
    FileAnswer first = arriving(place.index(), file, extent);
    boolean mayBeOutdated =
        switch (first) {
          case FileAnswer.Absent _ -> true;
          case FileAnswer.Unavailable(Trouble trouble) ->
              !trouble.passes() || !upstreams().canReach(file);
          case FileAnswer.Held _, FileAnswer.Arriving _, FileAnswer.Listed _ -> false;
        };
    if (!mayBeOutdated) {
      return first;
    }
    // Indexes move files to other hosts, and correct digests: perhaps the page that is held is old.
    return switch (wanted(place, true)) {
      case Wanted.File(IndexFile again) when !isSame(again, file) ->
          arriving(place.index(), again, extent);
      default -> first;
    };
  }

  private static boolean isSame(IndexFile one, IndexFile other) {
    return one.url().equals(other.url())
        && one.digests().equals(other.digests())
        && one.size().equals(other.size());
  }

  private FileAnswer arriving(IndexKey key, IndexFile file, Extent extent) throws IOException {
    Upstreams up = upstreams();
    Fetcher.Started started = up.begin(key, file);
    Download download = started.download();
    Source source = started.joined() ? Source.JOINED : Source.UPSTREAM;
    Provenance provenance = Provenance.of(key, file);
    GrowingBytes.View view = download.bytes().awaitBegun(Upstreams.LONGEST);
    if (!view.begun()) {
      return new FileAnswer.Unavailable(
          new Trouble(
              "%s has not begun to arrive within %d s"
                  .formatted(file.name(), Upstreams.LONGEST.toSeconds()),
              true,
              MOMENT));
    }
    if (view.total().orElse(0) <= SMALL) {
      view = download.bytes().awaitEnd(MOMENT);
    }
    return switch (view.outcome().orElse(null)) {
      case null -> new FileAnswer.Arriving(download.bytes(), download.sha256(), source, provenance);
      case Outcome.Whole(Blob blob) ->
          verified(Optional.of(blob), extent, source, provenance)
              .orElseGet(() -> new FileAnswer.Unavailable(DAMAGED));
      case Outcome.Failed(UpstreamException e) when e.isAbsent() ->
          new FileAnswer.Absent(String.valueOf(e.getMessage()));
      case Outcome.Failed(Exception e) -> new FileAnswer.Unavailable(Trouble.of(e));
    };
  }

  /** Whether there is such a file upstream. */
  private sealed interface Wanted {
    record File(IndexFile file) implements Wanted {}

    record None(String reason) implements Wanted {}

    record Unknown(Trouble trouble) implements Wanted {}
  }

  /**
   * A file as its index lists it, or as a lock does. Where both know it, the lock says which bytes
   * it has to have, and the page where they are; of a repacked wheel, where its sdist is.
   */
  private Wanted wanted(FileAddress address, boolean confirmed) throws IOException {
    Optional<LockedFile> locked = presets.locked(address).map(Presets.Locked::file);
    Optional<Derivation> derivation =
        locked.flatMap(file -> Derivation.of(file.url(), file.name()));
    if (derivation.isPresent()) {
      var sdist = new FileAddress(address.index(), derivation.get().sdist(), Optional.empty());
      URI source =
          onItsPage(sdist, confirmed) instanceof Wanted.File(IndexFile file)
              ? file.url()
              : derivation.get().source();
      return new Wanted.File(
          listed(locked.get()).movedTo(derivation.get().movedTo(source).address()));
    }
    Optional<Sha256> meant = locked.map(LockedFile::sha256).or(address::sha256);
    Wanted listed = onItsPage(address, confirmed);
    if (listed instanceof Wanted.File(IndexFile file)) {
      if (meant.isEmpty() || file.sha256().equals(meant)) {
        return listed;
      }
      if (file.sha256().isEmpty()) {
        // A digest that the client alone states is no reason to fetch: nobody else vouches for it.
        return locked
            .<Wanted>map(other -> new Wanted.File(listed(other).movedTo(file.url())))
            .orElseGet(() ->
                new Wanted.None("its index states no digest, and no file of this digest is held"));
      }
      return locked
          .<Wanted>map(other -> new Wanted.File(listed(other)))
          .orElseGet(() -> new Wanted.None("its index lists other bytes under this name"));
    }
    return locked.<Wanted>map(file -> new Wanted.File(listed(file))).orElse(listed);
  }

  /**
   * A file as its index lists it.
   *
   * @param confirmed whether the page has to be one that the upstream confirms now
   */
  private Wanted onItsPage(FileAddress address, boolean confirmed) throws IOException {
    IndexKey key = address.index();
    ProjectName project = address.name().project();
    Optional<RoutedIndex> index = routed(key);
    if (index.isEmpty()) {
      return new Wanted.None("no rule names its index");
    }
    Optional<IndexFile> known =
        confirmed
            ? Optional.empty()
            : holdings.page(key, project).flatMap(page -> named(page, address));
    if (known.isPresent()) {
      return new Wanted.File(known.get());
    }
    return switch (upstreams().page(index.get(), project, true)) {
      case Upstreams.Known.Page(HeldPage page, Source _) ->
          named(page, address)
              .<Wanted>map(Wanted.File::new)
              .orElseGet(() -> new Wanted.None("its index lists no such file"));
      case Upstreams.Known.None(String reason, _) -> new Wanted.None(reason);
      case Upstreams.Known.Late(Optional<HeldPage> _, Trouble trouble) ->
          new Wanted.Unknown(trouble);
      case Upstreams.Known.Unknown(Optional<HeldPage> _, Trouble trouble) ->
          new Wanted.Unknown(trouble);
    };
  }

  /** The file that an address means on a page: of those that share a name, that of its digest. */
  private static Optional<IndexFile> named(HeldPage page, FileAddress address) {
    List<IndexFile> named =
        page.page().files().stream().filter(file -> file.name().equals(address.name())).toList();
    return named.stream()
        .filter(file -> address.sha256().isPresent() && file.sha256().equals(address.sha256()))
        .findFirst()
        .or(() -> named.stream().findFirst());
  }

  private static IndexFile listed(LockedFile locked) {
    return new IndexFile(
        locked.name(),
        locked.url(),
        List.of(locked.sha256().digest()),
        SpecifierSet.ANY,
        OptionalLong.of(locked.size()),
        locked.uploadTime(),
        new IndexFile.Yanked.No(),
        new MetadataOffer.None());
  }

  /** The core metadata of a file. */
  public FileAnswer metadata(FileAddress address) throws IOException {
    List<FileAddress> places = places(address);
    if (places.isEmpty()) {
      return barred(address).orElseThrow().file();
    }
    boolean isHeld = false;
    for (FileAddress place : places) {
      Optional<HeldFile> entry = entry(place);
      if (entry.isEmpty()) {
        continue;
      }
      Provenance provenance = Provenance.of(place.index(), entry.get());
      Optional<FileAnswer> held =
          verified(holdings.metadata(entry.get()), Extent.PART, Source.STORE, provenance);
      if (held.isPresent()) {
        return held.get();
      }
      Optional<Blob> restored = holdings.restoredMetadata(entry.get());
      if (restored.isPresent()) {
        return new FileAnswer.Held(restored.get(), Source.STORE, provenance);
      }
      isHeld |= holdings.blob(entry.get()).isPresent();
    }
    return upstreams == null || isHeld
        ? new FileAnswer.Absent("there is no metadata of it apart")
        : upstream(places, (place, file) -> metadata(place.index(), file));
  }

  private FileAnswer metadata(IndexKey key, IndexFile file) throws IOException {
    Provenance provenance = Provenance.of(key, file);
    HeldMetadata known = holdings.metadata(key, file.name().project()).get(file.name().text());
    if (known != null && known.isOf(file)) {
      Optional<FileAnswer> held =
          verified(holdings.blob(known.metadata()), Extent.PART, Source.STORE, provenance);
      if (held.isPresent()) {
        return held.get();
      }
    }
    try {
      return upstreams()
          .metadata(key, file)
          .<FileAnswer>map(blob -> new FileAnswer.Held(blob, Source.UPSTREAM, provenance))
          .orElseGet(() -> new FileAnswer.Absent("its upstream has no metadata of it apart"));
    } catch (UpstreamException e) {
      return e.isAbsent()
          ? new FileAnswer.Absent(String.valueOf(e.getMessage()))
          : new FileAnswer.Unavailable(Trouble.of(e));
    } catch (IOException e) {
      return new FileAnswer.Unavailable(Trouble.of(e));
    }
  }

  private Upstreams upstreams() {
    if (upstreams == null) {
      throw new IllegalStateException("an offline mirror asked for its upstreams");
    }
    return upstreams;
  }

  // --- presets

  /** The names of the presets that are held. */
  public List<String> presets() throws IOException {
    return presets.names();
  }

  /**
   * The names of the presets that were never synced, and can be had all the same; without those
   * that come with the program.
   */
  public List<String> unsyncedPresets() throws IOException {
    if (upstreams == null) {
      return List.of();
    }
    var names = new TreeSet<String>();
    rules
        .now()
        .presets()
        .forEach((name, bundle) -> {
          if (!isDemo(bundle)) {
            names.add(name);
          }
        });
    presets.names().forEach(names::remove);
    return List.copyOf(names);
  }

  private boolean isDemo(PresetBundle bundle) {
    return bundle
        .source()
        .directory()
        .map(Path::getParent)
        .filter(folder -> demos.filter(known -> PresetFolders.isSame(known, folder)).isPresent())
        .isPresent();
  }

  /** A preset by its name. */
  public PresetAnswer preset(String name) throws IOException {
    PresetAnswer held = presets.find(name);
    if (!(held instanceof PresetAnswer.Absent) || upstreams == null) {
      return held;
    }
    Map<String, PresetBundle> known = rules.now().presets();
    PresetBundle bundle = known.get(name);
    return bundle == null
        ? new PresetAnswer.Absent(known.keySet().stream().sorted().toList())
        : new PresetAnswer.Unsynced(bundle);
  }

  /** The rule that keeps a project out, wherever it comes from and whoever asks. */
  public Optional<String> denial(ProjectName project) throws IOException {
    return rules.now().denial(project);
  }

  /** The files of a lock's package, as they are shown on the pages of its preset. */
  public List<IndexFile> locked(LockedPackage locked) throws IOException {
    IndexKey key = IndexKey.of(locked.index());
    ProjectName project = locked.project();
    var files = new ArrayList<IndexFile>();
    Map<String, HeldMetadata> known = holdings.metadata(key, project);
    for (LockedFile file : locked.files()) {
      Optional<HeldFile> held = holdings.shown(locked, file);
      if (held.isPresent()) {
        files.add(held.get().at(held.get().source()));
      } else if (upstreams != null) {
        files.add(
            Listing.withMetadata(
                listed(file).requiring(locked.requiresPython()), known, any -> false));
      }
    }
    return files;
  }

  /**
   * Which index a project outside the lock of a preset comes from, by the preset's own rules; empty
   * where nothing but the lock counts.
   */
  public Optional<Decision> outsideOfLock(String preset, ProjectName project) throws IOException {
    Routing own = rules.now().ofPresets().get(preset);
    return upstreams == null || own == null ? Optional.empty() : Optional.of(own.decide(project));
  }

  /**
   * Which index a project comes from when no index is named: by the rules, and where these say
   * nothing or too much, the one that holds it, and of several the one that every lock names which
   * has the project.
   */
  public Origin origin(ProjectName project) throws IOException {
    Rules.Snapshot now = rules.now();
    Optional<String> denial = now.denial(project);
    if (denial.isPresent()) {
      return new Origin.Denied(denial.get());
    }
    Decision decision = now.global().decide(project);
    boolean counts = upstreams != null || now.configured();
    if (decision instanceof Decision.From(RoutedIndex index) && counts) {
      return new Origin.One(index.key());
    }
    List<IndexKey> locked = locked(project);
    if (decision instanceof Decision.Search(List<RoutedIndex> search) && counts) {
      return switch (locked.size()) {
        case 0 -> new Origin.One(source(search, project));
        case 1 -> new Origin.One(locked.getFirst());
        default -> new Origin.Several(locked);
      };
    }
    var holders = new ArrayList<IndexKey>();
    for (IndexKey index : holdings.indexes()) {
      boolean may = !now.configured() || now.admits(index, project);
      if (may && !holdings.files(index, project).isEmpty()) {
        holders.add(index);
      }
    }
    if (decision instanceof Decision.Ambiguous(List<RoutedIndex> claimants) && upstreams != null) {
      claimants.stream()
          .map(RoutedIndex::key)
          .filter(key -> !holders.contains(key))
          .forEach(holders::add);
    }
    if (holders.isEmpty()) {
      return new Origin.None();
    }
    if (holders.size() == 1) {
      return new Origin.One(holders.getFirst());
    }
    Optional<IndexKey> one =
        locked.isEmpty()
            ? first(holders)
            : Optional.of(locked.getFirst()).filter(_ -> locked.size() == 1);
    return one.filter(holders::contains)
        .<Origin>map(Origin.One::new)
        .orElseGet(() -> new Origin.Several(holders));
  }

  /** The indexes that locks name which have a project, each once. */
  private List<IndexKey> locked(ProjectName project) throws IOException {
    List<IndexKey> locked = new ArrayList<>();
    for (Lock lock : presets.locks()) {
      lock.of(project).stream().map(LockedPackage::index).map(IndexKey::of).forEach(locked::add);
    }
    return locked.stream().distinct().toList();
  }

  /** The index that is searched before the others, by the locks; empty where they differ. */
  private Optional<IndexKey> first(List<IndexKey> holders) throws IOException {
    List<IndexKey> firsts =
        presets.locks().stream()
            .flatMap(
                lock -> lock.search().stream().map(IndexKey::of).filter(holders::contains).limit(1))
            .distinct()
            .toList();
    return firsts.size() == 1 ? Optional.of(firsts.getFirst()) : Optional.empty();
  }
}
