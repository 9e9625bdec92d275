package dev.airlock.upkeep;

import dev.airlock.files.DurableFiles;
import dev.airlock.files.Trees;
import dev.airlock.upkeep.Collected.Amount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What processes that died left behind in a store, and bytes that were put aside.
 *
 * @param root the directory of the store
 * @param deletes whether it is deleted
 */
record Remains(Path root, boolean deletes) {
  /** A store that is named by a link is the directory that the link leads to. */
  static Remains of(Path root, boolean deletes) throws IOException {
    return new Remains(root.toRealPath(), deletes);
  }

  /** A temporary file that is written has no lock; a writer that waits so long is none any more. */
  private static final Duration WRITING = Duration.ofHours(1);

  /** Long enough to look into what was put aside, and why. */
  private static final Duration QUARANTINE = Duration.ofDays(30);

  /** The folders that have temporary files; blobs are written in {@code partial}. */
  private static final Set<String> FOLDERS =
      Set.of("indexes", "presets", "ledger", "partial", "quarantine");

  /** Temporary files that nobody wrote to since some time, and for an hour at least. */
  Amount temporaries(Instant before, Instant now) throws IOException {
    Instant dead = earlier(before, now.minus(WRITING));
    var amount = new AtomicReference<>(Amount.NONE);
    for (Path entry : Trees.children(root)) {
      // Whatever else is at the root of a disk, as lost+found, is none of a store's.
      if (FOLDERS.contains(String.valueOf(entry.getFileName())) || !Files.isDirectory(entry)) {
        Trees.each(
            entry,
            (file, attributes) -> {
              boolean old = attributes.lastModifiedTime().toInstant().isBefore(dead);
              if (old && String.valueOf(file.getFileName()).startsWith(DurableFiles.TEMPORARY)) {
                amount.updateAndGet(sum -> sum.plus(attributes.size()));
                delete(file);
              }
            });
      }
    }
    return amount.get();
  }

  /**
   * What lies in quarantine for thirty days, or where there is no room, for as long as anything
   * else that nobody needs.
   */
  Amount quarantine(Instant before, Instant now, boolean hurried) throws IOException {
    Instant old = hurried ? before : earlier(before, now.minus(QUARANTINE));
    Amount amount = Amount.NONE;
    for (Path file : Trees.children(root.resolve("quarantine"))) {
      String name = String.valueOf(file.getFileName());
      Path reason = file.resolveSibling(name + ".txt");
      if (name.endsWith(".txt") || name.startsWith(DurableFiles.TEMPORARY)) {
        continue;
      }
      try {
        // A file keeps the time of its bytes when it is put aside; its reason is written then.
        Path dated = Files.exists(reason) ? reason : file;
        if (Files.getLastModifiedTime(dated).toInstant().isBefore(old)) {
          amount = amount.plus(Trees.bytes(file));
          delete(file);
          delete(reason);
        }
      } catch (NoSuchFileException gone) {
        // it was put back, or deleted by somebody else
      }
    }
    return amount;
  }

  private void delete(Path file) throws IOException {
    if (deletes) {
      Trees.delete(file);
    }
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
