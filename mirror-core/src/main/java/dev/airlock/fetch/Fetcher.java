package dev.airlock.fetch;

import dev.airlock.archive.MalformedArchiveException;
import dev.airlock.archive.RepackException;
import dev.airlock.archive.Repacker;
import dev.airlock.archive.SdistArchive;
import dev.airlock.archive.WheelArchive;
import dev.airlock.catalog.Catalog;
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
import dev.airlock.store.CorruptContentException;
import dev.airlock.store.Draft;
import dev.airlock.store.Expectation;
import dev.airlock.store.Growth;
import dev.airlock.store.MemoryBlob;
import dev.airlock.store.OtherDraft;
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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;

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

  /** How often an entry is looked for that another process is about to make. */
  private static final int LOOKS = 100;

  private final Store store;
  private final Catalog catalog;
  private final FileAccess access;
  private final Retries retries;
  private final InstantSource clock;
  private final ProgressListener progress;
  private final boolean verifiesDigests;
  private final ProvenBlobs proven;
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
    this.store = store;
    this.catalog = catalog;
    this.access = access;
    this.retries = retries;
    this.clock = clock;
    this.progress = progress;
    this.verifiesDigests = verifiesDigests;
    this.proven = proven;
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
    Optional<HeldFile> entry = catalog.file(key, file.name().project(), file.name().text());
    if (entry.isEmpty() || !isMeant(file, entry.get())) {
      return Optional.empty();
    }
    Optional<Blob> blob = entry.get().bytes(store.blobs());
    return blob.isPresent() && isSound(entry.get(), blob.get()) ? entry : Optional.empty();
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
   * Whether an entry is of the file that is asked for: by the digest that is stated, else by what
   * it was made of, for under the name of a wheel that is made here there may be another one.
   */
  private static boolean isMeant(IndexFile file, HeldFile entry) {
    if (file.sha256().isPresent()) {
      return file.sha256().get().equals(entry.sha256());
    }
    Optional<Derivation> asked = Derivation.of(file.url(), file.name());
    Optional<Derivation> held = Derivation.of(entry.source(), entry.name());
    return asked.isPresent()
        ? held.filter(asked.get()::makesTheSameAs).isPresent()
        : held.isEmpty();
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

  /** How many bytes of a file are there from a transfer that was interrupted. */
  public long begun(IndexFile file) throws IOException {
    return store.blobs().begun(draftName(file));
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

  private static String flight(IndexKey key, IndexFile file) {
    return key + "/" + file.name().text();
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
    Optional<HeldFile> held = found(key, file);
    if (held.isPresent()) {
      return held.get();
    }
    Optional<Derivation> derivation = Derivation.of(file.url(), file.name());
    if (derivation.isPresent()) {
      return entered(key, file, repacked(key, file, derivation.get()));
    }
    Optional<OtherDraft> other = store.blobs().writtenElsewhere(draftName(file));
    if (other.isEmpty()) {
      return entered(key, file, download(file, growth, OtherDraft.Progress.NOTHING));
    }
    long began = System.nanoTime();
    OtherDraft.Progress last = new Follower(file, growth, progress).follow(other.get());
    held = entrySoon(key, file);
    if (held.isPresent() && other.get().became(blob(held.get().sha256()), last)) {
      finished(file, held.get().size(), began);
      return held.get();
    }
    if (held.isPresent()) {
      // What was read along is not the file.
      growth.beginsAfresh();
      return held.get();
    }
    return entered(key, file, download(file, growth, last));
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

  /** What another process has just finished: its entry follows its bytes. */
  private Optional<HeldFile> entrySoon(IndexKey key, IndexFile file) throws IOException {
    Optional<HeldFile> held = found(key, file);
    for (int look = 1; held.isEmpty() && file.sha256().isEmpty() && look <= LOOKS; look++) {
      Follower.pause();
      held = held(key, file);
    }
    return held;
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
    enter(key, entry);
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

  /** Once more where somebody brought an earlier entry of this name back from the trash. */
  private void enter(IndexKey key, HeldFile entry) throws IOException {
    for (int look = 1; look <= ATTEMPTS; look++) {
      catalog.enter(key, entry);
      Optional<HeldFile> back = catalog.file(key, entry.name().project(), entry.name().text());
      if (back.filter(held -> isSame(held, entry)).isPresent()) {
        return;
      }
    }
    throw new NoSuchFileException(
        entry.name().text(), null, "its entry was replaced or collected meanwhile");
  }

  private static boolean isSame(HeldFile one, HeldFile other) {
    return one.sha256().equals(other.sha256()) && one.metadata().equals(other.metadata());
  }

  /**
   * What was collected before its name stood in the catalogue is missing now; what is only in the
   * trash comes back.
   */
  private void requireHeld(Sha256 digest) throws IOException {
    if (store.blobs().reuse(digest).isEmpty()) {
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
   * Brings a file into the store.
   *
   * @param followed what was read along of another process' draft: who reads it goes on reading
   *     where this goes on with that draft
   */
  private Blob download(IndexFile file, Growth growth, OtherDraft.Progress followed)
      throws IOException {
    long started = System.nanoTime();
    String name = file.name().text();
    try (Draft draft = store.blobs().draft(draftName(file))) {
      if (draft.length() > 0 && file.strongestDigest().isEmpty()) {
        // Nothing would tell whether the disk kept what an earlier run left.
        draft.restart();
      }
      if (followed.length() > 0 && !draft.continues(followed)) {
        growth.beginsAfresh();
      }
      started(file, draft);
      Blob blob = filled(draft, file, growth);
      proven.rememberSound(blob);
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
    OptionalLong total = isWhole(draft, file) ? file.size() : transferred(draft, file, growth);
    OptionalLong size = file.size().isPresent() ? file.size() : total;
    return draft.commit(new Expectation(file.strongestDigest(), size));
  }

  /** Whether an earlier run was stopped after the last byte: only the digest can tell. */
  private static boolean isWhole(Draft draft, IndexFile file) {
    return draft.length() > 0
        && file.size().isPresent()
        && file.size().getAsLong() == draft.length()
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
