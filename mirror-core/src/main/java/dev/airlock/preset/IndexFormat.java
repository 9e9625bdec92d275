package dev.airlock.preset;

import java.util.Locale;

/** What an index looks like. The names are those that uv gives its {@code format}. */
public enum IndexFormat {
  /** A page for each project, as PEP 503 and PEP 691 have it. */
  SIMPLE,
  /** One page or folder with files of many projects, as for pip's {@code --find-links}. */
  FLAT;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
