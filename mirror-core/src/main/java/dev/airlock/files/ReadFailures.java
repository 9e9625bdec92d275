package dev.airlock.files;

import java.io.IOException;
import java.util.List;

/**
 * Tells failures to read one file, for which that file is to blame, from those of all files. Java
 * has no types for it, only the system's words.
 */
public final class ReadFailures {
  private static final List<String> WORDS =
      List.of(
          "Input/output error",
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

  /** What is wrong with it, as a clause. */
  public static String reason(IOException failure) {
    return "it cannot be read: " + failure.getMessage();
  }
}
