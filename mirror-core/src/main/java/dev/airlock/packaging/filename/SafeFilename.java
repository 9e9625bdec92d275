package dev.airlock.packaging.filename;

import dev.airlock.packaging.MalformedException;

/** The rule that keeps file names that come from elsewhere from being paths. */
final class SafeFilename {
  private static final int LONGEST = 250;

  private SafeFilename() {}

  static void check(String what, String text) {
    if (text.length() > LONGEST) {
      throw new MalformedException(what, text, "it is longer than " + LONGEST + " characters");
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean allowed =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "-_.+!".indexOf(c) >= 0;
      if (!allowed) {
        throw new MalformedException(
            what, text, "only ASCII letters, digits and - _ . + ! are allowed");
      }
    }
  }
}
