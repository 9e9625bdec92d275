package dev.airlock.upkeep;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.FileKey;
import dev.airlock.catalog.HeldPage;
import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Sha256;
import dev.airlock.files.NoSpaceException;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.store.Store;
import dev.airlock.store.Trash;
import dev.airlock.upkeep.Collected.Amount;
import dev.airlock.upkeep.Inventory.Entry;
import dev.airlock.upkeep.Inventory.Metadata;
import dev.airlock.upkeep.Inventory.Unreadable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Takes out of a store what nothing needs: into the trash first, for good after a grace.
 *
 * <p>No lock is needed to be right. Whoever names bytes in a document looks afterwards whether they
 * are still held, which brings them back out of the trash. Bytes are deleted in the trash only, and
 * only when they were seen there before the documents were read that do not name them. So whatever
 * is named was either seen in time, or was found missing by whoever named it; in between, any
 * process may have been stopped for any time.
 */
public final class Collector {
  private final Store store;
  private final Catalog catalog;
  private final InstantSource clock;

  /** A collector of a store that was opened to be written. */
  public Collector(Store store, InstantSource clock) {
    this.store = store;
    this.catalog = new Catalog(store);
    this.clock = clock;
  }

  /**
   * What goes.
   *
   * @param grace how long what nothing needs is left, and then how long it lies in the trash; no
   *     longer than a century
   * @param unlocked whether files go too that no preset's lock has and nobody used within the grace
   * @param quota how much of such files may be held, where that is limited
   * @param dryRun whether it is only told what would go
   */
  public record Options(Duration grace, boolean unlocked, Optional<Quota> quota, boolean dryRun) {
    /** A day. */
    public static final Duration USUAL_GRACE = Duration.ofDays(1);

    private static final Duration MOST = Duration.ofDays(36_500);

    /** Refuses a grace that is none. */
    public Options {
      if (grace.isNegative() || grace.compareTo(MOST) > 0) {
        throw new IllegalArgumentException(
            "a grace of " + grace + ": it has to be from 0 to 36500 days");
      }
    }

    /** What goes usually. */
    public static final Options USUAL = new Options(USUAL_GRACE, false, Optional.empty(), false);
  }

  /**
   * Collects.
   *
   * @throws NoSpaceException when the disk is so full that nothing can even be moved
   */
  public Collected collect(Options options) throws IOException {
    return new Run(options).run();
  }

  /**
   * Deletes what was used least recently and is held for no preset, where there is more of it than
   * a quota allows. It does not lie in the trash first.
   */
  public Collected evict(Quota quota) throws IOException {
    var run = new Run(new Options(Duration.ZERO, false, Optional.of(quota), false));
    run.evict(quota);
    return run.collected();
  }

  /** One collection. */
  private final class Run {
    private final Options options;
    private final Instant now = clock.instant();
    private final Instant before;
    private Amount taken = Amount.NONE;
    private Amount deleted = Amount.NONE;
    private Amount broughtBack = Amount.NONE;
    private Amount entries = Amount.NONE;
    private Amount leftovers = Amount.NONE;
    private Amount quarantine = Amount.NONE;
    private Amount metadata = Amount.NONE;
    private Amount waiting = Amount.NONE;
    private Amount young = Amount.NONE;
    private Amount unlocked = Amount.NONE;
    private List<String> damaged = List.of();
    private boolean hurried;

    Run(Options options) {
      this.options = options;
      this.before = now.minus(options.grace());
    }

    Collected run() throws IOException {
      hurried = store.freeBytes() == 0;
      if (!options.dryRun()) {
        hurried |= !store.trash().keepSpare();
      }
      var old = new ArrayList<Trash.Bag>();
      for (Trash.Bag bag : store.trash().bags()) {
        if (hurried || !bag.begun().isAfter(before)) {
          old.add(bag);
        }
      }
      empty(old);
      sweep();
      forgetMetadata();
      collectBlobs();
      if (options.quota().isPresent()) {
        evict(options.quota().get());
      }
      if (!options.dryRun()) {
        store.trash().keepSpare();
      }
      countWaiting(old);
      return collected();
    }

    Collected collected() {
      return new Collected(
          taken,
          deleted,
          broughtBack,
          entries,
          leftovers,
          quarantine,
          metadata,
          waiting,
          young,
          unlocked,
          damaged,
          hurried);
    }

    // --- the second phase: what lies in the trash

