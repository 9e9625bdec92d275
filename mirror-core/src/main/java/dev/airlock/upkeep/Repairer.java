package dev.airlock.upkeep;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.Document;
import dev.airlock.catalog.Document.Kind;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.HeldMetadata;
import dev.airlock.catalog.HeldPage;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.catalog.IndexKey;
import dev.airlock.catalog.Walk;
import dev.airlock.digest.Sha256;
import dev.airlock.fetch.FetchedPage;
import dev.airlock.fetch.Fetcher;
import dev.airlock.fetch.Locked;
import dev.airlock.files.NoSpaceException;
import dev.airlock.files.PortableNames;
import dev.airlock.files.ReadFailures;
import dev.airlock.files.ReadOnlyException;
import dev.airlock.index.IndexFile;
import dev.airlock.index.ProjectPage;
import dev.airlock.ledger.Ledger;
import dev.airlock.lock.LockReader;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.lock.MalformedLockException;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.repack.Derivation;
import dev.airlock.progress.ProgressListener;
import dev.airlock.store.Blob;
import dev.airlock.store.Store;
import dev.airlock.upkeep.Repair.Deed;
import dev.airlock.upstream.IndexSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Mends a store: puts aside what is damaged, makes documents anew from others and from what is
 * held, and fetches by digest what is missing. What cannot be mended is noted as wanted. Others may
 * work on the store meanwhile.
 */
public final class Repairer {
  private static final String ASKER = "airlock repair";

  private final Store store;
  private final Catalog catalog;
  private final Fetcher fetcher;
  private final Origins origins;
  private final Ledger ledger;
  private final InstantSource clock;
  private final ProgressListener progress;
  private final List<Deed> deeds = new ArrayList<>();
  private final Map<String, String> reasons = new TreeMap<>();
  private final List<Damage> notMended = new ArrayList<>();
  private boolean isFull;

  /** Where things come from. */
  public interface Origins {
    /** What to ask for an index; empty where nobody may be asked. */
    Optional<IndexSource> place(IndexKey index) throws IOException;

    /** A preset as its folder has it, with a lock that fits; empty where there is none. */
    Optional<HeldPreset> preset(String name) throws IOException;

    /** Addresses of indexes that are known from elsewhere, from presets and settings. */
    Collection<URI> indexes() throws IOException;
  }

  /** A repairer of a store. */
  public Repairer(
      Store store,
      Fetcher fetcher,
      Origins origins,
      Ledger ledger,
      InstantSource clock,
      ProgressListener progress) {
    this.store = store;
    this.catalog = new Catalog(store);
    this.fetcher = fetcher;
    this.origins = origins;
    this.ledger = ledger;
    this.clock = clock;
    this.progress = progress;
  }

  /**
   * Mends what was found. What the disk has no room for is left.
   *
   * @param preset what belongs to this preset alone; empty for all
   */
  public Repair run(Optional<String> preset, List<Damage> found) throws IOException {
    dropTemporaries();
    for (Damage damage : found) {
      if (damage instanceof Damage.BadBlob blob) {
        withRoom(blob.subject(), () -> putAside(blob));
      } else if (damage instanceof Damage.BadMarkerCopy) {
        withRoom(damage.subject(), () -> markAgain(damage.subject()));
      } else if (damage instanceof Damage.BadNote note) {
        withRoom(note.subject(), () -> putAside(note));
      }
    }
    mendDocuments(found);
    var extent = new Verifier.Extent(preset, true);
    // Small files first: for them there may be room.
    List<Damage> content =
        lookedAt(extent).damages().stream()
            .sorted(Comparator.comparingLong(Repairer::bytesToFetch))
            .toList();
    for (Damage damage : content) {
      withRoom(damage.subject(), () -> mendContent(damage));
    }
    Verification after = lookedAt(extent);
    var left = new ArrayList<>(after.damages());
    left.addAll(notMended);
    after.remarks().stream()
        .filter(remark -> reasons.containsKey(remark.subject()))
        .forEach(left::add);
    left.forEach(this::want);
    return new Repair(deeds, left, isFull);
  }

  private static long bytesToFetch(Damage damage) {
    return switch (damage) {
      case Damage.BadEntry(IndexKey _, HeldFile file, String _) -> file.size();
      case Damage.NotEntered(String _, LockedPackage _, LockedFile file, String _) -> file.size();
      case Damage.BadBlob _,
          Damage.BadDocument _,
          Damage.BadMarkerCopy _,
          Damage.BadNote _,
          Damage.NoCopy _,
          Damage.Unpublished _,
          Damage.BadMetadata _ ->
          0;
    };
  }

