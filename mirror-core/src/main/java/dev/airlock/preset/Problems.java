package dev.airlock.preset;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Gathers the mistakes of a preset. Credentials of addresses in it are not repeated. */
final class Problems {
  private static final Pattern CREDENTIALS = Pattern.compile("://[^\"]*@");

  private final String file;
  private final List<Problem> found = new ArrayList<>();

  Problems(String file) {
    this.file = file;
  }

  void add(String place, String value, String rule) {
    addIn(file, place, value, rule);
  }

  void addIn(String otherFile, String place, String value, String rule) {
    found.add(new Problem(otherFile, place, masked(value), masked(rule)));
  }

  /** A text with {@code ***} for the credentials of addresses in it. */
  static String masked(String text) {
    return CREDENTIALS.matcher(text).replaceAll("://***@");
  }

  void throwIfAny() throws InvalidPresetException {
    if (!found.isEmpty()) {
      throw exception();
    }
  }

  InvalidPresetException exception() {
    return new InvalidPresetException(found);
  }
}