    /**
     * Deletes what lies in bags and is not named, and brings back what is. The order counts: a file
     * that is listed here stays in its bag until somebody who names it brings it back. So whatever
     * names it without having done so is read by the inventory, which comes second.
     */
    private void empty(List<Trash.Bag> bags) throws IOException {
      Map<Trash.Bag, List<String>> listed = new HashMap<>();
      for (Trash.Bag bag : bags) {
        listed.put(bag, bag.names());
      }
      if (listed.values().stream().allMatch(List::isEmpty)) {
        removeEmpty(bags);
        return;
      }
      Inventory inventory = inventory();
      Set<Sha256> named = new HashSet<>(inventory.named());
      named.addAll(claimed());
      for (Trash.Bag bag : bags) {
        for (String name : listed.getOrDefault(bag, List.of())) {
          if (isDigest(name)) {
            blob(bag, name, named, inventory.isDamaged());
          } else if (!options.dryRun()) {
            // Format 2 had entries of files here. They are made anew from locks and bytes.
            bag.delete(name);
          }
        }
      }
      removeEmpty(bags);
    }

    private void removeEmpty(List<Trash.Bag> bags) throws IOException {
      for (Trash.Bag bag : bags) {
        if (!options.dryRun()) {
          bag.deleteIfEmpty();
        }
      }
    }

    private void blob(Trash.Bag bag, String name, Set<Sha256> named, boolean mayBeNamed)
        throws IOException {
      OptionalLong size = bag.size(name);
      if (size.isEmpty()) {
        return;
      }
      var digest = new Sha256(name);
      if (named.contains(digest)) {
        if (!options.dryRun()) {
          try {
            store.blobs().reuse(digest);
          } catch (NoSpaceException noRoomForItNow) {
            return;
          }
          // What is left here is a second copy of what is held.
          bag.delete(name);
        }
        broughtBack = broughtBack.plus(size.getAsLong());
      } else if (!mayBeNamed) {
        if (!options.dryRun()) {
          bag.delete(name);
        }
        deleted = deleted.plus(size.getAsLong());
      }
    }

    private static boolean isDigest(String name) {
      return name.matches("[0-9a-f]{64}");
    }

    /** What runs need that are under way, in any process. */
    private Set<Sha256> claimed() throws IOException {
      return store.claimed(clock.instant());
    }

    private Inventory inventory() throws IOException {
      Inventory inventory = Inventory.of(store);
      damaged = inventory.damaged().stream().map(Unreadable::toString).toList();
      return inventory;
    }

    private void countWaiting(List<Trash.Bag> emptied) throws IOException {
      for (Trash.Bag bag : store.trash().bags()) {
        boolean counted =
            options.dryRun() && emptied.stream().anyMatch(old -> old.begun().equals(bag.begun()));
        for (String name : counted ? List.<String>of() : bag.names()) {
          OptionalLong size = isDigest(name) ? bag.size(name) : OptionalLong.empty();
          if (size.isPresent()) {
            waiting = waiting.plus(size.getAsLong());
          }
        }
      }
    }

    // --- what nobody goes on with

    private void sweep() throws IOException {
      boolean deletes = !options.dryRun();
      for (long bytes : store.leftovers(before, deletes)) {
        leftovers = leftovers.plus(bytes);
      }
      for (long bytes : store.deadClaims(clock.instant(), deletes)) {
        leftovers = leftovers.plus(bytes);
      }
      var remains = Remains.of(store.root(), deletes);
      leftovers = leftovers.plus(remains.temporaries(before, now));
      quarantine = remains.quarantine(before, now, hurried);
    }

    private void forgetMetadata() throws IOException {
      Inventory inventory = inventory();
      Set<Wheel> held = new HashSet<>();
      inventory
          .entries()
          .forEach(entry -> held.add(new Wheel(entry.key().index(), entry.key().name())));
      Map<Project, Optional<HeldPage>> pages = new HashMap<>();
      for (Metadata each : inventory.metadata()) {
        var project = new Project(each.index(), each.metadata().name().project());
        Optional<HeldPage> page = pages.get(project);
        if (page == null) {
          page = catalog.page(project.index(), project.name());
          pages.put(project, page);
        }
        var wheel = new Wheel(each.index(), each.metadata().name());
        if (held.contains(wheel) || page.filter(known -> !lists(known, each)).isPresent()) {
          metadata = metadata.plus(0);
          if (!options.dryRun()) {
            catalog.forget(each.index(), each.metadata());
          }
        }
      }
    }

