package dev.airlock.server.pullthrough;

/** How much of a file somebody wants. */
public enum Extent {
  /** No bytes of it, only what is said of it. */
  NOTHING,
  /** A range of its bytes. */
  PART,
  /** All of its bytes. */
  WHOLE
}