  /** A step of the repair. */
  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  /** What the disk has no room for is left as it is: other things may take none. */
  private void withRoom(String subject, Step step) throws IOException {
    try {
      step.run();
    } catch (NoSpaceException full) {
      isFull = true;
      reasons.put(subject, String.valueOf(full.getMessage()));
    }
  }

  /** What writers that were killed left behind: temporary files nobody wrote to for an hour. */
  private void dropTemporaries() throws IOException {
    Instant now = clock.instant();
    long files = Remains.of(store.root(), true).temporaries(now, now).files();
    if (files > 0) {
      did("temporary files", files + " that nobody writes any more were removed");
    }
  }

  private Verification lookedAt(Verifier.Extent extent) throws IOException {
    return new Verifier(store, extent, Pace.free(), Checkpoint.none(), progress).run();
  }

  private void did(String subject, String what) {
    deeds.add(new Deed(subject, what));
  }

  private void markAgain(String subject) throws IOException {
    Store.mark(store.root());
    did(subject, "written anew");
  }

  private void putAside(Damage.BadNote note) throws IOException {
    if (Ledger.damaged(store.root().resolve(Ledger.DIRECTORY)).containsKey(note.note())) {
      store.putAside(note.note(), note.subject() + ": " + note.what());
      did(note.subject(), "put aside; it is written anew when that is asked for again");
    }
  }

  // --- blobs

  private void putAside(Damage.BadBlob damage) throws IOException {
    Optional<Blob> blob = store.blobs().find(damage.blob());
    if (blob.isEmpty()) {
      return;
    }
    blob.get().identity();
    try {
      if (isSound(blob.get())) {
        return;
      }
    } catch (NoSuchFileException gone) {
      return;
    } catch (IOException notToday) {
      // as this user may not read them, or there is no descriptor left
      notMended.add(damage);
      reasons.put(damage.subject(), "its bytes can be sound, and were left where they are");
      return;
    }
    store.blobs().quarantine(blob.get(), damage.subject() + ": " + damage.what());
    did(damage.subject(), "its damaged bytes were put aside");
  }

  private static boolean isSound(Blob blob) throws IOException {
    try (SeekableByteChannel channel = blob.open()) {
      return Sha256.of(Channels.newInputStream(channel)).equals(blob.digest());
    } catch (IOException e) {
      if (ReadFailures.isOfTheFile(e)) {
        return false;
      }
      throw e;
    }
  }

  // --- documents

  private void mendDocuments(List<Damage> found) throws IOException {
    var lostEntries = new ArrayList<Damage.BadDocument>();
    for (Kind kind : Kind.values()) {
      for (Damage damage : found) {
        if (damage instanceof Damage.BadDocument bad && bad.document().kind() == kind) {
          withRoom(bad.subject(), () -> mend(bad, lostEntries));
        } else if (damage instanceof Damage.Unpublished(String preset) && kind == Kind.PRESET) {
          withRoom(damage.subject(), () -> publish(preset));
        } else if (damage instanceof Damage.NoCopy(String preset) && kind == Kind.PRESET_COPY) {
          withRoom(damage.subject(), () -> copy(preset));
        }
      }
    }
    // When pages are there again, they tell what damaged entries were of.
    for (Damage.BadDocument entry : lostEntries) {
      withRoom(entry.subject(), () -> reenter(entry));
    }
  }

  private void mend(Damage.BadDocument damage, List<Damage.BadDocument> lostEntries)
      throws IOException {
    Document.Damaged document = damage.document();
    String subject = damage.subject();
    boolean isOfPreset = document.kind() == Kind.PRESET || document.kind() == Kind.PRESET_COPY;
    if (isOfPreset && !Files.exists(document.path(), LinkOption.NOFOLLOW_LINKS)) {
      // It was removed since it was looked at.
      return;
    }
    // An entry stays until the file is entered anew: as long as it is there, its bytes are left
    // alone, whatever it is that stands in its place.
    if (document.kind() != Kind.ENTRY && isNoFile(document.path())) {
      store.putAside(document.path(), subject + ": " + document.reason());
    }
    switch (document.kind()) {
      case PRESET -> mendPreset(document.name(), subject);
      case PRESET_COPY -> mendCopy(damage);
      case INDEX -> mendIndex(document, subject);
      case PAGE -> mendPage(document, subject);
      case METADATA -> {
        store.putAside(document.path(), subject + ": " + document.reason());
        lostEntries.add(damage);
      }
      case ENTRY -> lostEntries.add(damage);
    }
  }

