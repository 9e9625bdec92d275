package dev.airlock.packaging;

/** White space as Python's {@code str.strip} and {@code \s} know it; Java's own misses some. */
public final class Spaces {
  private static final char NEXT_LINE = '\u0085';

  private Spaces() {}

  /** Whether a character is white space. */
  public static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == NEXT_LINE;
  }

  /** The text without white space at its ends. */
  public static String strip(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && isSpace(text.charAt(from))) {
      from++;
    }
    while (to > from && isSpace(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }
}
