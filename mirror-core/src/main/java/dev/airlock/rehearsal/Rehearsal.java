package dev.airlock.rehearsal;

import dev.airlock.archive.MalformedArchiveException;
import dev.airlock.archive.SdistArchive;
import dev.airlock.archive.WheelArchive;
import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldFile;
import dev.airlock.closure.ClosureSolver;
import dev.airlock.closure.TargetClosure;
import dev.airlock.closure.TargetClosure.Chosen;
import dev.airlock.digest.Sha256;
import dev.airlock.files.ReadFailures;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.metadata.CoreMetadata;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.preset.Preset;
import dev.airlock.progress.ProgressEvent;
import dev.airlock.progress.ProgressListener;
import dev.airlock.rehearsal.Finding.Kind;
import dev.airlock.resolve.NoSolutionException;
import dev.airlock.store.Blob;
import dev.airlock.store.Store;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/**
 * Proves from the store alone that an install of a preset succeeds: every file of its lock is
 * opened and verified, then the preset is solved anew for each target against what is held, sdists
 * with all that building them takes. Nothing is written and nobody is asked.
 */
public final class Rehearsal {
  /** The store answers at once: nothing is asked for ahead. */
  private static final Executor NOTHING_AHEAD = _ -> {};

  private final Store store;
  private final Catalog catalog;
  private final Preset preset;
  private final Lock lock;
  private final ProgressListener progress;
  private final String sync;
  private final String repair;
  private final List<Finding> findings = Collections.synchronizedList(new ArrayList<>());
  private final Map<ProjectName, List<HeldFile>> held = new ConcurrentHashMap<>();

  /** A rehearsal of a preset with its lock. */
  public Rehearsal(
      Store store, Catalog catalog, Preset preset, Lock lock, ProgressListener progress) {
    this.store = store;
    this.catalog = catalog;
    this.preset = preset.excludingNewer(lock.excludeNewer());
    this.lock = lock;
    this.progress = progress;
    this.sync = "run `airlock sync " + preset.name() + "` where its indexes can be reached";
    this.repair =
        "run `airlock sync " + preset.name() + " --verify` where its indexes can be reached";
  }

  private record Item(LockedPackage locked, LockedFile file) {}

  /** Rehearses. Files are verified in parallel, on all processors. */
  public Verdict run() throws IOException {
    Map<LockedFile, Item> wanted = new LinkedHashMap<>();
    lock.packages()
        .forEach(locked ->
            locked.files().forEach(file -> wanted.putIfAbsent(file, new Item(locked, file))));
    List<Item> items = List.copyOf(wanted.values());
    long bytes = items.stream().mapToLong(item -> item.file().size()).sum();
    progress.on(new ProgressEvent.Planned(items.size(), bytes, 0, 0));
    var failures = Collections.synchronizedList(new ArrayList<IOException>());
    items.parallelStream()
        .forEach(item -> {
          try {
            verify(item);
          } catch (IOException e) {
            failures.add(e);
          }
        });
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
    for (Target target : preset.targets()) {
      rehearse(target);
    }
    return new Verdict(
        items.size(),
        bytes,
        preset.targets().stream().map(Target::toString).toList(),
        findings.stream().sorted((a, b) -> a.what().compareTo(b.what())).toList());
  }

  // --- every file is there and is what the lock says

  private void verify(Item item) throws IOException {
    ProjectName project = item.locked().project();
    String name = item.file().name().text();
    long started = System.nanoTime();
    progress.on(new ProgressEvent.Started(name, 0, item.file().size()));
    Optional<HeldFile> entry = catalog.file(item.locked(), item.file());
    Optional<Blob> blob = store.blobs().find(item.file().sha256());
    Optional<Finding> finding =
        entry.isEmpty() || blob.isEmpty()
            ? Optional.of(finding(Kind.MISSING, name + " is not held", item, sync))
            : damageOrUnreadable(item, entry.get(), blob.get());
    if (finding.isPresent()) {
      findings.add(finding.get());
      progress.on(new ProgressEvent.Failed(name, finding.get().what()));
      return;
    }
    entry.ifPresent(file ->
        held.computeIfAbsent(project, _ -> Collections.synchronizedList(new ArrayList<>()))
            .add(file));
    progress.on(new ProgressEvent.Advanced(name, item.file().size()));
    progress.on(
        new ProgressEvent.Finished(
            name, item.file().size(), Duration.ofNanos(System.nanoTime() - started)));
  }

  private Optional<Finding> damageOrUnreadable(Item item, HeldFile entry, Blob blob)
      throws IOException {
    try {
      return damage(item, entry, blob);
    } catch (IOException e) {
      if (!ReadFailures.isOfTheFile(e)) {
        throw e;
      }
      String what = item.file().name().text() + " cannot be read: " + e.getMessage();
      return Optional.of(finding(Kind.DAMAGED, what, item, repair));
    }
  }

