package dev.airlock.server;

import dev.airlock.store.Reserve;
import dev.airlock.upkeep.Quota;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a server may write, and where.
 *
 * @param reserve how much of the store's disk it leaves free
 * @param quota how much it keeps of files that no preset's lock has; empty for no limit
 * @param state where it notes what was asked for and not there; empty for the store
 */
record Keeping(Reserve reserve, Optional<Quota> quota, Optional<Path> state) {
  /** In the store, up to the usual reserve. */
  static final Keeping USUAL = new Keeping(Reserve.USUAL, Optional.empty(), Optional.empty());
}
