package dev.airlock.catalog;

import java.io.IOException;
import java.util.List;

/**
 * Tells failures to read one file, for which that file is to blame, from those of all files. Java
 * has no types for it, only the system's words.
 */
final class Unreadable {
  private static final List<String> WORDS =
      List.of("Input/output error", "Is a directory", "Too many levels of symbolic links");

  private Unreadable() {}

  /** Whether the file is to blame. */
  static boolean is(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    return WORDS.stream().anyMatch(message::contains);
  }

  /** What is wrong with it, as a clause. */
  static String reason(IOException failure) {
    return "it cannot be read: " + failure.getMessage();
  }
}
