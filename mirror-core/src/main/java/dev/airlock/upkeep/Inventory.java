package dev.airlock.upkeep;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.Document;
import dev.airlock.catalog.Document.Kind;
import dev.airlock.catalog.FileKey;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.HeldMetadata;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.catalog.IndexKey;
import dev.airlock.catalog.Walk;
import dev.airlock.digest.Sha256;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockReader;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.lock.MalformedLockException;
import dev.airlock.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the documents of a store name, as they were read at about one time. A document that is there
 * from before the reading to its end is in it.
 *
 * @param presets the presets with their locks, by name
 * @param unpublished those that are there as second copies alone. They name what others do
 * @param entries the entries of files
 * @param metadata the metadata of wheels that are not held
 * @param damaged the entries and presets of which nobody can tell what they name
 */
public record Inventory(
    Map<String, Preset> presets,
    Map<String, Preset> unpublished,
    List<Entry> entries,
    List<Metadata> metadata,
    List<Unreadable> damaged) {
  private static final Set<Kind> NAMING =
      EnumSet.of(Kind.PRESET, Kind.PRESET_COPY, Kind.ENTRY, Kind.METADATA);

  /**
   * A preset.
   *
   * @param held as it was published
   * @param lock its lock
   */
  public record Preset(HeldPreset held, Lock lock) {}

  /**
   * A document that is damaged.
   *
   * @param document where it is
   * @param reason what is wrong with it, as a clause
   */
  public record Unreadable(Path document, String reason) {
    @Override
    public String toString() {
      return document + ": " + reason;
    }
  }

  /**
   * The entry of a file.
   *
   * @param key what it is found by
   * @param file the file
   * @param lastUsed when it was entered or last used, to the hour
   */
  public record Entry(FileKey key, HeldFile file, Instant lastUsed) {}

  /** The metadata of a wheel of an index. */
  public record Metadata(IndexKey index, HeldMetadata metadata) {}

  /** Copies the collections. */
  public Inventory {
    presets = Map.copyOf(presets);
    unpublished = Map.copyOf(unpublished);
    entries = List.copyOf(entries);
    metadata = List.copyOf(metadata);
    damaged = List.copyOf(damaged);
  }

  /** Reads the documents of a store. Nothing is written. */
  public static Inventory of(Store store) throws IOException {
    return of(store, NAMING);
  }

  /** Reads the presets alone. */
  static Inventory ofPresets(Store store) throws IOException {
    return of(store, EnumSet.of(Kind.PRESET, Kind.PRESET_COPY));
  }

  private static Inventory of(Store store, Set<Kind> kinds) throws IOException {
    var reading = new Reading();
    Walk.through(store, kinds, reading::take);
    return reading.inventory();
  }

  /** Collects what a walk meets. */
  private static final class Reading {
    private final Map<String, Preset> presets = new TreeMap<>();
    private final Map<String, Preset> copies = new TreeMap<>();
    private final Map<String, Unreadable> damagedPresets = new TreeMap<>();
    private final Map<String, Unreadable> damagedCopies = new TreeMap<>();
    private final Set<String> published = new HashSet<>();
    private final List<Entry> entries = new ArrayList<>();
    private final List<Metadata> metadata = new ArrayList<>();
    private final List<Unreadable> damaged = new ArrayList<>();

    void take(Document document) throws IOException {
      switch (document) {
        case Document.Preset preset -> preset(preset);
        case Document.Entry(var path, IndexKey index, HeldFile file) -> {
          FileKey key = FileKey.of(index, file);
          try {
            entries.add(new Entry(key, file, Files.getLastModifiedTime(path).toInstant()));
          } catch (NoSuchFileException takenMeanwhile) {
            // it names nothing any more
          }
        }
        case Document.Metadata(var _, IndexKey index, HeldMetadata held) ->
            metadata.add(new Metadata(index, held));
        case Document.Damaged bad when bad.kind() == Kind.PRESET ->
            damagedPresets.put(
                String.valueOf(bad.path().getFileName()), new Unreadable(bad.path(), bad.reason()));
        case Document.Damaged bad when bad.kind() == Kind.PRESET_COPY ->
            damagedCopy(bad.path(), bad.reason());
        case Document.Damaged bad when bad.kind() == Kind.ENTRY ->
            damaged.add(new Unreadable(bad.path(), bad.reason()));
        case Document.Damaged _, Document.Page _, Document.Index _ -> {
          // names no bytes of a distribution
        }
      }
    }

    private void preset(Document.Preset document) {
      String file = String.valueOf(document.path().getFileName());
      try {
        var preset = new Preset(document.preset(), LockReader.read(document.preset().lock()));
        if (document.copy()) {
          copies.put(file, preset);
          look(document.path());
        } else {
          presets.put(file, preset);
        }
      } catch (MalformedLockException e) {
        if (document.copy()) {
          damagedCopy(document.path(), String.valueOf(e.getMessage()));
        } else {
          damagedPresets.put(file, new Unreadable(document.path(), String.valueOf(e.getMessage())));
        }
      }
    }

    private void damagedCopy(Path copy, String reason) {
      damagedCopies.put(String.valueOf(copy.getFileName()), new Unreadable(copy, reason));
      look(copy);
    }

    /** Copies are met after the presets: of one that was not met the first may be there by now. */
    private void look(Path copy) {
      Path folder = Objects.requireNonNull(copy.getParent());
      if (Files.exists(folder.resolveSibling(copy.getFileName()))) {
        published.add(String.valueOf(copy.getFileName()));
      }
    }

    Inventory inventory() {
      damagedPresets.forEach((file, reason) -> {
        Preset copy = copies.get(file);
        if (copy == null) {
          damaged.add(reason);
        } else {
          presets.put(file, copy);
        }
      });
      Map<String, Preset> unpublished = new HashMap<>();
      copies.forEach((file, copy) -> {
        if (!presets.containsKey(file)) {
          (published.contains(file) ? presets : unpublished).put(file, copy);
        }
      });
      damagedCopies.forEach((file, reason) -> {
        boolean hasFirst =
            presets.containsKey(file)
                || damagedPresets.containsKey(file)
                || published.contains(file);
        if (!hasFirst) {
          damaged.add(reason);
        }
      });
      return new Inventory(named(presets), named(unpublished), entries, metadata, damaged);
    }

    private static Map<String, Preset> named(Map<String, Preset> byFile) {
      Map<String, Preset> named = new HashMap<>();
      byFile.values().forEach(preset -> named.put(preset.held().name(), preset));
      return named;
    }
  }

  /** Whether it is not known of every document what it names. */
  public boolean isDamaged() {
    return !damaged.isEmpty();
  }

  /**
   * Enters files again that a lock of this inventory has, or that are claimed: whoever took their
   * entries away had not seen it.
   */
  void putBack(List<Entry> taken, Set<Sha256> claimed, Catalog catalog) throws IOException {
    Set<FileKey> locked = locked().keySet();
    for (Entry entry : taken) {
      boolean isNeeded = locked.contains(entry.key()) || claimed.contains(entry.key().sha256());
      if (isNeeded && catalog.file(entry.key()).isEmpty()) {
        catalog.enter(entry.key().index(), entry.file());
      }
    }
  }

  /** The files of a lock, by their identities. */
  public static Map<FileKey, LockedFile> files(Lock lock) {
    Map<FileKey, LockedFile> files = new HashMap<>();
    for (LockedPackage locked : lock.packages()) {
      locked.files().forEach(file -> files.put(FileKey.of(locked, file), file));
    }
    return files;
  }

  /** The files that some preset's lock has. */
  public Map<FileKey, LockedFile> locked() {
    Map<FileKey, LockedFile> locked = new HashMap<>();
    locks().forEach(lock -> locked.putAll(files(lock)));
    return locked;
  }

  /** The digests that the locks name. */
  public Set<Sha256> lockedDigests() {
    return locked().keySet().stream().map(FileKey::sha256).collect(Collectors.toSet());
  }

  private Stream<Lock> locks() {
    return Stream.of(presets, unpublished)
        .flatMap(known -> known.values().stream())
        .map(Preset::lock);
  }

  /** The entries of files that no lock has. */
  public List<Entry> unlocked() {
    Set<FileKey> locked = locked().keySet();
    return entries.stream().filter(entry -> !locked.contains(entry.key())).toList();
  }

  /** The digests of all blobs that are named. */
  public Set<Sha256> named() {
    return namedWithout(Set.of());
  }

  /** The digests of all blobs that are named when some entries are gone. */
  public Set<Sha256> namedWithout(Set<FileKey> gone) {
    Set<Sha256> named = lockedDigests();
    for (Entry entry : entries) {
      if (!gone.contains(entry.key())) {
        named.add(entry.file().sha256());
        entry.file().metadata().ifPresent(named::add);
      }
    }
    metadata.forEach(each -> named.add(each.metadata().metadata()));
    return named;
  }
}
