package dev.airlock.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * What tells without reading it that a file is the same one, unchanged.
 *
 * @param key which file of its file system it is, where that has such keys
 * @param size its length in bytes
 * @param modified when it was written
 * @param changed when anything about it was changed, where the file system knows
 */
record FileIdentity(@Nullable Object key, long size, FileTime modified, FileTime changed) {
  private static final String CHANGED = "unix:ctime";

  /** The identity of a file now. */
  static FileIdentity of(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return new FileIdentity(
        attributes.fileKey(), attributes.size(), attributes.lastModifiedTime(), changed(file));
  }

  private static FileTime changed(Path file) throws IOException {
    boolean isKnown = file.getFileSystem().supportedFileAttributeViews().contains("unix");
    return isKnown ? (FileTime) Files.getAttribute(file, CHANGED) : FileTime.fromMillis(0);
  }
}
