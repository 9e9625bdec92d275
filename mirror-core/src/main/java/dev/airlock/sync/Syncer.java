package dev.airlock.sync;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.FileKey;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.catalog.IndexKey;
import dev.airlock.closure.PackageSource;
import dev.airlock.closure.TargetClosure;
import dev.airlock.digest.Sha256;
import dev.airlock.fetch.Fetcher;
import dev.airlock.fetch.Locked;
import dev.airlock.files.NoSpaceException;
import dev.airlock.index.IndexFile;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockWriter;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.preset.Preset;
import dev.airlock.progress.ProgressEvent;
import dev.airlock.progress.ProgressListener;
import dev.airlock.resolve.NoSolutionException;
import dev.airlock.store.Store;
import dev.airlock.upstream.FileAccess;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/**
 * Brings the closure of a preset into the store: solves it unless its lock still holds, plans what
 * is missing, fetches that in parallel, and publishes the preset when nothing is missing any more.
 */
public final class Syncer {
  /** How often it is looked whether a collector took something away. */
  private static final int LOOKS = 5;

  private final Store store;
  private final Catalog catalog;
  private final Fetcher fetcher;
  private final FileAccess access;
  private final Executor executor;
  private final int parallel;
  private final InstantSource clock;
  private final ProgressListener progress;

  /**
   * A syncer into a store.
   *
   * @param executor runs what happens in parallel; no task waits for one that has not begun
   * @param parallel how many files are fetched at once
   */
  public Syncer(
      Store store,
      Catalog catalog,
      Fetcher fetcher,
      FileAccess access,
      Executor executor,
      int parallel,
      InstantSource clock,
      ProgressListener progress) {
    this.store = store;
    this.catalog = catalog;
    this.fetcher = fetcher;
    this.access = access;
    this.executor = executor;
    this.parallel = parallel;
    this.clock = clock;
    this.progress = progress;
  }

  /**
   * A solution, with the files still as the indexes state them.
   *
   * @param closures the closure of each target
   * @param indexes the declared address of the index that each project comes from
   * @param search the declared addresses of what is asked for projects that no index claims, in
   *     this order
   * @param origins from which place each project came
   */
  public record Solved(
      List<TargetClosure> closures,
      Map<ProjectName, URI> indexes,
      List<URI> search,
      Map<ProjectName, URI> origins) {
    /** Copies the collections. */
    public Solved {
      closures = List.copyOf(closures);
      indexes = Map.copyOf(indexes);
      search = List.copyOf(search);
    }

    /** The declared address of the index that a project of the solution comes from. */
    URI index(ProjectName project) {
      return Objects.requireNonNull(indexes.get(project));
    }

    /** The versions that require a project; empty when the preset itself wants it. */
    List<String> wantedBy(ProjectName project) {
      return closures.stream()
          .flatMap(closure -> LockBuilder.all(closure).stream())
          .filter(chosen ->
              Stream.concat(chosen.requires().stream(), chosen.buildRequires().stream())
                  .anyMatch(requirement -> requirement.project().equals(project)))
          .map(chosen -> chosen.project() + " " + chosen.version())
          .distinct()
          .toList();
    }
  }

  /**
   * Solves a preset for each of its targets, in the same versions wherever these allow it.
   *
   * @param earlier the lock whose versions are kept where they still fit
   * @throws NoSolutionException when no set of versions fits some target
   * @throws IOException when an index could not be asked
   */
  public Solved solve(Preset preset, Sources sources, Optional<Lock> earlier)
      throws IOException, NoSolutionException {
    UpstreamPackages packages = packages(sources);
    List<TargetClosure> closures =
        new TargetsSolver(preset, repacked(preset, packages), executor).solve(earlier);
    return solved(closures, sources, packages);
  }

  /**
   * Solves a preset with some projects in the versions that they would have without any earlier
   * lock. Everything else keeps its earlier version where that fits.
   *
   * @param upgraded the projects that move
   * @throws NoSolutionException when no set of versions fits some target
   * @throws IOException when an index could not be asked
   */
  public Solved upgrade(Preset preset, Sources sources, Lock earlier, Set<ProjectName> upgraded)
      throws IOException, NoSolutionException {
    UpstreamPackages packages = packages(sources);
    List<TargetClosure> closures =
        new TargetsSolver(preset, repacked(preset, packages), executor).upgrade(earlier, upgraded);
    return solved(closures, sources, packages);
  }

  private static Solved solved(
      List<TargetClosure> closures, Sources sources, UpstreamPackages packages) {
    return new Solved(closures, packages.indexes(), sources.search(), packages.origins());
  }

  /** An index is known before anything of it is kept. */
  private UpstreamPackages packages(Sources sources) throws IOException {
    for (Sources.Source source : sources.all()) {
      catalog.register(source.index().declared());
    }
    return new UpstreamPackages(sources, fetcher, progress);
  }

  private PackageSource repacked(Preset preset, UpstreamPackages packages) {
    var repacked = new RepackedPackages(preset, packages, fetcher);
    return new HashedPackages(preset, repacked, packages, fetcher, store.blobs());
  }

