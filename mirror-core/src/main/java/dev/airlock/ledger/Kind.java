package dev.airlock.ledger;

/** What a note says of the thing that was asked for. */
public enum Kind {
  /** It could not be had. */
  WANTED,
  /** It was fetched for a preset whose lock does not have it. */
  UNLOCKED
}
