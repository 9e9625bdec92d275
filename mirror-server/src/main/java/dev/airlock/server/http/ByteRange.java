package dev.airlock.server.http;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which bytes of a file a {@code Range} asks for.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#name-range-requests">RFC 9110, section
 *     14</a>
 */
sealed interface ByteRange {
  /** All of them: there is no range, or one that is not understood, or several. */
  record Whole() implements ByteRange {}

  /**
   * Some of them.
   *
   * @param first the position of the first
   * @param count how many, one at least
   */
  record Part(long first, long count) implements ByteRange {}

  /** None: the range begins behind the end. */
  record Unsatisfiable() implements ByteRange {}

  /** The one form that is honoured: {@code bytes=1-2}, {@code bytes=1-}, {@code bytes=-2}. */
  Pattern FORM = Pattern.compile("bytes=\\s*(\\d{0,18})\\s*-\\s*(\\d{0,18})\\s*");

  /** Reads the header for a file of some size. */
  static ByteRange of(Optional<String> header, long size) {
    Matcher matcher = FORM.matcher(header.orElse(""));
    if (!matcher.matches()) {
      return new Whole();
    }
    String first = matcher.group(1);
    String last = matcher.group(2);
    if (first.isEmpty()) {
      return last.isEmpty() ? new Whole() : suffix(Long.parseLong(last), size);
    }
    long from = Long.parseLong(first);
    long to = last.isEmpty() ? Long.MAX_VALUE : Long.parseLong(last);
    if (to < from) {
      return new Whole();
    }
    return from >= size ? new Unsatisfiable() : new Part(from, Math.min(to, size - 1) - from + 1);
  }

  private static ByteRange suffix(long count, long size) {
    if (count == 0 || size == 0) {
      return new Unsatisfiable();
    }
    long part = Math.min(count, size);
    return new Part(size - part, part);
  }
}
