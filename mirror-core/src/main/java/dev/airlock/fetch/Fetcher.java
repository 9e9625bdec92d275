package dev.airlock.fetch;

import dev.airlock.archive.MalformedArchiveException;
import dev.airlock.archive.RepackException;
import dev.airlock.archive.Repacker;
import dev.airlock.archive.SdistArchive;
import dev.airlock.archive.WheelArchive;
import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.FileKey;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.HeldMetadata;
import dev.airlock.catalog.HeldPage;
import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Sha256;
import dev.airlock.files.NoSpaceException;
import dev.airlock.files.ReadFailures;
import dev.airlock.files.ReadOnlyException;
import dev.airlock.index.IndexFile;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.metadata.CoreMetadata;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.repack.Derivation;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.progress.ProgressEvent;
import dev.airlock.progress.ProgressListener;
import dev.airlock.store.Blob;
import dev.airlock.store.BlobStore;
import dev.airlock.store.CorruptContentException;
import dev.airlock.store.Draft;
import dev.airlock.store.Expectation;
import dev.airlock.store.Growth;
import dev.airlock.store.MemoryBlob;
import dev.airlock.store.ProvenBlobs;
import dev.airlock.store.Store;
import dev.airlock.upstream.Addresses;
import dev.airlock.upstream.FileAccess;
import dev.airlock.upstream.IndexSource;
import dev.airlock.upstream.PageAnswer;
import dev.airlock.upstream.Retries;
import dev.airlock.upstream.Transfer;
import dev.airlock.upstream.UpstreamException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Brings pages, metadata and files from upstreams into the store. A file is entered in the
 * catalogue when its bytes are verified and durable, and not before. A broken transfer goes on
 * where it broke, as long as it makes progress. Safe for several threads: the same file is fetched
 * once, however many ask for it.
 */
public final class Fetcher {
  private static final int BUFFER = 1 << 17;
  private static final long NOT_KNOWN = -1;

  /** How many bytes are written before it is looked again whether the disk's reserve has begun. */
  private static final long BETWEEN_LOOKS = 8 << 20;

  /** How often a file is fetched that somebody takes away before it is entered. */
  private static final int ATTEMPTS = 3;

  /**
   * How long another process may write nothing before it counts as stopped, or as waiting for an
   * upstream that is gone.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Store store;
  private final Catalog catalog;
  private final FileAccess access;
  private final Retries retries;
  private final InstantSource clock;
  private final ProgressListener progress;
  private final boolean verifiesDigests;
  private final ProvenBlobs proven;
  private final Consumer<Sha256> uses;
  private final Flights<String> flights = new Flights<>();

  /** A fetcher into a store, which believes in the digests of blobs that are held. */
  public Fetcher(
      Store store,
      Catalog catalog,
      FileAccess access,
      Retries retries,
      InstantSource clock,
      ProgressListener progress) {
    this(store, catalog, access, retries, clock, progress, false, new ProvenBlobs());
  }

  /**
   * A fetcher into a store.
   *
   * @param verifiesDigests whether blobs that are held are hashed before they count as held
   * @param proven what is known of blobs, which others may share
   */
  public Fetcher(
      Store store,
      Catalog catalog,
      FileAccess access,
      Retries retries,
      InstantSource clock,
      ProgressListener progress,
      boolean verifiesDigests,
      ProvenBlobs proven) {
    this(store, catalog, access, retries, clock, progress, verifiesDigests, proven, _ -> {});
  }

  /**
   * A fetcher into a store.
   *
   * @param verifiesDigests whether blobs that are held are hashed before they count as held
   * @param proven what is known of blobs, which others may share
   * @param uses is told the digest of each file that is found or about to be entered
   */
  public Fetcher(
      Store store,
      Catalog catalog,
      FileAccess access,
      Retries retries,
      InstantSource clock,
      ProgressListener progress,
      boolean verifiesDigests,
      ProvenBlobs proven,
      Consumer<Sha256> uses) {
    this.store = store;
    this.catalog = catalog;
    this.access = access;
    this.retries = retries;
    this.clock = clock;
    this.progress = progress;
    this.verifiesDigests = verifiesDigests;
    this.proven = proven;
    this.uses = uses;
  }

  // --- pages

