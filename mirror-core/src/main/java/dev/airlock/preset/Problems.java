package dev.airlock.preset;

import java.util.ArrayList;
import java.util.List;

/** Gathers the mistakes of a preset. */
final class Problems {
  private final String file;
  private final List<Problem> found = new ArrayList<>();

  Problems(String file) {
    this.file = file;
  }

  void add(String place, String value, String rule) {
    found.add(new Problem(file, place, value, rule));
  }

  void addIn(String otherFile, String place, String value, String rule) {
    found.add(new Problem(otherFile, place, value, rule));
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
