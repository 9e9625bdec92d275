package dev.airlock.preset;

import dev.airlock.packaging.MalformedException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Gathers the mistakes of a preset, or of a file that one is made from. Credentials of addresses in
 * it are not repeated.
 */
public final class Problems {
  private final String file;
  private final Set<Problem> found = new LinkedHashSet<>();

  /** Gathers what is wrong with one file, and with others that it names. */
  public Problems(String file) {
    this.file = file;
  }

  /** Adds a mistake of the file. */
  public void add(String place, String value, String rule) {
    addIn(file, place, value, rule);
  }

  /**
   * Adds a mistake of another file; the same one is told once. A long value is told by its
   * beginning.
   */
  public void addIn(String otherFile, String place, String value, String rule) {
    found.add(
        new Problem(
            otherFile, MalformedException.abridge(place), quoted(masked(value)), masked(rule)));
  }

  /** A text of some length at most; quotes stay around it. */
  private static String quoted(String text) {
    boolean inQuotes = text.length() > 1 && text.startsWith("'") && text.endsWith("'");
    return inQuotes
        ? "'" + MalformedException.abridge(text.substring(1, text.length() - 1)) + "'"
        : MalformedException.abridge(text);
  }

  /** A text with {@code ***} for the credentials of addresses in it. */
  public static String masked(String text) {
    return Arrays.stream(text.split("\"", -1))
        .map(Problems::withoutCredentials)
        .collect(Collectors.joining("\""));
  }

  private static String withoutCredentials(String text) {
    int address = text.indexOf("://");
    int end = text.lastIndexOf('@');
    return address < 0 || end < address + 3
        ? text
        : text.substring(0, address + 3) + "***" + text.substring(end);
  }

  /** Reports the mistakes, if there are any. */
  public void throwIfAny() throws InvalidPresetException {
    if (!found.isEmpty()) {
      throw exception();
    }
  }

  /** The mistakes found so far, in the order in which they were found. */
  public List<Problem> all() {
    return List.copyOf(found);
  }

  /** The mistakes found so far, to be thrown. */
  public InvalidPresetException exception() {
    return new InvalidPresetException(all());
  }
}