  /** Whether something is there that is no file: a directory, a pipe, a link that leads nowhere. */
  private static boolean isNoFile(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(path);
  }

  private void mendPreset(String name, String subject) throws IOException {
    Optional<HeldPreset> copy = catalog.copy(name).filter(Repairer::hasLock);
    Optional<HeldPreset> anew = copy.isPresent() ? copy : origins.preset(name);
    if (catalog.first(name).filter(Repairer::hasLock).isPresent()) {
      // Somebody has published it since it was looked at: what is known here may be older.
      return;
    }
    if (anew.isPresent()) {
      catalog.publish(anew.get());
      did(subject, "written anew from its " + (copy.isPresent() ? "second copy" : "folder"));
    } else {
      reasons.put(subject, "both copies are damaged: run `airlock sync " + name + "`");
    }
  }

  private static boolean hasLock(HeldPreset preset) {
    try {
      LockReader.read(preset.lock());
      return true;
    } catch (MalformedLockException e) {
      return false;
    }
  }

  /** Publishes a preset of which the second copy alone is there. */
  private void publish(String name) throws IOException {
    Optional<HeldPreset> copy = catalog.unpublished(name).filter(Repairer::hasLock);
    if (copy.isPresent()) {
      catalog.publish(copy.get());
      did("preset " + name, "written anew from its second copy");
    }
  }

  /** Writes the second copy of a preset anew, as the first one is. */
  private void copy(String name) throws IOException {
    Optional<HeldPreset> first = catalog.first(name).filter(Repairer::hasLock);
    if (first.isEmpty() || catalog.copy(name).isPresent()) {
      return;
    }
    catalog.copyAgain(first.get());
    did("preset " + name, "its second copy was written anew");
    Optional<HeldPreset> now = catalog.first(name);
    if (now.isPresent() && !now.equals(first)) {
      // Somebody has published it meanwhile, and that copy may be older.
      catalog.copyAgain(now.get());
    }
  }

  private void mendCopy(Damage.BadDocument damage) throws IOException {
    Document.Damaged document = damage.document();
    String name = document.name();
    if (catalog.presets().contains(name)) {
      copy(name);
      return;
    }
    Optional<HeldPreset> folder = origins.preset(name);
    if (folder.isPresent()) {
      catalog.publish(folder.get());
      did("preset " + name, "written anew from its folder");
    } else {
      store.putAside(document.path(), damage.subject() + ": " + document.reason());
      did("preset " + name, "the damaged copy, all that was left of it, was put aside");
    }
  }

  private void mendIndex(Document.Damaged document, String subject) throws IOException {
    IndexKey key = document.index().orElseThrow();
    Optional<URI> address =
        addresses().stream().filter(known -> IndexKey.of(known).equals(key)).findFirst();
    if (address.isEmpty()) {
      reasons.put(subject, "no preset tells its address: sync a preset that names this index");
      return;
    }
    store.putAside(document.path(), subject + ": " + document.reason());
    catalog.register(address.get());
    did(subject, "written anew");
  }

  /**
   * The addresses of indexes that locks and pages tell, and those that are known from elsewhere.
   */
  private Set<URI> addresses() throws IOException {
    var addresses = new LinkedHashSet<URI>(origins.indexes());
    Walk.through(
        store,
        document -> {
          if (document instanceof Document.Preset(var _, HeldPreset preset, boolean _)
              && hasLock(preset)) {
            locked(preset).forEach(locked -> addresses.add(locked.index()));
          }
          if (document instanceof Document.Page(var _, IndexKey _, HeldPage page)) {
            addresses.add(page.source().resolve("../"));
          }
        });
    return addresses;
  }

  private static List<LockedPackage> locked(HeldPreset preset) throws IOException {
    try {
      return LockReader.read(preset.lock()).packages();
    } catch (MalformedLockException e) {
      throw new IOException("the lock of preset '" + preset.name() + "': " + e.getMessage(), e);
    }
  }

  private void mendPage(Document.Damaged document, String subject) throws IOException {
    if (catalog
        .page(document.index().orElseThrow(), document.project().orElseThrow())
        .isPresent()) {
      // Somebody has read it again since it was looked at.
      return;
    }
    store.putAside(document.path(), subject + ": " + document.reason());
    boolean again =
        page(document.index().orElseThrow(), document.project().orElseThrow()).isPresent();
    did(subject, again ? "read again" : "put aside; it is read again when its index can be asked");
  }

