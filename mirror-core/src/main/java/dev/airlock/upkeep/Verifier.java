package dev.airlock.upkeep;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.Document;
import dev.airlock.catalog.FileKey;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.HeldMetadata;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.catalog.IndexKey;
import dev.airlock.catalog.Walk;
import dev.airlock.digest.Hasher;
import dev.airlock.digest.Sha256;
import dev.airlock.files.PortableNames;
import dev.airlock.files.ReadFailures;
import dev.airlock.ledger.Ledger;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockReader;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.lock.MalformedLockException;
import dev.airlock.progress.ProgressEvent;
import dev.airlock.progress.ProgressListener;
import dev.airlock.store.Blob;
import dev.airlock.store.Mark;
import dev.airlock.store.Store;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Looks whether a store is sound: every blob, every document, and that what they name is there.
 * Others may work on the store meanwhile. Nothing is changed.
 */
public final class Verifier {
  private static final int BUFFER = 1 << 18;

  private final Store store;
  private final Catalog catalog;
  private final Extent extent;
  private final Pace pace;
  private final Checkpoint checkpoint;
  private final ProgressListener progress;

  private final Collection<Damage> damages = new ConcurrentLinkedQueue<>();
  private final List<Document.Entry> entries = new ArrayList<>();
  private final List<Document.Metadata> metadata = new ArrayList<>();
  private final Map<String, HeldPreset> presets = new HashMap<>();
  private final Map<Sha256, String> names = new HashMap<>();
  private final List<Document.Damaged> damagedDocuments = new ArrayList<>();
  private final Set<String> copies = new HashSet<>();
  private final List<Damage> remarks = new ArrayList<>();
  private final Set<String> damagedPresets = new HashSet<>();
  private int documents;

  /**
   * How far to look.
   *
   * @param preset this preset alone, with all that it uses; empty for the whole store
   * @param fast whether blobs are looked at by their sizes only
   */
  public record Extent(Optional<String> preset, boolean fast) {
    /** The whole store, every byte. */
    public static final Extent ALL = new Extent(Optional.empty(), false);
  }

  /** A verification that is not started. */
  public Verifier(
      Store store, Extent extent, Pace pace, Checkpoint checkpoint, ProgressListener progress) {
    this.store = store;
    this.catalog = new Catalog(store);
    this.extent = extent;
    this.pace = pace;
    this.checkpoint = checkpoint;
    this.progress = progress;
  }

  /** Looks, and tells what it found. To be called once. */
  public Verification run() throws IOException {
    Walk.through(store, this::visit);
    Map<String, Known> known = locks();
    Collection<Lock> locks = known.values().stream().map(Known::lock).toList();
    Set<FileKey> used = used(locks);
    if (extent.preset().isPresent()) {
      entries.removeIf(entry -> !used.contains(FileKey.of(entry.index(), entry.file())));
      metadata.clear();
      damagedDocuments.removeIf(damaged -> !isUsed(damaged, locks));
    }
    for (Document.Damaged damaged : damagedDocuments) {
      damages.add(new Damage.BadDocument(damaged, subject(damaged)));
    }
    Blobs blobs = extent.fast() ? Blobs.NONE : blobs(locks);
    for (Document.Entry entry : entries) {
      lookAt(entry);
    }
    for (Document.Metadata kept : metadata) {
      lookAt(kept);
    }
    for (Known preset : known.values()) {
      lookAt(preset);
    }
    for (HeldPreset preset : presets.values()) {
      lookAtCopy(preset);
    }
    if (extent.preset().isEmpty()) {
      lookAtMarkerCopy();
      Ledger.damaged(store.root().resolve(Ledger.DIRECTORY))
          .forEach((note, what) -> damages.add(new Damage.BadNote(note, what)));
    }
    checkpoint.done();
    return new Verification(
        documents,
        blobs.count(),
        blobs.bytes(),
        damages.stream()
            .sorted(Comparator.comparing(Damage::subject).thenComparing(Damage::what))
            .toList(),
        remarks);
  }

