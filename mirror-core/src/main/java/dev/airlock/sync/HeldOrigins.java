package dev.airlock.sync;

import dev.airlock.catalog.Catalog;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Where files are from that are held, as it was recorded when they were fetched. */
public final class HeldOrigins {
  private HeldOrigins() {}

  /** Where the files of a lock are from that are held, by project. */
  public static Map<ProjectName, SortedSet<String>> of(Catalog catalog, Lock lock)
      throws IOException {
    Map<ProjectName, SortedSet<String>> origins = new TreeMap<>();
    for (LockedPackage locked : lock.packages()) {
      for (LockedFile file : locked.files()) {
        catalog
            .file(locked, file)
            .ifPresent(held ->
                origins.computeIfAbsent(locked.project(), _ -> new TreeSet<>()).add(held.origin()));
      }
    }
    return origins;
  }
}