  /** The page that is held, or else the one that the index gives now. */
  private Optional<ProjectPage> page(IndexKey key, ProjectName project) throws IOException {
    Optional<HeldPage> held = catalog.page(key, project);
    return held.isPresent() ? held.map(HeldPage::page) : pageAgain(key, project);
  }

  private Optional<ProjectPage> pageAgain(IndexKey key, ProjectName project) throws IOException {
    Optional<IndexSource> place = origins.place(key);
    if (place.isEmpty()) {
      return Optional.empty();
    }
    try {
      return fetcher.page(key, place.get(), project) instanceof FetchedPage.Found found
          ? Optional.of(found.kept())
          : Optional.empty();
    } catch (NoSpaceException | ReadOnlyException | InterruptedIOException e) {
      throw e;
    } catch (IOException notNow) {
      return Optional.empty();
    }
  }

  /**
   * Makes a damaged entry, or a note of metadata, anew: from a lock that names it, or from what its
   * page lists.
   */
  private void reenter(Damage.BadDocument damage) throws IOException {
    Document.Damaged document = damage.document();
    IndexKey key = document.index().orElseThrow();
    ProjectName project = document.project().orElseThrow();
    String subject = document.name();
    Optional<IndexFile> locked = locked(document);
    Optional<IndexFile> listed = locked.isPresent() ? locked : listed(page(key, project), document);
    if (listed.isEmpty()) {
      if (document.kind() == Kind.METADATA) {
        did(subject, "its damaged note of metadata was put aside");
      } else {
        unlisted(damage, key, project);
      }
      return;
    }
    String filename = listed.get().name().text();
    if (document.kind() == Kind.METADATA) {
      boolean again = attempt(key, () -> fetcher.keepMetadataAlone(key, listed.get()), subject);
      did(filename, again ? "its metadata was read again" : "its metadata was put aside");
    } else if (obtained(key, listed.get(), filename)) {
      if (document.sha256().isEmpty()) {
        // Format 2 had it, at a place where nothing is entered any more.
        store.putAside(document.path(), damage.subject() + ": " + document.reason());
      }
      did(filename, "entered anew");
    }
  }

  /** The file of a damaged entry as a lock has it. */
  private Optional<IndexFile> locked(Document.Damaged document) throws IOException {
    if (document.sha256().isEmpty()) {
      return Optional.empty();
    }
    Inventory inventory = Inventory.ofPresets(store);
    return Stream.of(inventory.presets(), inventory.unpublished())
        .flatMap(presets -> presets.values().stream())
        .flatMap(preset -> preset.lock().packages().stream())
        .filter(locked -> document.index().equals(Optional.of(IndexKey.of(locked.index()))))
        .flatMap(locked ->
            locked.files().stream()
                .filter(file -> document.sha256().equals(Optional.of(file.sha256())))
                .map(file -> Locked.stated(locked, file)))
        .findFirst();
  }

  /** The file of a damaged document as its page lists it, where that does not say other bytes. */
  private static Optional<IndexFile> listed(Optional<ProjectPage> page, Document.Damaged document) {
    return page.stream()
        .flatMap(known -> known.files().stream())
        .filter(file -> PortableNames.encode(file.name().text()).equals(document.name()))
        .filter(file ->
            document.sha256().isEmpty()
                || file.sha256().isEmpty()
                || file.sha256().equals(document.sha256()))
        .findFirst()
        .map(file -> document.sha256().map(file::withSha256).orElse(file));
  }

  /** Of an entry that no page explains only the project is known for sure. */
  private void unlisted(Damage.BadDocument damage, IndexKey key, ProjectName project) {
    String what =
        "its entry is damaged, and no page that can be had lists it: run `airlock repair` where its"
            + " index can be asked, or delete '"
            + damage.document().path()
            + "' to give the file up";
    reasons.put(damage.subject(), what);
    ledger.note(
        dev.airlock.ledger.Kind.WANTED,
        Optional.empty(),
        Optional.of(key.value()),
        project,
        Optional.empty(),
        ASKER,
        "the entry of a file is damaged");
  }

  // --- files and metadata