  /** The marker itself was looked at when the store was opened. */
  private void lookAtMarkerCopy() throws IOException {
    switch (Store.markerCopy(store.root())) {
      case Mark.Absent _ -> {
        // The store was made before there was one; whoever may write to it gives it one.
      }
      case Mark.Names(int format) when format == Store.FORMAT -> documents++;
      case Mark.Names(int format) ->
          damages.add(
              new Damage.BadMarkerCopy("it names format " + format + ", unlike the marker itself"));
      case Mark.Damaged(String how) -> damages.add(new Damage.BadMarkerCopy(how));
    }
  }

  // --- documents

  private void visit(Document document) {
    boolean counts =
        switch (document) {
          case Document.Preset(var _, HeldPreset preset, boolean copy) -> {
            if (!isWanted(preset.name())) {
              yield false;
            }
            if (copy) {
              copies.add(preset.name());
            } else {
              presets.put(preset.name(), preset);
            }
            yield true;
          }
          case Document.Entry entry -> {
            entries.add(entry);
            names.put(entry.file().sha256(), entry.file().name().text());
            entry
                .file()
                .metadata()
                .ifPresent(digest -> names.put(digest, entry.file().name().text() + ".metadata"));
            yield true;
          }
          case Document.Metadata kept -> {
            metadata.add(kept);
            names.put(kept.metadata().metadata(), kept.metadata().name().text() + ".metadata");
            yield true;
          }
          case Document.Damaged damaged -> {
            visit(damaged);
            yield true;
          }
          case Document.Page _, Document.Index _ -> true;
        };
    documents += counts ? 1 : 0;
  }

  private void visit(Document.Damaged damaged) {
    switch (damaged.kind()) {
      case PRESET, PRESET_COPY -> {
        if (isWanted(damaged.name())) {
          damagedPresets.add(damaged.name());
          copies.add(damaged.name());
          damagedDocuments.add(damaged);
        }
      }
      case INDEX, PAGE, ENTRY, METADATA -> damagedDocuments.add(damaged);
    }
  }

  private static String subject(Document.Damaged damaged) {
    String name = damaged.name();
    return switch (damaged.kind()) {
      case PRESET -> "preset " + name;
      case PRESET_COPY -> "the second copy of preset " + name;
      case INDEX -> "index " + damaged.index().map(IndexKey::value).orElse("");
      case PAGE -> "the page of " + name + of(damaged);
      case ENTRY -> "the entry " + name + of(damaged);
      case METADATA -> "the metadata entry " + name + of(damaged);
    };
  }

  /** Whether the lock of a preset that is looked at needs what a damaged document was for. */
  private static boolean isUsed(Document.Damaged damaged, Collection<Lock> locks) {
    boolean isOfPreset =
        damaged.kind() == Document.Kind.PRESET || damaged.kind() == Document.Kind.PRESET_COPY;
    return isOfPreset
        || locks.stream()
            .flatMap(lock -> lock.packages().stream())
            .filter(locked -> Optional.of(IndexKey.of(locked.index())).equals(damaged.index()))
            .anyMatch(locked -> isUsed(damaged, locked));
  }

  private static boolean isUsed(Document.Damaged damaged, LockedPackage locked) {
    return switch (damaged.kind()) {
      case INDEX -> true;
      case PAGE -> damaged.project().equals(Optional.of(locked.project()));
      case ENTRY, METADATA ->
          locked.files().stream()
              .anyMatch(file ->
                  PortableNames.encode(file.name().text()).equals(damaged.name())
                      && damaged.sha256().map(file.sha256()::equals).orElse(true));
      case PRESET, PRESET_COPY -> false;
    };
  }

  private static String of(Document.Damaged damaged) {
    return damaged.index().map(index -> " of " + index).orElse("");
  }

  private boolean isWanted(String preset) {
    return extent.preset().isEmpty() || extent.preset().get().equals(preset);
  }

  /** It comes last: who removes a preset takes its second copy away first. */
  private void lookAtCopy(HeldPreset preset) throws IOException {
    if (!copies.contains(preset.name())
        && catalog.copy(preset.name()).isEmpty()
        && catalog.first(preset.name()).equals(Optional.of(preset))) {
      damages.add(new Damage.NoCopy(preset.name()));
    }
  }

