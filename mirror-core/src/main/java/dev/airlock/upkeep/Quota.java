package dev.airlock.upkeep;

import dev.airlock.catalog.FileKey;
import dev.airlock.digest.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How many bytes of files that no preset's lock has may be held. Above that the least recently used
 * ones go, until four fifths of it are left.
 *
 * @param bytes the most; 0 keeps none
 */
public record Quota(long bytes) {
  private static final int LOW_WATER_PERCENT = 80;

  /** What was used just now is being sent, or about to be. */
  private static final Duration IN_USE = Duration.ofMinutes(1);

  /** Refuses a quota below zero. */
  public Quota {
    if (bytes < 0) {
      throw new IllegalArgumentException("a quota of " + bytes + " bytes: it has to be 0 or more");
    }
  }

  /**
   * The files that have to go. Files of the same bytes go together.
   *
   * @param claimed the digests of files that some run needs just now: they count as locked, which
   *     they are about to be
   * @return by what their entries are found by; empty while the quota is kept
   */
  public Set<FileKey> evicted(Inventory inventory, Set<Sha256> claimed, Instant now) {
    Set<Sha256> kept = new HashSet<>(inventory.lockedDigests());
    kept.addAll(claimed);
    Map<Sha256, Cached> cached = new HashMap<>();
    for (Inventory.Entry entry : inventory.unlocked()) {
      if (!kept.contains(entry.file().sha256())) {
        cached.computeIfAbsent(entry.file().sha256(), _ -> new Cached(entry)).add(entry);
      }
    }
    long held = cached.values().stream().mapToLong(file -> file.size).sum();
    Set<FileKey> evicted = new HashSet<>();
    if (held <= bytes) {
      return evicted;
    }
    long low = bytes / 100 * LOW_WATER_PERCENT + bytes % 100 * LOW_WATER_PERCENT / 100;
    List<Cached> oldestFirst =
        cached.values().stream()
            .filter(file -> file.lastUsed.isBefore(now.minus(IN_USE)))
            .sorted(
                Comparator.comparing((Cached file) -> file.lastUsed)
                    .thenComparing(file -> file.digest))
            .toList();
    for (Cached file : oldestFirst) {
      if (held <= low) {
        break;
      }
      held -= file.size;
      evicted.addAll(file.keys);
    }
    return evicted;
  }

  /** Bytes that are held for no preset. */
  private static final class Cached {
    private final Sha256 digest;
    private final long size;
    private final List<FileKey> keys = new ArrayList<>();
    private Instant lastUsed = Instant.MIN;

    Cached(Inventory.Entry entry) {
      this.digest = entry.file().sha256();
      this.size = entry.file().size();
    }

    void add(Inventory.Entry entry) {
      keys.add(entry.key());
      lastUsed = lastUsed.isAfter(entry.lastUsed()) ? lastUsed : entry.lastUsed();
    }
  }
}
