package dev.airlock.packaging.name;

import dev.airlock.packaging.MalformedException;

/**
 * The normalisation that project and extra names share: lower case, runs of {@code -_.} become one
 * {@code -}.
 */
final class Normalization {
  private static final int LONGEST = 250;

  private Normalization() {}

  static String normalize(String what, String name) {
    if (name.isEmpty()) {
      throw new MalformedException(what, name, "it is empty");
    }
    if (name.length() > LONGEST) {
      throw new MalformedException(what, name, "it is longer than " + LONGEST + " characters");
    }
    var normalized = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        normalized.append((char) (c + ('a' - 'A')));
      } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
        normalized.append(c);
      } else if (c == '-' || c == '_' || c == '.') {
        if (i == 0 || i == name.length() - 1) {
          throw new MalformedException(
              what, name, "it has to begin and end with a letter or digit");
        }
        if (normalized.charAt(normalized.length() - 1) != '-') {
          normalized.append('-');
        }
      } else {
        throw new MalformedException(
            what, name, "only ASCII letters, digits, '-', '_' and '.' are allowed");
      }
    }
    return normalized.toString();
  }
}