  /**
   * A preset whose lock can be read.
   *
   * @param isPublished whether more of it is there than its second copy
   */
  private record Known(HeldPreset held, Lock lock, boolean isPublished) {
    String name() {
      return held.name();
    }
  }

  /** The presets with their locks; from the second copy where the first is damaged or gone. */
  private Map<String, Known> locks() throws IOException {
    var all = new HashSet<>(presets.keySet());
    all.addAll(damagedPresets);
    Map<String, Known> known = new HashMap<>();
    for (String name : all) {
      Optional<HeldPreset> preset = catalog.preset(name);
      if (preset.isPresent()) {
        lock(preset.get(), true).ifPresent(lock -> known.put(name, lock));
      }
    }
    for (String name : catalog.unpublished()) {
      Optional<HeldPreset> copy = isWanted(name) ? catalog.unpublished(name) : Optional.empty();
      if (copy.isPresent() && !known.containsKey(name)) {
        lock(copy.get(), false).ifPresent(lock -> known.put(name, lock));
      }
    }
    return known;
  }

  private Optional<Known> lock(HeldPreset preset, boolean isPublished) {
    try {
      return Optional.of(new Known(preset, LockReader.read(preset.lock()), isPublished));
    } catch (MalformedLockException e) {
      Path folder = store.root().resolve("presets");
      var document =
          new Document.Damaged(
              (isPublished ? folder : folder.resolve("copies")).resolve(preset.name() + ".json"),
              isPublished ? Document.Kind.PRESET : Document.Kind.PRESET_COPY,
              Optional.empty(),
              Optional.empty(),
              "its lock cannot be read: " + e.getMessage());
      damages.add(new Damage.BadDocument(document, subject(document)));
      return Optional.empty();
    }
  }

  private static Set<FileKey> used(Collection<Lock> locks) {
    var used = new HashSet<FileKey>();
    locks.forEach(lock -> used.addAll(Inventory.files(lock).keySet()));
    return used;
  }

  // --- blobs

  /** How many blobs were looked at, and how large they are. */
  private record Blobs(long count, long bytes) {
    static final Blobs NONE = new Blobs(0, 0);
  }

  private Blobs blobs(Collection<Lock> locks) throws IOException {
    Set<Sha256> digests = new LinkedHashSet<>();
    if (extent.preset().isEmpty()) {
      digests.addAll(store.blobs().newestFirst());
    }
    // What lies in the trash and is named is as good as held.
    digests.addAll(named(locks));
    List<Blob> all = new ArrayList<>();
    for (Sha256 digest : digests) {
      store.blobs().find(digest).ifPresent(all::add);
    }
    List<Blob> left = all.stream().filter(blob -> !checkpoint.has(blob.digest())).toList();
    long bytes = all.stream().mapToLong(Blob::size).sum();
    long leftBytes = left.stream().mapToLong(Blob::size).sum();
    progress.on(
        new ProgressEvent.Planned(
            left.size(), leftBytes, all.size() - left.size(), bytes - leftBytes));
    Workers.each(left, this::lookAt);
    return new Blobs(all.size(), bytes);
  }

  private Set<Sha256> named(Collection<Lock> locks) throws IOException {
    Set<Sha256> named = new LinkedHashSet<>();
    entries.forEach(entry -> name(entry.file(), named));
    metadata.forEach(kept -> named.add(kept.metadata().metadata()));
    for (Lock lock : locks) {
      for (LockedPackage locked : lock.packages()) {
        for (LockedFile file : locked.files()) {
          named.add(file.sha256());
          names.putIfAbsent(file.sha256(), file.name().text());
          entry(locked, file).ifPresent(entry -> name(entry, named));
        }
      }
    }
    return named;
  }

  private static void name(HeldFile file, Set<Sha256> named) {
    named.add(file.sha256());
    file.metadata().ifPresent(named::add);
  }

  /** The entry of a file of a lock. */
  private Optional<HeldFile> entry(LockedPackage locked, LockedFile file) throws IOException {
    return catalog.file(FileKey.of(locked, file));
  }

