package dev.airlock.fetch;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/** The downloads that are under way, each once. */
final class Flights<K> {
  private final ConcurrentMap<K, Download> flights = new ConcurrentHashMap<>();

  /**
   * A download, and whether it is somebody else's already.
   *
   * @param download the download
   * @param joined whether it was under way
   */
  record Flight(Download download, boolean joined) {}

  /**
   * The download of a key: the one that is under way, or a new one, which the caller has to run.
   */
  Flight join(K key, Supplier<Download> begin) {
    Download mine = begin.get();
    Download known = flights.putIfAbsent(key, mine);
    return known == null ? new Flight(mine, false) : new Flight(known, true);
  }

  /** Says that a download came to its end: whoever asks later begins another. */
  void land(K key, Download download) {
    flights.remove(key, download);
  }
}
