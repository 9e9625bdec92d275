package dev.airlock.tool.command;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.catalog.IndexKey;
import dev.airlock.ledger.Note;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockReader;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.lock.MalformedLockException;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.store.Store;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a store has of that which was asked for. */
final class Holdings {
  private static final String METADATA = ".metadata";

  private final Store store;
  private final Catalog catalog;
  private final Map<String, Optional<Lock>> locks = new HashMap<>();

  Holdings(Store store, Catalog catalog) {
    this.store = store;
    this.catalog = catalog;
  }

  /** The lock of a preset that was synced; empty where there is none that can be read. */
  Optional<Lock> lock(String preset) throws IOException {
    Optional<Lock> known = locks.get(preset);
    if (known == null) {
      known = read(catalog.preset(preset));
      locks.put(preset, known);
    }
    return known;
  }

  private static Optional<Lock> read(Optional<HeldPreset> preset) {
    if (preset.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(LockReader.read(preset.get().lock()));
    } catch (MalformedLockException damaged) {
      return Optional.empty();
    }
  }

  /** Whether the bytes of a locked file are there, as many as the lock says. */
  boolean has(LockedPackage locked, LockedFile file) throws IOException {
    Optional<HeldFile> held = catalog.file(locked, file);
    return held.isPresent() && hasBytes(held.get()) && held.get().size() == file.size();
  }

  private boolean hasBytes(HeldFile file) throws IOException {
    return file.bytes(store.blobs()).isPresent();
  }

  /**
   * Whether what a note is of is there by now: of a preset, in its lock; else in its index, or in
   * any where none is named.
   */
  boolean has(Note note) throws IOException {
    return note.preset().isPresent() ? isLocked(note) : isInIndex(note);
  }

  private boolean isLocked(Note note) throws IOException {
    Optional<Lock> lock = lock(note.preset().orElseThrow());
    if (lock.isEmpty()) {
      return false;
    }
    for (LockedPackage locked : lock.get().of(note.project())) {
      for (LockedFile file : locked.files()) {
        boolean isMeant =
            note.filename().isEmpty() || file.name().text().equals(filename(note).orElseThrow());
        if (isMeant && has(locked, file)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isInIndex(Note note) throws IOException {
    for (IndexKey index : indexes(note)) {
      if (isIn(index, note.project(), filename(note))) {
        return true;
      }
    }
    return false;
  }

  private List<IndexKey> indexes(Note note) throws IOException {
    if (note.index().isEmpty()) {
      return catalog.indexes();
    }
    try {
      return List.of(new IndexKey(note.index().get()));
    } catch (MalformedException strange) {
      return List.of();
    }
  }

  private boolean isIn(IndexKey index, ProjectName project, Optional<String> filename)
      throws IOException {
    for (HeldFile file : catalog.files(index, project)) {
      boolean isMeant = filename.isEmpty() || filename.get().equals(file.name().text());
      if (isMeant && hasBytes(file)) {
        return true;
      }
    }
    return false;
  }

  /** The distribution file that a note is of, also where its metadata was asked for. */
  static Optional<String> filename(Note note) {
    return note.filename()
        .map(name ->
            name.endsWith(METADATA) ? name.substring(0, name.length() - METADATA.length()) : name);
  }
}
