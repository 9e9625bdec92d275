package dev.airlock.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.List;

/**
 * Tells failures to read one file, for which that file is to blame, from those of all files. Java
 * has no types for it, only the system's words.
 */
public final class ReadFailures {
  private static final String DISK = "Input/output error";
  private static final List<String> WORDS =
      List.of(
          DISK,
          "Is a directory",
          "Too many levels of symbolic links",
          // how ext4 and XFS say that their own checksums do not fit
          "Structure needs cleaning",
          "Bad message");

  private ReadFailures() {}

  /** Whether the file is to blame. */
  public static boolean isOfTheFile(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    return WORDS.stream().anyMatch(message::contains);
  }

  /** Whether the disk failed, and not somebody who asked what the file system cannot do. */
  static boolean isOfTheDisk(IOException failure) {
    return String.valueOf(failure.getMessage()).contains(DISK);
  }

  /** What is wrong with it, as a clause. */
  public static String reason(IOException failure) {
    boolean isForbidden = failure instanceof AccessDeniedException;
    return "it cannot be read: " + (isForbidden ? "permission denied" : failure.getMessage());
  }
}
