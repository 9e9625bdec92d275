package dev.airlock.export;

import dev.airlock.catalog.Catalog;
import dev.airlock.digest.Hasher;
import dev.airlock.digest.Sha256;
import dev.airlock.files.DurableFiles;
import dev.airlock.files.NoSpaceException;
import dev.airlock.files.Trees;
import dev.airlock.progress.ProgressEvent;
import dev.airlock.progress.ProgressListener;
import dev.airlock.store.Blob;
import dev.airlock.store.CorruptContentException;
import dev.airlock.store.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Writes presets into a folder, and keeps a manifest there. What has its final name is whole: a run
 * that was killed is gone on with by the next one. The store is only read; the folder may be on any
 * file system.
 */
public final class Exporter {
  private static final int BUFFER = 1 << 20;

  private final Store store;
  private final Catalog catalog;
  private final Path folder;
  private final ExportForm form;
  private final ProgressListener progress;

  /** Exports from a store into a folder, which need not be there yet. */
  public Exporter(
      Store store, Catalog catalog, Path folder, ExportForm form, ProgressListener progress) {
    this.store = store;
    this.catalog = catalog;
    this.folder = folder;
    this.form = form;
    this.progress = progress;
  }

  /**
   * Finds out what an export would do. Nothing is written.
   *
   * @throws ExportException when something is in the way
   */
  public ExportPlan plan(List<LockedPreset> presets) throws IOException {
    return new Planner(store, catalog, folder, form).plan(presets);
  }

  /**
   * Exports presets, for which an install has been rehearsed. What earlier exports of them wrote
   * and no preset of the folder needs any more is removed.
   *
   * @return what was done
   * @throws ExportException when something is in the way, before anything is written
   * @throws NoSpaceException when the disk of the folder has no room; what was written stays
   * @throws CorruptContentException when bytes in the store are damaged; nothing is written of them
   */
  public ExportPlan export(List<LockedPreset> presets) throws IOException {
    if (!Files.isDirectory(folder)) {
      requireRoom(plan(presets));
      DurableFiles.createDirectories(folder);
    }
    try (FolderLock _ = FolderLock.take(folder)) {
      ExportPlan plan = plan(presets);
      requireRoom(plan);
      carryOut(plan);
      return plan;
    }
  }

  private void requireRoom(ExportPlan plan) throws IOException {
    Path there = folder.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    long free = Files.getFileStore(there).getUsableSpace();
    long needed = ExportPlan.bytes(plan.writes());
    if (needed > free) {
      throw new NoSpaceException(
          "'%s' takes %d bytes more, and its disk has %d left: free some, or name another folder"
              .formatted(folder, needed, free));
    }
  }

  private void carryOut(ExportPlan plan) throws IOException {
    plan.notes().forEach(note -> progress.on(new ProgressEvent.Note(note)));
    progress.on(
        new ProgressEvent.Planned(
            plan.writes().size(),
            ExportPlan.bytes(plan.writes()),
            plan.kept().size(),
            ExportPlan.bytes(plan.kept())));
    removeTemporaries(plan);
    // What is about to be written counts as ours before it is there, and what is about to go until
    // it is gone.
    SortedSet<ExportedFile> files = new TreeSet<>(plan.before().files());
    files.addAll(plan.after().files());
    write(plan.before().of(files));
    for (ExportedFile file : plan.writes()) {
      write(file, plan.content(file));
    }
    SortedSet<ExportedFile> settled = new TreeSet<>(plan.after().files());
    settled.addAll(plan.removals());
    write(plan.after().of(settled));
    for (ExportedFile file : plan.removals()) {
      remove(file);
    }
    write(plan.after());
  }

  /** What killed exports left behind. Nobody else writes: this one has the lock. */
  private void removeTemporaries(ExportPlan plan) throws IOException {
    var folders = new TreeSet<Path>();
    for (Manifest manifest : List.of(plan.before(), plan.after())) {
      for (ExportedFile file : manifest.files()) {
        folders.add(folder.resolve(file.place()).resolveSibling(".").normalize());
      }
    }
    folders.add(folder);
    for (Path each : folders) {
      for (Path left : Trees.children(each)) {
        if (DurableFiles.isTemporary(left)) {
          Files.deleteIfExists(left);
        }
      }
    }
  }

  private void write(Manifest manifest) throws IOException {
    Path file = folder.resolve(Manifest.NAME);
    byte[] bytes = manifest.bytes();
    boolean isThere = Files.exists(file) && Arrays.equals(Files.readAllBytes(file), bytes);
    if (!isThere) {
      DurableFiles.write(file, bytes);
    }
  }

  private void write(ExportedFile file, Blob content) throws IOException {
    long started = System.nanoTime();
    DurableFiles.write(
        folder.resolve(file.place()),
        channel -> {
          progress.on(new ProgressEvent.Started(file.place(), 0, file.size()));
          copy(content, file, channel);
        });
    progress.on(
        new ProgressEvent.Finished(
            file.place(), file.size(), Duration.ofNanos(System.nanoTime() - started)));
  }

  private void copy(Blob content, ExportedFile file, FileChannel to) throws IOException {
    var hasher = new Hasher();
    ByteBuffer buffer = ByteBuffer.allocate(Math.clamp(file.size(), 1, BUFFER));
    try (SeekableByteChannel from = content.open()) {
      for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
        hasher.update(buffer.array(), 0, read);
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        buffer.clear();
        progress.on(new ProgressEvent.Advanced(file.place(), read));
      }
    }
    Sha256 actual = hasher.sha256();
    if (!actual.equals(file.sha256())) {
      throw new CorruptContentException(
          "'%s' is damaged in the store: its bytes have the digest %s instead of %s, and were not exported. `airlock verify` finds everything that is damaged, `airlock repair` mends it"
              .formatted(file.place(), actual, file.sha256()));
    }
  }

  /** Removes a file, and its folders below the exported one that are empty then. */
  private void remove(ExportedFile file) throws IOException {
    Path path = folder.resolve(file.place());
    Files.deleteIfExists(path);
    try {
      for (Path above = path.getParent();
          above != null && !above.equals(folder);
          above = above.getParent()) {
        Files.deleteIfExists(above);
      }
    } catch (DirectoryNotEmptyException stillNeeded) {
      // it has other files
    }
  }
}
