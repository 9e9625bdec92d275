package dev.airlock.server.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * What tells without reading it that a file is another one than before.
 *
 * @param modified when it was written
 * @param size its length in bytes
 * @param key which file of its file system it is, where that has such keys
 */
record FileState(FileTime modified, long size, @Nullable Object key) {
  private static final FileState ABSENT = new FileState(FileTime.fromMillis(0), -1, null);

  /** The state of a file now, behind links; a file that cannot be looked at counts as absent. */
  static FileState of(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new FileState(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    } catch (IOException absent) {
      return ABSENT;
    }
  }
}