  /**
   * What a solution takes, with the sizes that upstreams tell where indexes do not. Nothing is
   * fetched.
   */
  public Plan plan(Solved solved) throws IOException {
    Map<IndexFile, TargetClosure.Chosen> files = new LinkedHashMap<>();
    solved.closures().stream()
        .flatMap(closure -> LockBuilder.all(closure).stream())
        .forEach(chosen -> files.putIfAbsent(chosen.file(), chosen));
    List<Plan.Item> items =
        Parallel.map(
            executor,
            parallel,
            List.copyOf(files.values()),
            chosen -> item(solved.index(chosen.project()), chosen));
    return new Plan(items, solved.origins(), store.freeBytes());
  }

  private Plan.Item item(URI index, TargetClosure.Chosen chosen) throws IOException {
    IndexFile file = chosen.file();
    Optional<HeldFile> held = fetcher.held(IndexKey.of(index), file);
    OptionalLong size = held.isPresent() ? OptionalLong.of(held.get().size()) : size(file);
    long begun = held.isPresent() ? 0 : fetcher.begun(file);
    return new Plan.Item(
        chosen.project(), chosen.version(), index, file, size, held.isPresent(), begun);
  }

  private OptionalLong size(IndexFile file) throws IOException {
    return file.size().isPresent() ? file.size() : access.size(file.url());
  }

  /**
   * The lock of a solution. Files whose index states no SHA-256 are fetched, for only their bytes
   * can tell it.
   *
   * @throws IncompleteException when files of unknown digest cannot be had
   */
  public Lock lock(PresetBundle bundle, Solved solved, Plan plan)
      throws IOException, IncompleteException {
    Map<IndexFile, LockedFile> files = new LinkedHashMap<>();
    List<Pinned> pinned =
        Parallel.map(executor, parallel, plan.items(), item -> pinned(solved, item));
    List<SyncReport.Failure> failures =
        pinned.stream().flatMap(each -> each.failure().stream()).toList();
    if (!failures.isEmpty()) {
      throw new IncompleteException(failures);
    }
    for (int i = 0; i < pinned.size(); i++) {
      files.put(plan.items().get(i).file(), pinned.get(i).file().orElseThrow());
    }
    return new LockBuilder(bundle, solved, files).build();
  }

  /** What came of finding out digest and size of a file: one of the two. */
  private record Pinned(Optional<LockedFile> file, Optional<SyncReport.Failure> failure) {}

  private Pinned pinned(Solved solved, Plan.Item item) throws IOException {
    try {
      return new Pinned(Optional.of(lockedFile(item)), Optional.empty());
    } catch (NoSpaceException | InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      return new Pinned(
          Optional.empty(), Optional.of(failure(item, solved.wantedBy(item.project()), e)));
    }
  }

  private LockedFile lockedFile(Plan.Item item) throws IOException {
    IndexFile file = item.file();
    if (file.sha256().isPresent() && item.size().isPresent()) {
      return new LockedFile(
          file.name(), file.url(), item.size().getAsLong(), file.sha256().get(), file.uploadTime());
    }
    HeldFile held = fetcher.file(item.key(), file);
    return new LockedFile(held.name(), file.url(), held.size(), held.sha256(), file.uploadTime());
  }

  /** A plan as it stands now, after some of its files may have been fetched. */
  public Plan refreshed(Plan plan) throws IOException {
    var items = new ArrayList<Plan.Item>();
    for (Plan.Item item : plan.items()) {
      boolean held = item.held() || fetcher.held(item.key(), item.file()).isPresent();
      items.add(
          new Plan.Item(
              item.project(),
              item.version(),
              item.index(),
              item.file(),
              item.size(),
              held,
              fetcher.begun(item.file())));
    }
    return new Plan(items, plan.origins(), store.freeBytes());
  }

  /**
   * What a lock takes. The files are looked up on the pages that this machine has of the indexes
   * that the lock names, by name and digest.
   */
  public Plan plan(Lock lock, Sources sources) throws IOException {
    UpstreamPackages packages = packages(sources);
    for (LockedPackage locked : lock.packages()) {
      catalog.register(locked.index());
    }
    Map<LockedFile, Wanted> wanted = new LinkedHashMap<>();
    lock.packages()
        .forEach(locked ->
            locked.files().forEach(file -> wanted.putIfAbsent(file, new Wanted(locked, file))));
    List<Plan.Item> items =
        Parallel.map(
            executor, parallel, List.copyOf(wanted.values()), want -> item(packages, want));
    return new Plan(items, packages.origins(), store.freeBytes());
  }

  private record Wanted(LockedPackage locked, LockedFile file) {}

  private Plan.Item item(UpstreamPackages packages, Wanted want) throws IOException {
    LockedPackage locked = want.locked();
    IndexFile stated = Locked.stated(locked, want.file());
    OptionalLong size = OptionalLong.of(want.file().size());
    URI index = locked.index();
    if (fetcher.found(IndexKey.of(index), stated).isPresent()) {
      return new Plan.Item(locked.project(), locked.version(), index, stated, size, true, 0);
    }
    IndexFile file =
        packages
            .page(index, locked.project())
            .flatMap(page -> Locked.on(page, want.file()))
            .orElse(stated);
    return new Plan.Item(
        locked.project(), locked.version(), index, file, size, false, fetcher.begun(file));
  }