  /**
   * The page of a project, asked for with the validator of the one held.
   *
   * @throws UpstreamException when the index does not answer, or not as an index
   */
  public FetchedPage page(IndexKey key, IndexSource index, ProjectName project) throws IOException {
    Optional<HeldPage> held =
        catalog
            .page(key, project)
            .filter(page -> page.source().toString().startsWith(index.description()));
    return switch (index.page(project, held.flatMap(HeldPage::etag))) {
      case PageAnswer.NoSuchProject(String reason, boolean certain) ->
          new FetchedPage.Missing(reason, certain);
      case PageAnswer.NotModified() -> kept(key, readNow(held, index));
      case PageAnswer.Page(ProjectPage page, URI source, Optional<String> etag) ->
          kept(key, new HeldPage(page, source, clock.instant(), etag));
    };
  }

  private HeldPage readNow(Optional<HeldPage> held, IndexSource index) throws IOException {
    HeldPage page =
        held.orElseThrow(
            () -> new IOException(index.description() + " answered 304 to a first request"));
    return new HeldPage(page.page(), page.source(), clock.instant(), page.etag());
  }

  private FetchedPage kept(IndexKey key, HeldPage page) throws IOException {
    try {
      catalog.keep(key, page);
      return new FetchedPage.Found(page, Optional.empty());
    } catch (NoSpaceException | ReadOnlyException cannotBeKept) {
      return new FetchedPage.Found(page, Optional.of(cannotBeKept));
    }
  }

  // --- metadata

  /**
   * The core metadata of a wheel: held, or read from the upstream without the wheel, or else with
   * it.
   *
   * @throws MalformedException when it cannot be understood
   */
  public CoreMetadata wheelMetadata(IndexKey key, IndexFile file) throws IOException {
    Optional<HeldFile> held = held(key, file);
    if (held.isEmpty()) {
      Optional<byte[]> alone = alone(file);
      if (alone.isPresent()) {
        return CoreMetadata.parse(alone.get());
      }
    }
    HeldFile whole = held.isPresent() ? held.get() : file(key, file);
    Sha256 digest =
        whole
            .metadata()
            .orElseThrow(
                () -> new MalformedArchiveException(file.name().text() + " has no metadata"));
    return CoreMetadata.parse(read(blob(digest)));
  }

  /**
   * Brings the core metadata of a wheel into the store without the wheel: from beside it, or from
   * within it by range requests. What is not the metadata of this wheel counts as none. What a full
   * or read-only disk does not take is in memory alone.
   *
   * @return empty when it can be had with the whole wheel only
   * @throws UpstreamException when the upstream does not answer
   */
  public Optional<Blob> metadataAlone(IndexKey key, IndexFile file) throws IOException {
    Optional<byte[]> alone = alone(file).filter(bytes -> isOf(file, bytes));
    if (alone.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(kept(key, file, alone.get()));
    } catch (NoSpaceException | ReadOnlyException cannotBeKept) {
      return Optional.of(new MemoryBlob(alone.get()));
    }
  }

  /**
   * Brings the core metadata of a wheel into the store without the wheel, as {@link #metadataAlone}
   * does, and fails where it cannot be kept.
   *
   * @return whether it can be had without the whole wheel
   * @throws UpstreamException when the upstream does not answer
   * @throws NoSpaceException when the disk is full
   * @throws ReadOnlyException when it is read-only
   */
  public boolean keepMetadataAlone(IndexKey key, IndexFile file) throws IOException {
    Optional<byte[]> alone = alone(file).filter(bytes -> isOf(file, bytes));
    if (alone.isPresent()) {
      kept(key, file, alone.get());
    }
    return alone.isPresent();
  }

  private Blob kept(IndexKey key, IndexFile file, byte[] metadata) throws IOException {
    SpecifierSet requiresPython = CoreMetadata.parse(metadata).requiresPython();
    Blob blob = store.blobs().put(metadata);
    proven.rememberSound(blob);
    catalog.keep(
        key,
        new HeldMetadata(file.name(), blob.digest(), requiresPython, file.sha256(), file.url()));
    return blob;
  }

  /** Of a wheel that is made here nothing can be had without making it. */
  private Optional<byte[]> alone(IndexFile file) throws IOException {
    return Derivation.of(file.url(), file.name()).isPresent()
        ? Optional.empty()
        : access.metadata(file);
  }

  private static boolean isOf(IndexFile file, byte[] bytes) {
    try {
      return CoreMetadata.parse(bytes).project().equals(file.name().project());
    } catch (MalformedException somethingElse) {
      return false;
    }
  }

  /**
   * What an sdist says, for which it is fetched: sdists are small, and say what they say inside.
   */
  public SdistArchive sdist(IndexKey key, IndexFile file, SdistFilename name) throws IOException {
    try (SeekableByteChannel channel = blob(file(key, file).sha256()).open()) {
      return SdistArchive.read(Channels.newInputStream(channel), name);
    }
  }

