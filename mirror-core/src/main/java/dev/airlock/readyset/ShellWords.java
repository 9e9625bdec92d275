package dev.airlock.readyset;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a text into words as a shell does, with quotes and backslashes: Python's {@code shlex}.
 */
final class ShellWords {
  private ShellWords() {}

  /**
   * The words of a text.
   *
   * @throws IllegalArgumentException when a quote is not closed
   */
  static List<String> of(String text) {
    var words = new ArrayList<String>();
    var word = new StringBuilder();
    boolean begun = false;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0 && c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
        begun = true;
      } else if (c == '\\' && escapes(text, i, quote)) {
        i++;
        word.append(text.charAt(i));
        begun = true;
      } else if (quote == 0 && Character.isWhitespace(c)) {
        if (begun) {
          words.add(word.toString());
        }
        word.setLength(0);
        begun = false;
      } else {
        word.append(c);
        begun = true;
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("a quote is not closed");
    }
    if (begun) {
      words.add(word.toString());
    }
    return words;
  }

  private static boolean escapes(String text, int at, char quote) {
    if (at + 1 == text.length() || quote == '\'') {
      return false;
    }
    char next = text.charAt(at + 1);
    return quote == 0 || next == '"' || next == '\\';
  }
}