    private static boolean lists(HeldPage page, Metadata metadata) {
      return page.page().files().stream()
          .filter(file -> file.name().equals(metadata.metadata().name()))
          .anyMatch(metadata.metadata()::isOf);
    }

    // --- the first phase: what nothing names

    private void collectBlobs() throws IOException {
      Inventory inventory = inventory();
      Set<Sha256> claimed = claimed();
      List<Entry> unused =
          inventory.unlocked().stream()
              .filter(entry -> entry.lastUsed().isBefore(before))
              .filter(entry -> !claimed.contains(entry.file().sha256()))
              .toList();
      List<Entry> gone = options.unlocked() && !inventory.isDamaged() ? unused : List.of();
      if (gone.isEmpty()) {
        unused.forEach(entry -> unlocked = unlocked.plus(entry.file().size()));
      }
      Set<FileKey> keys = new HashSet<>();
      gone.forEach(entry -> keys.add(entry.key()));
      Set<Sha256> named = new HashSet<>(inventory.namedWithout(keys));
      named.addAll(claimed);
      var unnamed = new ArrayList<Unnamed>();
      store.eachBlob((digest, size, since) -> {
        if (named.contains(digest) || inventory.isDamaged()) {
          return;
        }
        if (since.isBefore(before)) {
          unnamed.add(new Unnamed(digest, size));
        } else {
          young = young.plus(size);
        }
      });
      take(gone, unnamed, before, options.grace().isZero());
    }

    void evict(Quota quota) throws IOException {
      Inventory inventory = inventory();
      if (inventory.isDamaged()) {
        return;
      }
      Set<FileKey> evicted = quota.evicted(inventory, claimed(), now);
      Set<Sha256> named = inventory.namedWithout(evicted);
      List<Entry> gone =
          inventory.entries().stream().filter(entry -> evicted.contains(entry.key())).toList();
      Map<Sha256, Unnamed> unnamed = new HashMap<>();
      for (Entry entry : gone) {
        Sha256 digest = entry.file().sha256();
        unnamed.put(digest, new Unnamed(digest, entry.file().size()));
        entry.file().metadata().ifPresent(each -> unnamed.put(each, new Unnamed(each, 0)));
      }
      unnamed.keySet().removeAll(named);
      take(gone, List.copyOf(unnamed.values()), Instant.MAX, true);
    }

    private void take(
        List<Entry> gone, List<Unnamed> unnamed, Instant notSince, boolean deletesAtOnce)
        throws IOException {
      if (options.dryRun()) {
        gone.forEach(entry -> entries = entries.plus(entry.file().size()));
        unnamed.forEach(blob -> taken = taken.plus(blob.size()));
        return;
      }
      if (gone.isEmpty() && unnamed.isEmpty()) {
        return;
      }
      Trash.Bag bag = store.trash().bag(clock.instant());
      hurried |= !store.trash().keepSpare();
      for (Entry entry : gone) {
        take(entry);
      }
      putBack(gone);
      for (Unnamed blob : unnamed) {
        withRoom(
            bag,
            () -> {
              OptionalLong size = store.discard(blob.digest(), bag, notSince);
              if (size.isPresent()) {
                taken = taken.plus(size.getAsLong());
              }
            });
      }
      if (deletesAtOnce || hurried) {
        empty(List.of(bag));
      }
    }

    private void take(Entry entry) throws IOException {
      boolean unused =
          catalog
              .lastUsed(entry.key().index(), entry.file())
              .filter(entry.lastUsed()::equals)
              .isPresent();
      if (unused && catalog.discard(entry.key())) {
        entries = entries.plus(entry.file().size());
      }
    }

    /**
     * What a preset needs that was published while its entries were taken is there again, and so is
     * what was claimed meanwhile.
     */
    private void putBack(List<Entry> gone) throws IOException {
      if (!gone.isEmpty()) {
        Inventory.ofPresets(store).putBack(gone, claimed(), catalog);
      }
    }

    /** Where the disk has no room even for a name, what was taken so far is deleted first. */
    private void withRoom(Trash.Bag bag, Step step) throws IOException {
      try {
        step.run();
      } catch (NoSpaceException e) {
        hurried = true;
        long files = deleted.files();
        empty(List.of(bag));
        if (deleted.files() == files) {
          throw e;
        }
        step.run();
      }
    }
  }

  /** A step that takes something away. */
  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  private record Unnamed(Sha256 digest, long size) {}

  private record Project(IndexKey index, ProjectName name) {}

  private record Wheel(IndexKey index, DistributionFilename name) {}
}
