package dev.airlock.tool.command;

import dev.airlock.ledger.Note;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a preset stands in a store.
 *
 * @param name its name
 * @param place where it was found: a folder, or the store
 * @param synced when it was synced last; empty: never, or it cannot be read
 * @param isDamaged whether the store has a document of it that cannot be read
 * @param files how many files its lock has
 * @param bytes their size together, in bytes
 * @param missing the files of its lock that are not held whole
 * @param heldBytes the size of those that are, in bytes
 * @param unlocked what a server fetched for it though its lock does not have it
 * @param wanted what was asked of it and is not held
 * @param remarks what else is to be known
 * @param isUsable whether it can be read, and is as it was synced
 */
record PresetState(
    String name,
    String place,
    Optional<Instant> synced,
    boolean isDamaged,
    int files,
    long bytes,
    List<String> missing,
    long heldBytes,
    List<Note> unlocked,
    List<Note> wanted,
    List<String> remarks,
    boolean isUsable) {
  PresetState {
    missing = List.copyOf(missing);
    unlocked = List.copyOf(unlocked);
    wanted = List.copyOf(wanted);
    remarks = List.copyOf(remarks);
  }

  /** Whether everything that its lock names is held. */
  boolean isComplete() {
    return synced.isPresent() && isUsable && missing.isEmpty();
  }

  /** Whether an install that worked here will work from the lock alone. */
  boolean isReady() {
    return isComplete() && unlocked.isEmpty();
  }
}
