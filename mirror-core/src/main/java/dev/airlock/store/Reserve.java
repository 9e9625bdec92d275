package dev.airlock.store;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * How much of its disk a store leaves free: distributions are not written into it, so that notes,
 * presets and the collector still have room. Hits are served on when it is reached.
 *
 * @param bytes how many; empty for a hundredth of the disk, 1 GiB at most
 */
public record Reserve(OptionalLong bytes) {
  /** What is kept when nobody says otherwise. */
  public static final Reserve USUAL = new Reserve(OptionalLong.empty());

  /** No reserve: writing goes on until the disk is full. */
  public static final Reserve NONE = Reserve.of(0);

  private static final long MOST = 1L << 30;

  /** A reserve of some bytes. */
  public static Reserve of(long bytes) {
    return new Reserve(OptionalLong.of(bytes));
  }

  /** How many bytes it is on the disk of a directory. */
  public long on(Path directory) throws IOException {
    return bytes.isPresent()
        ? bytes.getAsLong()
        : Math.min(MOST, Files.getFileStore(directory).getTotalSpace() / 100);
  }

  /** How many bytes may still be written on the disk of a directory, 0 at least. */
  public long freeOn(Path directory) throws IOException {
    FileStore disk = Files.getFileStore(directory);
    return Math.max(0, disk.getUsableSpace() - on(directory));
  }
}
