package dev.airlock.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Tells apart why something cannot be written. Java has no types for it, only the system's words.
 */
public final class WriteFailures {
  private static final List<String> FULL =
      List.of("no space left", "disk quota exceeded", "not enough space");
  private static final String READ_ONLY = "read-only file system";
  private static final String TOO_LARGE = "file too large";

  private WriteFailures() {}

  /**
   * A {@link NoSpaceException} when the file system is full or has no room for another file, a
   * {@link ReadOnlyException} when it is read-only, one that says so when the file is too large for
   * it, else the cause itself.
   */
  public static IOException of(IOException cause, Path path) {
    if (cause instanceof NoSpaceException || cause instanceof ReadOnlyException) {
      return cause;
    }
    String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    if (FULL.stream().anyMatch(message::contains)) {
      return new NoSpaceException(
          "no space left to write '" + path + "': free some and run the command again", cause);
    }
    if (message.contains(TOO_LARGE)) {
      return new IOException(
          "cannot write '"
              + path
              + "': its file system takes no file of this size (FAT ends at 4 GiB, exFAT does not)",
          cause);
    }
    return message.contains(READ_ONLY)
        ? new ReadOnlyException(
            "cannot write '" + path + "': the file system is read-only; mount it to be written",
            cause)
        : cause;
  }
}
