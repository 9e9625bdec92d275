package dev.airlock.upkeep;

import dev.airlock.catalog.FileKey;
import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Sha256;
import dev.airlock.files.Trees;
import dev.airlock.lock.LockedFile;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.store.Store;
import dev.airlock.upkeep.Collected.Amount;
import dev.airlock.upkeep.Inventory.Entry;
import dev.airlock.upkeep.Inventory.Unreadable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What takes how much room in a store. Bytes that several have count once in each sum.
 *
 * @param presets the presets, by name
 * @param projects the projects of which files are held, by index and name
 * @param indexes the distributions of each index
 * @param unlocked the distributions that no preset's lock has
 * @param blobs all blobs
 * @param unnamed the blobs that nothing names
 * @param parts what else is there, by the name of its folder
 * @param damaged the entries that cannot be read, and the presets that are not listed because they
 *     are damaged or there as second copies alone
 */
public record Usage(
    List<Preset> presets,
    List<Project> projects,
    Map<IndexKey, Amount> indexes,
    Amount unlocked,
    Amount blobs,
    Amount unnamed,
    Map<String, Amount> parts,
    List<Unreadable> damaged) {
  private static final List<String> PARTS =
      List.of("indexes", "presets", "ledger", "partial", "quarantine", "trash");

  /**
   * A file of a preset's lock.
   *
   * @param key its identity
   * @param size its size in bytes
   * @param isHeld whether its bytes are there
   * @param presets the presets whose locks have the same bytes
   */
  public record File(FileKey key, long size, boolean isHeld, SortedSet<String> presets) {
    /** The digest of its bytes. */
    public Sha256 sha256() {
      return key.sha256();
    }

    /** Copies the set. */
    public File {
      presets = Collections.unmodifiableSortedSet(new TreeSet<>(presets));
    }
  }

  /**
   * A preset.
   *
   * @param name its name
   * @param synced when it was synced last
   * @param files the files of its lock, by their names
   */
  public record Preset(String name, Instant synced, List<File> files) {
    /** Copies the list. */
    public Preset {
      files = List.copyOf(files);
    }

    /** What its lock takes. */
    public Amount locked() {
      return sum(files.stream());
    }

    /** What of that no other preset's lock has. */
    public Amount own() {
      return sum(files.stream().filter(file -> file.presets().size() == 1));
    }

    /** How many of the files are not held. */
    public int missing() {
      return (int) files.stream().filter(file -> !file.isHeld()).count();
    }

    private static Amount sum(Stream<File> files) {
      Map<Sha256, Long> sizes =
          files.collect(Collectors.toMap(File::sha256, File::size, (one, _) -> one));
      return sizes.values().stream().reduce(Amount.NONE, Amount::plus, Amount::plus);
    }
  }

  /**
   * A project of an index.
   *
   * @param presets the presets whose locks have files of it
   * @param lastUsed when one of its files was last used, to the hour
   */
  public record Project(
      IndexKey index, ProjectName name, Amount files, Set<String> presets, Instant lastUsed) {
    /** Copies the set. */
    public Project {
      presets = new TreeSet<>(presets);
    }
  }

  /** Looks at a store. Nothing is written. */
  public static Usage of(Store store) throws IOException {
    Inventory inventory = Inventory.of(store);
    Map<Sha256, Long> blobs = new HashMap<>();
    store.eachBlob((digest, size, _) -> blobs.put(digest, size));
    Set<Sha256> named = inventory.named();
    Set<Sha256> unnamed = new HashSet<>(blobs.keySet());
    unnamed.removeAll(named);
    Set<Sha256> unlocked = digests(inventory.unlocked());
    unlocked.removeAll(inventory.lockedDigests());
    Map<IndexKey, Amount> indexes = new TreeMap<>(Comparator.comparing(IndexKey::value));
    Map<IndexKey, List<Entry>> byIndex = new HashMap<>();
    for (Entry entry : inventory.entries()) {
      byIndex.computeIfAbsent(entry.key().index(), _ -> new ArrayList<>()).add(entry);
    }
    byIndex.forEach((index, entries) -> indexes.put(index, sum(digests(entries), blobs)));
    Map<String, Amount> parts = new TreeMap<>();
    for (String part : PARTS) {
      parts.put(part, below(store.root().resolve(part)));
    }
    return new Usage(
        presets(inventory, store),
        projects(inventory),
        indexes,
        sum(unlocked, blobs),
        sum(blobs.keySet(), blobs),
        sum(unnamed, blobs),
        parts,
        damaged(inventory, store));
  }

  private static List<Unreadable> damaged(Inventory inventory, Store store) {
    var damaged = new ArrayList<>(inventory.damaged());
    for (String preset : new TreeSet<>(inventory.unpublished().keySet())) {
      damaged.add(
          new Unreadable(
              store.root().resolve("presets").resolve(preset + ".json"),
              "it is missing, and its second copy is there"));
    }
    return damaged;
  }

  private static Set<Sha256> digests(List<Entry> entries) {
    Set<Sha256> digests = new HashSet<>();
    entries.forEach(entry -> digests.add(entry.file().sha256()));
    return digests;
  }

  private static Amount sum(Set<Sha256> digests, Map<Sha256, Long> sizes) {
    Amount sum = Amount.NONE;
    for (Sha256 digest : digests) {
      Long size = sizes.get(digest);
      sum = size == null ? sum : sum.plus(size);
    }
    return sum;
  }

  private static List<Preset> presets(Inventory inventory, Store store) throws IOException {
    Map<Sha256, SortedSet<String>> owners = new HashMap<>();
    inventory
        .presets()
        .forEach((name, preset) ->
            preset
                .lock()
                .files()
                .forEach(
                    file -> owners.computeIfAbsent(file.sha256(), _ -> new TreeSet<>()).add(name)));
    var presets = new ArrayList<Preset>();
    for (var named : new TreeMap<>(inventory.presets()).entrySet()) {
      Inventory.Preset preset = named.getValue();
      var files = new ArrayList<File>();
      for (var locked : Inventory.files(preset.lock()).entrySet()) {
        LockedFile file = locked.getValue();
        files.add(
            new File(
                locked.getKey(),
                file.size(),
                isHeld(store, file),
                owners.getOrDefault(file.sha256(), Collections.emptySortedSet())));
      }
      files.sort(Comparator.comparing(file -> file.key().filename()));
      presets.add(new Preset(named.getKey(), preset.held().synced(), files));
    }
    return presets;
  }

  private static boolean isHeld(Store store, LockedFile file) throws IOException {
    return store.blobs().find(file.sha256()).filter(blob -> blob.size() == file.size()).isPresent();
  }

  private static List<Project> projects(Inventory inventory) {
    Map<FileKey, Set<String>> wanting = new HashMap<>();
    inventory
        .presets()
        .forEach((name, preset) -> {
          for (FileKey key : Inventory.files(preset.lock()).keySet()) {
            wanting.computeIfAbsent(key, _ -> new TreeSet<>()).add(name);
          }
        });
    Map<String, Project> projects = new TreeMap<>();
    for (Entry entry : inventory.entries()) {
      FileKey key = entry.key();
      var one =
          new Project(
              key.index(),
              key.project(),
              Amount.NONE.plus(entry.file().size()),
              wanting.getOrDefault(key, Set.of()),
              entry.lastUsed());
      projects.merge(key.project() + " " + key.index().value(), one, Usage::both);
    }
    return List.copyOf(projects.values());
  }

  private static Project both(Project one, Project other) {
    Set<String> presets = new TreeSet<>(one.presets());
    presets.addAll(other.presets());
    return new Project(
        one.index(),
        one.name(),
        one.files().plus(other.files()),
        presets,
        one.lastUsed().isAfter(other.lastUsed()) ? one.lastUsed() : other.lastUsed());
  }

  /** The files below a folder. */
  private static Amount below(Path folder) throws IOException {
    var amount = new AtomicReference<>(Amount.NONE);
    Trees.each(folder, (_, attributes) -> amount.updateAndGet(sum -> sum.plus(attributes.size())));
    return amount.get();
  }
}