  private void lookAt(Blob blob) throws IOException {
    String name = names.getOrDefault(blob.digest(), blob.digest().hex());
    long started = System.nanoTime();
    progress.on(new ProgressEvent.Started(name, 0, blob.size()));
    Optional<String> wrong = wrong(blob, name);
    if (wrong.isPresent()) {
      damages.add(new Damage.BadBlob(blob.digest(), name, wrong.get()));
      progress.on(new ProgressEvent.Failed(name, wrong.get()));
      return;
    }
    checkpoint.sound(blob.digest());
    progress.on(
        new ProgressEvent.Finished(
            name, blob.size(), Duration.ofNanos(System.nanoTime() - started)));
  }

  /** What is wrong with a blob; nothing with one that went away meanwhile. */
  private Optional<String> wrong(Blob blob, String name) throws IOException {
    var hasher = new Hasher();
    try (SeekableByteChannel channel = blob.open()) {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
      for (int read = channel.read(buffer); read >= 0; read = channel.read(buffer)) {
        hasher.update(buffer.array(), 0, read);
        buffer.clear();
        progress.on(new ProgressEvent.Advanced(name, read));
        pace.read(read);
      }
    } catch (NoSuchFileException gone) {
      return Optional.empty();
    } catch (InterruptedIOException stopped) {
      throw stopped;
    } catch (IOException e) {
      return Optional.of(ReadFailures.reason(e));
    }
    Sha256 actual = hasher.sha256();
    return actual.equals(blob.digest())
        ? Optional.empty()
        : Optional.of("its bytes have the digest " + actual + " instead of " + blob.digest());
  }

  // --- what documents name

  private void lookAt(Document.Entry entry) throws IOException {
    Optional<String> wrong = wrong(entry.file());
    // It may have been taken away or replaced since it was met.
    if (wrong.isPresent()
        && catalog
            .file(FileKey.of(entry.index(), entry.file()))
            .equals(Optional.of(entry.file()))) {
      damages.add(new Damage.BadEntry(entry.index(), entry.file(), wrong.get()));
    }
  }

  private Optional<String> wrong(HeldFile file) throws IOException {
    Optional<Blob> blob = store.blobs().find(file.sha256());
    if (blob.isEmpty()) {
      return Optional.of("its bytes are missing");
    }
    if (blob.get().size() != file.size()) {
      return Optional.of(
          "there are " + blob.get().size() + " bytes of it instead of " + file.size());
    }
    boolean lacksMetadata =
        file.metadata().isPresent() && store.blobs().find(file.metadata().get()).isEmpty();
    return lacksMetadata ? Optional.of("its metadata is missing") : Optional.empty();
  }

  private void lookAt(Document.Metadata kept) throws IOException {
    HeldMetadata note = kept.metadata();
    if (store.blobs().find(note.metadata()).isEmpty()
        && note.equals(
            catalog.metadata(kept.index(), note.name().project()).get(note.name().text()))) {
      damages.add(new Damage.BadMetadata(kept.index(), note));
    }
  }

  private void lookAt(Known preset) throws IOException {
    var missing = new ArrayList<Damage>();
    boolean isHeld = true;
    for (LockedPackage locked : preset.lock().packages()) {
      for (LockedFile file : locked.files()) {
        Optional<HeldFile> entry = entry(locked, file);
        if (entry.isEmpty()) {
          String lacks = "preset " + preset.name() + " lacks it";
          missing.add(new Damage.NotEntered(preset.name(), locked, file, lacks));
        }
        isHeld &= entry.isPresent() && entry.get().bytes(store.blobs()).isPresent();
      }
    }
    if (!isStill(preset)) {
      // It was removed or published anew since it was met.
      return;
    }
    damages.addAll(missing);
    if (!preset.isPublished()) {
      // Where all is held, its publishing may just have been interrupted.
      Collection<Damage> tellings = isHeld && missing.isEmpty() ? remarks : damages;
      tellings.add(new Damage.Unpublished(preset.name()));
    }
  }

  private boolean isStill(Known preset) throws IOException {
    Optional<HeldPreset> now =
        preset.isPublished() ? catalog.preset(preset.name()) : catalog.unpublished(preset.name());
    return now.equals(Optional.of(preset.held()));
  }
}