  /**
   * Fetches what a plan misses.
   *
   * @return what could not be had
   * @throws NoSpaceException when the disk is full; what was fetched stays
   */
  public List<SyncReport.Failure> fetch(Lock lock, Plan plan) throws IOException {
    List<Plan.Item> missing = plan.missing();
    use(lock);
    progress.on(
        new ProgressEvent.Planned(
            missing.size(), plan.missingBytes(), plan.held().size(), plan.heldBytes()));
    List<Optional<SyncReport.Failure>> outcomes =
        Parallel.map(executor, parallel, missing, item -> fetched(lock, item));
    return outcomes.stream().flatMap(Optional::stream).toList();
  }

  private Optional<SyncReport.Failure> fetched(Lock lock, Plan.Item item) throws IOException {
    try {
      fetcher.file(item.key(), item.file());
      return Optional.empty();
    } catch (NoSpaceException | InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      return Optional.of(failure(item, lock.wantedBy(item.project()), e));
    }
  }

  private static SyncReport.Failure failure(
      Plan.Item item, List<String> wantedBy, IOException reason) {
    return new SyncReport.Failure(
        item.file().name().text(),
        wantedBy.isEmpty() ? List.of("the preset") : wantedBy,
        String.valueOf(reason.getMessage()));
  }

  /**
   * Makes a preset whose closure is complete known to whoever serves the store. Then it looks once
   * more whether all is held: what a collector decided on before it could see the preset is brought
   * back, or fetched again. So is the preset published again where an older one stands there: a
   * repair beside this may have written what it read before.
   *
   * @return what was taken away and cannot be had again
   */
  public List<SyncReport.Failure> publish(PresetBundle bundle, Lock lock, Plan plan)
      throws IOException {
    for (var index : bundle.preset().indexes()) {
      catalog.register(index.url());
    }
    use(lock);
    var published =
        new HeldPreset(
            bundle.preset().name(),
            bundle.source().json(),
            bundle.requirements(),
            LockWriter.write(lock),
            clock.instant(),
            bundle.source().origin());
    catalog.publish(published);
    for (int look = 1; ; look++) {
      List<Plan.Item> taken = taken(lock, plan);
      if (taken.isEmpty() && !isReplacedByAnOlderOne(published)) {
        return List.of();
      }
      if (taken.isEmpty()) {
        if (look == LOOKS) {
          throw new IOException(
              "the preset '"
                  + published.name()
                  + "' is replaced by an older one as often as it is published: let no repair run"
                  + " meanwhile");
        }
        catalog.publish(published);
        continue;
      }
      var failures = new ArrayList<SyncReport.Failure>();
      for (Plan.Item item : taken) {
        fetched(lock, item).ifPresent(failures::add);
      }
      if (!failures.isEmpty()) {
        return failures;
      }
      if (look == LOOKS) {
        throw new IOException(
            taken.getFirst().file().name().text()
                + " is taken out of the store as often as it is fetched: let no collection with"
                + " so short a grace run meanwhile");
      }
    }
  }

  private boolean isReplacedByAnOlderOne(HeldPreset published) throws IOException {
    return catalog
        .preset(published.name())
        .filter(there -> there.synced().isBefore(published.synced()))
        .isPresent();
  }

  private List<Plan.Item> taken(Lock lock, Plan plan) throws IOException {
    Map<DistributionFilename, Sha256> locked = new HashMap<>();
    lock.files().forEach(file -> locked.put(file.name(), file.sha256()));
    var taken = new ArrayList<Plan.Item>();
    for (Plan.Item item : plan.items()) {
      Sha256 digest = locked.get(item.file().name());
      if (digest != null && !isInPlace(item, digest)) {
        taken.add(item);
      }
    }
    return taken;
  }

  /**
   * Whether entry and bytes are where they belong, and not in the trash; looking brings them back.
   */
  private boolean isInPlace(Plan.Item item, Sha256 digest) throws IOException {
    Optional<HeldFile> held = catalog.file(new FileKey(item.key(), item.file().name(), digest));
    if (held.isEmpty() || held.get().bytes(store.blobs()).isEmpty()) {
      return false;
    }
    Optional<Sha256> metadata = held.get().metadata();
    return metadata.isEmpty() || store.blobs().find(metadata.get()).isPresent();
  }

  /** Lets files count as used, so that nobody takes them for forgotten. */
  private void use(Lock lock) throws IOException {
    for (LockedPackage locked : lock.packages()) {
      for (LockedFile file : locked.files()) {
        FileKey key = FileKey.of(locked, file);
        catalog.file(key).ifPresent(held -> catalog.used(key.index(), held, clock.instant()));
      }
    }
  }

  /**
   * Where the files of a lock are from that are held, by project: as it was recorded when they were
   * fetched. Nobody is asked.
   */
  public Map<ProjectName, SortedSet<String>> origins(Lock lock) throws IOException {
    return HeldOrigins.of(catalog, lock);
  }
}