  // --- files

  /**
   * The file in the store, where it is held already, with the digest that is stated, and is sound:
   * as many bytes as entered, and beside a wheel just the metadata that stands within it. Whether
   * the bytes are still the same ones is looked into when all digests are to be verified.
   */
  public Optional<HeldFile> held(IndexKey key, IndexFile file) throws IOException {
    for (HeldFile entry : entries(key, file)) {
      uses.accept(entry.sha256());
      Optional<Blob> blob = entry.bytes(store.blobs());
      if (blob.isPresent() && isSound(entry, blob.get())) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }

  /**
   * The entries that may be of a file: the one of its digest where that is stated, else those of
   * its name, the one first that was used last.
   */
  private List<HeldFile> entries(IndexKey key, IndexFile file) throws IOException {
    if (file.sha256().isPresent()) {
      return catalog.file(new FileKey(key, file.name(), file.sha256().get())).stream().toList();
    }
    var meant = new ArrayList<HeldFile>();
    for (HeldFile entry : catalog.named(key, file.name())) {
      if (isMeant(file, entry)) {
        meant.add(entry);
      }
    }
    return meant;
  }

  /** What the disk cannot read is not sound, and is fetched anew. */
  private boolean isSound(HeldFile entry, Blob blob) throws IOException {
    try {
      return (verifiesDigests ? proven.prove(blob) : !proven.isDamaged(blob))
          && describes(entry, blob);
    } catch (IOException e) {
      if (ReadFailures.isOfTheFile(e)) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Whether an entry of its name may be of a file whose digest nobody states: by what it was made
   * of, for under the name of a wheel that is made here there may be another one; else by what can
   * be told of the file as it is now.
   */
  private boolean isMeant(IndexFile file, HeldFile entry) throws IOException {
    if (file.size().isPresent() && file.size().getAsLong() != entry.size()) {
      return false;
    }
    Optional<Derivation> asked = Derivation.of(file.url(), file.name());
    Optional<Derivation> held = Derivation.of(entry.source(), entry.name());
    return asked.isPresent()
        ? held.filter(asked.get()::makesTheSameAs).isPresent()
        : held.isEmpty() && access.mayBe(file, entry.sha256(), entry.size());
  }

  /** Whether an entry says of a wheel what the wheel says of itself. */
  private boolean describes(HeldFile entry, Blob blob) throws IOException {
    if (!(entry.name() instanceof WheelFilename wheel)) {
      return true;
    }
    if (entry.metadata().isEmpty()) {
      return false;
    }
    try {
      byte[] within = within(blob, wheel);
      Optional<Blob> beside = store.blobs().find(entry.metadata().get());
      return Sha256.of(within).equals(entry.metadata().get())
          && beside.isPresent()
          && Arrays.equals(within, read(beside.get()))
          && understood(within, wheel).requiresPython().equals(entry.requiresPython());
    } catch (MalformedArchiveException damaged) {
      return false;
    }
  }

  private static byte[] within(Blob blob, WheelFilename wheel) throws IOException {
    try (SeekableByteChannel channel = blob.open()) {
      return WheelArchive.metadata(channel, wheel);
    }
  }

  /**
   * How many bytes of a file need not be fetched again after a transfer that was interrupted: 0
   * where nothing tells of which version they are, or nothing would tell what the disk did to them.
   */
  public long begun(IndexFile file) throws IOException {
    BlobStore.Begun begun = store.blobs().begun(draftName(file));
    if (isWhole(begun.length(), file)) {
      return begun.length();
    }
    long kept = file.strongestDigest().isPresent() ? begun.length() : begun.noted();
    return begun.validator().isPresent() ? kept : 0;
  }

  private static Sha256 draftName(IndexFile file) {
    return file.sha256()
        .orElseGet(() -> Sha256.of(file.url().toString().getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Brings a file into the store, unless it is there.
   *
   * @throws UpstreamException when it cannot be had
   * @throws CorruptContentException when the upstream's bytes are not what its index states
   * @throws NoSpaceException when the disk is full
   */
  public HeldFile file(IndexKey key, IndexFile file) throws IOException {
    Flights.Flight flight = flights.join(flight(key, file), () -> new Download(file));
    if (!flight.joined()) {
      run(key, file, flight.download());
    }
    return flight.download().await();
  }

  /**
   * A download that can be read while it grows.
   *
   * @param download the download
   * @param joined whether it was under way already
   */
  public record Started(Download download, boolean joined) {}

  /** Begins to bring a file into the store, or joins whoever does so already. Does not wait. */
  public Started begin(IndexKey key, IndexFile file, Executor executor) {
    Flights.Flight flight = flights.join(flight(key, file), () -> new Download(file));
    if (!flight.joined()) {
      executor.execute(() -> run(key, file, flight.download()));
    }
    return new Started(flight.download(), flight.joined());
  }

  /** Files that share a name are downloads of their own. */
  private static String flight(IndexKey key, IndexFile file) {
    String bytes = file.sha256().map(Sha256::hex).orElseGet(() -> file.url().toString());
    return key + "/" + file.name().text() + "/" + bytes;
  }

  /** Whatever happens, the download comes to an end: others wait for it. */
  private void run(IndexKey key, IndexFile file, Download download) {
    Runnable end = () -> download.failed(new IOException(file.name().text() + " was given up"));
    try {
      Arrived arrived = fetched(key, file, download.growth());
      end = () -> download.arrived(arrived.file(), arrived.blob());
    } catch (IOException | RuntimeException e) {
      end = () -> download.failed(e);
    } finally {
      flights.land(flight(key, file), download);
      end.run();
    }
  }

  /** A file that is held, with its bytes. */
  private record Arrived(HeldFile file, Blob blob) {}

  /** Once more where a collector took the bytes away before it could see their entry. */
  private Arrived fetched(IndexKey key, IndexFile file, Growth growth) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        HeldFile held = heldOrFetched(key, file, growth);
        return new Arrived(held, blob(held.sha256()));
      } catch (NoSuchFileException taken) {
        if (attempt == ATTEMPTS) {
          String message =
              file.name().text()
                  + " is taken out of the store as often as it is fetched: let no collection with"
                  + " so short a grace run meanwhile";
          progress.on(new ProgressEvent.Failed(file.name().text(), message));
          throw new IOException(message, taken);
        }
        growth.beginsAfresh();
      }
    }
  }

  private HeldFile heldOrFetched(IndexKey key, IndexFile file, Growth growth) throws IOException {
    file.sha256().ifPresent(uses);
    Optional<HeldFile> held = found(key, file);
    if (held.isPresent()) {
      return held.get();
    }
    Optional<Derivation> derivation = Derivation.of(file.url(), file.name());
    if (derivation.isPresent()) {
      return entered(key, file, repacked(key, file, derivation.get()));
    }
    long began = System.nanoTime();
    while (store.blobs().awaitWriter(draftName(file), PATIENCE, () -> tellOfWaiting(file))) {
      held = found(key, file);
      if (held.isPresent()) {
        long size = held.get().size();
        progress.on(new ProgressEvent.Started(file.name().text(), size, size));
        finished(file, size, began);
        return held.get();
      }
    }
    return downloaded(key, file, growth);
  }

  private void tellOfWaiting(IndexFile file) {
    progress.on(
        new ProgressEvent.Note(
            "waiting for "
                + file.name().text()
                + ", which somebody else is fetching into the same store"));
  }

  /**
   * The file where it is held, be it under another name or without an entry that is right; then it
   * is entered anew. Nobody is asked.
   */
  public Optional<HeldFile> found(IndexKey key, IndexFile file) throws IOException {
    Optional<HeldFile> held = held(key, file);
    if (held.isPresent() || file.sha256().isEmpty()) {
      return held;
    }
    // So much is unknown that its digest decides.
    Optional<Blob> known = store.blobs().reuse(file.sha256().get());
    return known.isPresent() && proven.prove(known.get())
        ? Optional.of(entered(key, file, known.get()))
        : Optional.empty();
  }

  /**
   * Makes a wheel of its sdist, which is fetched where it is not held.
   *
   * @throws RepackException when it cannot be made so
   * @throws CorruptContentException when other bytes come of it than are stated
   */
  private Blob repacked(IndexKey key, IndexFile file, Derivation derivation) throws IOException {
    long began = System.nanoTime();
    HeldFile sdist = file(key, sdist(file, derivation));
    byte[] wheel;
    try (SeekableByteChannel channel = blob(sdist.sha256()).open()) {
      wheel = Repacker.wheel(Channels.newInputStream(channel), derivation);
    }
    Sha256 made = Sha256.of(wheel);
    if (file.sha256().isPresent() && !file.sha256().get().equals(made)) {
      throw new CorruptContentException(
          file.name()
              + ", made of "
              + sdist.name()
              + ", has the digest "
              + made
              + " instead of "
              + file.sha256().get()
              + ": it was made by another version of Airlock; run `airlock lock`");
    }
    store.requireRoom();
    Blob blob = store.blobs().put(wheel);
    proven.rememberSound(blob);
    uses.accept(made);
    String name = file.name().text();
    progress.on(new ProgressEvent.Started(name, 0, blob.size()));
    progress.on(new ProgressEvent.Advanced(name, blob.size()));
    finished(file, blob.size(), began);
    return blob;
  }

  private static IndexFile sdist(IndexFile wheel, Derivation derivation) {
    return new IndexFile(
        derivation.sdist(),
        derivation.source(),
        List.of(derivation.sha256().digest()),
        wheel.requiresPython(),
        OptionalLong.empty(),
        wheel.uploadTime(),
        wheel.yanked(),
        new IndexFile.MetadataOffer.None());
  }

  private HeldFile entered(IndexKey key, IndexFile file, Blob blob) throws IOException {
    Optional<Sha256> metadata = Optional.empty();
    SpecifierSet requiresPython = file.requiresPython();
    switch (file.name()) {
      case WheelFilename wheel -> {
        byte[] bytes = within(blob, wheel);
        requiresPython = understood(bytes, wheel).requiresPython();
        Blob beside = store.blobs().put(bytes);
        proven.rememberSound(beside);
        metadata = Optional.of(beside.digest());
      }
      case SdistFilename sdist -> {
        try (SeekableByteChannel channel = blob.open()) {
          SdistArchive.requireWhole(Channels.newInputStream(channel), sdist);
        }
      }
    }
    var entry =
        new HeldFile(
            file.name(),
            blob.digest(),
            blob.size(),
            metadata,
            requiresPython,
            file.uploadTime(),
            file.yanked(),
            file.url(),
            place(key, file));
    catalog.enter(key, entry);
    requireHeld(entry.sha256());
    if (metadata.isPresent()) {
      requireHeld(metadata.get());
    }
    return entry;
  }

  /** The location whose page lists a file, or the sdist that it is made of, where it is. */
  private Optional<URI> place(IndexKey key, IndexFile file) throws IOException {
    URI at = Derivation.of(file.url(), file.name()).map(Derivation::source).orElse(file.url());
    return catalog
        .page(key, file.name().project())
        .filter(page -> page.page().files().stream().anyMatch(listed -> listed.url().equals(at)))
        .map(HeldPage::place);
  }

  /**
   * What was collected before its name stood in the catalogue is missing now; what is only in the
   * trash comes back. Nothing is touched: the bytes stay those that were proven.
   */
  private void requireHeld(Sha256 digest) throws IOException {
    if (store.blobs().named(digest).isEmpty()) {
      throw new NoSuchFileException(digest.hex(), null, "it was collected meanwhile");
    }
  }

  private static CoreMetadata understood(byte[] metadata, WheelFilename wheel)
      throws MalformedArchiveException {
    try {
      return CoreMetadata.parse(metadata);
    } catch (MalformedException e) {
      throw new MalformedArchiveException(
          wheel + " has a METADATA that cannot be understood: " + e.getMessage());
    }
  }

  /**
   * Brings a file into the store. Its draft is closed when it is entered: who waits for that finds
   * the entry.
   */
  private HeldFile downloaded(IndexKey key, IndexFile file, Growth growth) throws IOException {
    try (Draft draft = store.blobs().draft(draftName(file))) {
      // Whoever had the draft a moment ago may have finished.
      Optional<HeldFile> held = found(key, file);
      return held.isPresent() ? held.get() : entered(key, file, download(draft, file, growth));
    }
  }

  private Blob download(Draft draft, IndexFile file, Growth growth) throws IOException {
    long started = System.nanoTime();
    String name = file.name().text();
    try {
      if (file.strongestDigest().isEmpty()) {
        draft.keepNotes();
      }
      started(file, draft);
      Blob blob = filled(draft, file, growth);
      proven.rememberSound(blob);
      uses.accept(blob.digest());
      finished(file, blob.size(), started);
      return blob;
    } catch (InterruptedIOException | ClosedByInterruptException stopped) {
      throw stopped;
    } catch (NoSuchFileException taken) {
      // It is fetched once more.
      throw taken;
    } catch (IOException e) {
      progress.on(new ProgressEvent.Failed(name, String.valueOf(e.getMessage())));
      throw e;
    }
  }

  private void finished(IndexFile file, long size, long began) {
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    progress.on(new ProgressEvent.Finished(file.name().text(), size, took));
  }

  private void started(IndexFile file, Draft draft) {
    progress.on(
        new ProgressEvent.Started(
            file.name().text(), draft.length(), file.size().orElse(NOT_KNOWN)));
  }

  /** Reads what is missing, from as many transfers as it takes while each brings something. */
  private Blob filled(Draft draft, IndexFile file, Growth growth) throws IOException {
    int failures = 0;
    boolean inPieces = draft.length() > 0;
    boolean begunAfresh = false;
    while (true) {
      long before = draft.length();
      try {
        return committed(draft, file, growth);
      } catch (CorruptContentException e) {
        if (!inPieces || begunAfresh) {
          throw new CorruptContentException(
              Addresses.shown(file.url()) + " is not what its index states: " + e.getMessage());
        }
        // The pieces may be of different versions: once more from the beginning.
        restart(draft, growth);
        inPieces = false;
        begunAfresh = true;
        started(file, draft);
      } catch (UpstreamException e) {
        failures = draft.length() > before ? 1 : failures + 1;
        if (!e.isTransient() || failures >= retries.attempts()) {
          throw e;
        }
        inPieces = draft.length() > 0;
        retries.waitAfter(failures, e.retryAfter());
      }
    }
  }

  private Blob committed(Draft draft, IndexFile file, Growth growth) throws IOException {
    OptionalLong total =
        isWhole(draft.length(), file) ? file.size() : transferred(draft, file, growth);
    OptionalLong size = file.size().isPresent() ? file.size() : total;
    return draft.commit(new Expectation(file.strongestDigest(), size));
  }

  /** Whether an earlier run was stopped after the last byte: only the digest can tell. */
  private static boolean isWhole(long length, IndexFile file) {
    return length > 0
        && file.size().isPresent()
        && file.size().getAsLong() == length
        && file.strongestDigest().isPresent();
  }

  private OptionalLong transferred(Draft draft, IndexFile file, Growth growth) throws IOException {
    try (Transfer transfer = access.open(file.url(), draft.length(), draft.validator())) {
      if (transfer.offset() != draft.length()) {
        restart(draft, growth);
        started(file, draft);
      }
      OptionalLong total = transfer.total().isPresent() ? transfer.total() : file.size();
      draft.validator(transfer.validator());
      growth.begins(draft::reader, draft.length(), total);
      copy(transfer, draft, file, growth);
      if (total.isPresent() && draft.length() < total.getAsLong()) {
        throw UpstreamException.broken(file.url(), draft.length(), total.getAsLong());
      }
      return transfer.total();
    }
  }

  /**
   * Whoever reads it is told first, so that nobody takes the new bytes for more of the old ones.
   */
  private static void restart(Draft draft, Growth growth) throws IOException {
    growth.beginsAfresh();
    draft.restart();
  }

  private void copy(Transfer transfer, Draft draft, IndexFile file, Growth growth)
      throws IOException {
    byte[] buffer = new byte[BUFFER];
    long looked = draft.length();
    store.requireRoom();
    for (int read = next(transfer, buffer, file); read >= 0; read = next(transfer, buffer, file)) {
      if (draft.length() - looked >= BETWEEN_LOOKS) {
        looked = draft.length();
        store.requireRoom();
      }
      draft.write(buffer, 0, read);
      growth.advanced(draft.length());
      progress.on(new ProgressEvent.Advanced(file.name().text(), read));
      if (file.size().isPresent() && draft.length() > file.size().getAsLong()) {
        long length = draft.length();
        restart(draft, growth);
        throw new CorruptContentException(
            "expected " + file.size().getAsLong() + " bytes and got at least " + length);
      }
    }
  }

  /** Reads from the upstream; its failures are told apart from those of the disk. */
  private static int next(Transfer transfer, byte[] buffer, IndexFile file) throws IOException {
    try {
      return transfer.body().read(buffer);
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted while a file was read");
      }
      throw UpstreamException.unreachable(file.url(), e);
    }
  }

  private Blob blob(Sha256 digest) throws IOException {
    Optional<Blob> blob = store.blobs().find(digest);
    if (blob.isEmpty()) {
      throw new NoSuchFileException(digest.hex(), null, "it was collected meanwhile");
    }
    return blob.get();
  }

  private static byte[] read(Blob blob) throws IOException {
    try (SeekableByteChannel channel = blob.open()) {
      return Channels.newInputStream(channel).readAllBytes();
    }
  }
}