  private void mendContent(Damage damage) throws IOException {
    switch (damage) {
      case Damage.BadEntry(IndexKey key, HeldFile file, String _) -> {
        IndexFile stated = file.at(file.source());
        if (obtained(key, today(key, stated), damage.subject())) {
          did(damage.subject(), "held again");
        }
      }
      case Damage.NotEntered(String _, LockedPackage locked, var file, String _) -> {
        IndexKey key = IndexKey.of(locked.index());
        Optional<IndexFile> listed =
            pageToAsk(key, locked.project()).flatMap(page -> Locked.on(page, file));
        if (obtained(key, listed.orElseGet(() -> Locked.stated(locked, file)), damage.subject())) {
          did(damage.subject(), "held again");
        }
      }
      case Damage.BadMetadata(IndexKey key, HeldMetadata metadata) -> {
        Optional<IndexFile> listed =
            page(key, metadata.name().project()).stream()
                .flatMap(page -> page.files().stream())
                .filter(metadata::isOf)
                .filter(file -> file.name().equals(metadata.name()))
                .findFirst();
        boolean again =
            listed.isPresent()
                && attempt(
                    key, () -> fetcher.keepMetadataAlone(key, listed.get()), damage.subject());
        if (!again) {
          catalog.forget(key, metadata);
        }
        did(
            damage.subject(),
            again ? "read again" : "forgotten; it is read again when it is asked for");
      }
      case Damage.BadBlob _,
          Damage.BadDocument _,
          Damage.BadMarkerCopy _,
          Damage.BadNote _,
          Damage.NoCopy _,
          Damage.Unpublished _ -> {
        // These were seen to before.
      }
    }
  }

  /** The page to look on for where a file is today: the index's own, else the one that is held. */
  private Optional<ProjectPage> pageToAsk(IndexKey key, ProjectName project) throws IOException {
    Optional<ProjectPage> now = pageAgain(key, project);
    return now.isPresent() ? now : page(key, project);
  }

  /** Where the very bytes of a file are today. */
  private IndexFile today(IndexKey key, IndexFile stated) throws IOException {
    if (fetcher.found(key, stated).isPresent()) {
      return stated;
    }
    Optional<Derivation> derivation = Derivation.of(stated.url(), stated.name());
    if (derivation.isPresent()) {
      return pageToAsk(key, stated.name().project())
          .flatMap(page -> Locked.sdist(page, derivation.get()))
          .map(sdist -> stated.movedTo(derivation.get().movedTo(sdist.url()).address()))
          .orElse(stated);
    }
    return pageToAsk(key, stated.name().project()).stream()
        .flatMap(page -> page.files().stream())
        .filter(file -> file.name().equals(stated.name()))
        .filter(file -> file.sha256().isEmpty() || file.sha256().equals(stated.sha256()))
        .findFirst()
        .map(file -> stated.movedTo(file.url()))
        .orElse(stated);
  }

  private boolean obtained(IndexKey key, IndexFile file, String subject) throws IOException {
    return fetcher.found(key, file).isPresent()
        || attempt(
            key,
            () -> {
              fetcher.file(key, file);
              return true;
            },
            subject);
  }

  /** Something that asks an upstream. */
  @FunctionalInterface
  private interface Asking {
    boolean run() throws IOException;
  }

  private boolean attempt(IndexKey key, Asking asking, String subject) throws IOException {
    if (origins.place(key).isEmpty()) {
      reasons.put(subject, "nobody may be asked for it");
      return false;
    }
    try {
      return asking.run();
    } catch (NoSpaceException | ReadOnlyException | InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      reasons.put(subject, String.valueOf(e.getMessage()));
      return false;
    }
  }

  // --- what is left

  /** Why something could not be mended. */
  public Optional<String> reason(Damage damage) {
    return Optional.ofNullable(reasons.get(damage.subject()));
  }

  private void want(Damage damage) {
    switch (damage) {
      case Damage.BadEntry(IndexKey key, HeldFile file, String what) ->
          want(Optional.empty(), key, file.name().project(), file.name().text(), what);
      case Damage.NotEntered(String preset, LockedPackage locked, var file, String what) ->
          want(
              Optional.of(preset),
              IndexKey.of(locked.index()),
              locked.project(),
              file.name().text(),
              what);
      case Damage.BadBlob _,
          Damage.BadDocument _,
          Damage.BadMarkerCopy _,
          Damage.BadNote _,
          Damage.NoCopy _,
          Damage.Unpublished _,
          Damage.BadMetadata _ -> {
        // No file of an index is missing.
      }
    }
  }

  private void want(
      Optional<String> preset, IndexKey key, ProjectName project, String filename, String what) {
    ledger.note(
        dev.airlock.ledger.Kind.WANTED,
        preset,
        Optional.of(key.value()),
        project,
        Optional.of(filename),
        ASKER,
        what);
  }
}
