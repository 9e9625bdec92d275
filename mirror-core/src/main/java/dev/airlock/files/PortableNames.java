package dev.airlock.files;

/**
 * File names that every file system takes and tells apart, also those that ignore case: an
 * upper-case letter becomes {@code !} and its lower-case form, {@code !} becomes {@code !!}.
 */
public final class PortableNames {
  private PortableNames() {}

  /** The portable form of a name. */
  public static String encode(String name) {
    var encoded = new StringBuilder(name.length() + 8);
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        encoded.append('!').append((char) (c + ('a' - 'A')));
      } else if (c == '!') {
        encoded.append("!!");
      } else {
        encoded.append(c);
      }
    }
    return encoded.toString();
  }
}