  private Optional<Finding> damage(Item item, HeldFile entry, Blob blob) throws IOException {
    String name = item.file().name().text();
    Sha256 actual = StorePackages.digest(blob);
    if (!actual.equals(item.file().sha256())) {
      return Optional.of(
          finding(
              Kind.DAMAGED,
              name
                  + " is damaged: its bytes have the digest "
                  + actual
                  + " instead of "
                  + item.file().sha256(),
              item,
              repair));
    }
    if (entry.size() != item.file().size() || blob.size() != item.file().size()) {
      return Optional.of(
          finding(
              Kind.DAMAGED,
              "the entry of "
                  + name
                  + " says "
                  + entry.size()
                  + " bytes, the lock "
                  + item.file().size()
                  + ", and there are "
                  + blob.size(),
              item,
              sync));
    }
    return switch (item.file().name()) {
      case WheelFilename wheel -> damage(item, entry, blob, wheel);
      case SdistFilename sdist -> damage(item, blob, sdist);
    };
  }

  private Optional<Finding> damage(Item item, Blob blob, SdistFilename sdist) throws IOException {
    try (SeekableByteChannel channel = blob.open()) {
      SdistArchive.requireWhole(Channels.newInputStream(channel), sdist);
      return Optional.empty();
    } catch (MalformedArchiveException e) {
      return Optional.of(finding(Kind.DAMAGED, String.valueOf(e.getMessage()), item, sync));
    }
  }

  private Optional<Finding> damage(Item item, HeldFile entry, Blob blob, WheelFilename wheel)
      throws IOException {
    String name = item.file().name().text();
    // Without an entry of its own the wheel alone says it, and nothing stands beside it.
    Optional<Sha256> stated = entry.metadata();
    Optional<Blob> metadata =
        stated.isPresent() ? store.blobs().find(stated.get()) : Optional.empty();
    if (stated.isPresent() && metadata.isEmpty()) {
      return Optional.of(finding(Kind.MISSING, name + ".metadata is not held", item, sync));
    }
    byte[] within;
    try (SeekableByteChannel channel = blob.open()) {
      within = WheelArchive.metadata(channel, wheel);
    } catch (MalformedArchiveException e) {
      return Optional.of(finding(Kind.DAMAGED, String.valueOf(e.getMessage()), item, sync));
    }
    boolean same =
        (metadata.isEmpty() || Sha256.of(within).equals(StorePackages.digest(metadata.get())))
            && CoreMetadata.parse(within).requiresPython().equals(entry.requiresPython());
    return same
        ? Optional.empty()
        : Optional.of(
            finding(
                Kind.DAMAGED,
                "what is held of the metadata of " + name + " is not what stands in the wheel",
                item,
                sync));
  }

  private Finding finding(Kind kind, String what, Item item, String remedy) {
    List<String> wantedBy = lock.wantedBy(item.locked().project());
    return new Finding(kind, what, wantedBy.isEmpty() ? List.of("the preset") : wantedBy, remedy);
  }

  // --- it fits together

  private void rehearse(Target target) throws IOException {
    TargetClosure closure;
    try {
      closure =
          ClosureSolver.solve(
              preset,
              target,
              new StorePackages(preset, store.blobs(), held),
              NOTHING_AHEAD,
              Map.of());
    } catch (NoSolutionException e) {
      // What is missing or damaged explains enough.
      if (findings.stream().allMatch(finding -> finding.kind() == Kind.UNSOLVABLE)) {
        findings.add(
            new Finding(
                Kind.UNSOLVABLE,
                "for " + target + ": " + e.getMessage(),
                List.of(),
                "the lock is out of date: " + sync));
      }
      return;
    }
    List<String> unlocked =
        Stream.concat(closure.installed().stream(), closure.forBuilds().stream())
            .filter(chosen -> !isLocked(chosen, target))
            .map(chosen -> chosen.project() + " " + chosen.version())
            .toList();
    if (!unlocked.isEmpty()) {
      findings.add(
          new Finding(
              Kind.UNSOLVABLE,
              "for "
                  + target
                  + " an install would take what the lock has for other targets only: "
                  + String.join(", ", unlocked),
              List.of(),
              "run `airlock lock " + preset.name() + "`"));
    }
  }

  private boolean isLocked(Chosen chosen, Target target) {
    return lock.of(chosen.project()).stream()
        .anyMatch(locked ->
            locked.version().equals(chosen.version())
                && locked.targets().contains(target.toString()));
  }
}
