package dev.airlock.sync;

import dev.airlock.catalog.IndexKey;
import dev.airlock.index.IndexFile;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.Version;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a sync is going to do.
 *
 * @param items the files of the closure
 * @param origins from which place each project comes, of those that were looked at
 * @param freeBytes how many bytes the store's file system has left
 */
public record Plan(List<Item> items, Map<ProjectName, URI> origins, long freeBytes) {
  /** Copies the items. */
  public Plan {
    items = List.copyOf(items);
  }

  /**
   * A file of the closure.
   *
   * @param project the project
   * @param version the version
   * @param index the declared address of the index it comes from
   * @param file the file
   * @param size its size in bytes, where anybody says it
   * @param held whether it is in the store already
   * @param begun how many bytes of it an interrupted transfer left
   */
  public record Item(
      ProjectName project,
      Version version,
      URI index,
      IndexFile file,
      OptionalLong size,
      boolean held,
      long begun) {
    /** The identity of its index in the store. */
    public IndexKey key() {
      return IndexKey.of(index);
    }
  }

  /** The files to be fetched. */
  public List<Item> missing() {
    return items.stream().filter(item -> !item.held()).toList();
  }

  /** The files that are held. */
  public List<Item> held() {
    return items.stream().filter(Item::held).toList();
  }

  /** How many bytes are to be fetched, as far as sizes are known. */
  public long missingBytes() {
    return bytes(missing());
  }

  /** How many bytes are held. */
  public long heldBytes() {
    return bytes(held());
  }

  /** Whether everything fits on the disk, as far as sizes are known. */
  public boolean fits() {
    return missing().stream()
            .mapToLong(item -> Math.max(0, item.size().orElse(0) - item.begun()))
            .sum()
        <= freeBytes;
  }

  private static long bytes(List<Item> items) {
    return items.stream().mapToLong(item -> item.size().orElse(0)).sum();
  }
}
