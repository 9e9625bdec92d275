package dev.airlock.server.pullthrough;

import dev.airlock.archive.MalformedArchiveException;
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
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.store.Blob;
import dev.airlock.store.BlobStore;
import dev.airlock.store.MemoryBlob;
import dev.airlock.store.ProvenBlobs;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.channels.SeekableByteChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What the store holds, of which nothing counts whose bytes are missing or known as damaged. */
final class Holdings {
  private static final Logger LOG = System.getLogger(Holdings.class.getName());

  private final Catalog catalog;
  private final BlobStore blobs;
  private final ProvenBlobs proven;
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  Holdings(Catalog catalog, BlobStore blobs, ProvenBlobs proven) {
    this.catalog = catalog;
    this.blobs = blobs;
    this.proven = proven;
  }

  List<IndexKey> indexes() throws IOException {
    return catalog.indexes();
  }

  Optional<URI> address(IndexKey index) throws IOException {
    return catalog.address(index);
  }

  List<ProjectName> projects(IndexKey index) throws IOException {
    return catalog.projects(index);
  }

  /** The page of a project as its upstream last gave it. */
  Optional<HeldPage> page(IndexKey index, ProjectName project) throws IOException {
    return catalog.page(index, project);
  }

  /** The files of a project, as they may be shown. */
  List<HeldFile> files(IndexKey index, ProjectName project) throws IOException {
    var files = new ArrayList<HeldFile>();
    for (HeldFile file : catalog.files(index, project)) {
      shown(file).ifPresent(files::add);
    }
    return files;
  }

  /** A file of a lock, as it may be shown. */
  Optional<HeldFile> shown(LockedPackage locked, LockedFile file) throws IOException {
    Optional<HeldFile> held = catalog.file(locked, file);
    return held.isEmpty() ? held : shown(held.get());
  }

  /** One file as it is entered, whether its bytes are there or not. */
  Optional<HeldFile> entry(FileKey file) throws IOException {
    return catalog.file(file);
  }

  /** A file of a lock as it is entered, or as its bytes tell. */
  Optional<HeldFile> entry(LockedPackage locked, LockedFile file) throws IOException {
    return catalog.file(locked, file);
  }

  /** The files of one name, whether their bytes are there or not; the last used comes first. */
  List<HeldFile> named(IndexKey index, DistributionFilename name) throws IOException {
    return catalog.named(index, name);
  }

  /** Remembers that a file is given out. */
  void used(IndexKey index, HeldFile file) {
    catalog.used(index, file, Instant.now());
  }

  /** The core metadata of a file that is held, where it is kept apart. */
  Optional<Blob> metadata(HeldFile file) throws IOException {
    Optional<Sha256> digest = file.metadata();
    return digest.isEmpty() || blob(file).isEmpty() ? Optional.empty() : blob(digest.get());
  }

  /**
   * The core metadata of a wheel that is held, whose blob was lost: made anew from the wheel, and
   * put in its place where the store can be written.
   */
  Optional<Blob> restoredMetadata(HeldFile file) throws IOException {
    Optional<Blob> bytes = blob(file);
    if (bytes.isEmpty()
        || file.metadata().isEmpty()
        || !(file.name() instanceof WheelFilename wheel)) {
      return Optional.empty();
    }
    try (SeekableByteChannel channel = bytes.get().open()) {
      byte[] within = WheelArchive.metadata(channel, wheel);
      return Sha256.of(within).equals(file.metadata().get())
          ? Optional.of(restored(within))
          : Optional.empty();
    } catch (MalformedArchiveException damaged) {
      return Optional.empty();
    } catch (IOException e) {
      if (ReadFailures.isOfTheFile(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private Blob restored(byte[] metadata) throws IOException {
    try {
      Blob blob = blobs.put(metadata);
      proven.rememberSound(blob);
      return blob;
    } catch (NoSpaceException | ReadOnlyException cannotBeKept) {
      return new MemoryBlob(metadata);
    }
  }

  /** The core metadata of wheels of a project that are not held, by file names. */
  Map<String, HeldMetadata> metadata(IndexKey index, ProjectName project) throws IOException {
    var held = new HashMap<String, HeldMetadata>();
    for (HeldMetadata metadata : catalog.metadata(index, project).values()) {
      if (blob(metadata.metadata()).isPresent()) {
        held.put(metadata.name().text(), metadata);
      }
    }
    return held;
  }

  Optional<Blob> blob(Sha256 digest) throws IOException {
    return undamaged(blobs.find(digest));
  }

  private Optional<Blob> undamaged(Optional<Blob> blob) throws IOException {
    return blob.isPresent() && proven.isDamaged(blob.get()) ? Optional.empty() : blob;
  }

  /** The bytes of a file, unless they are missing or not as many as there should be. */
  Optional<Blob> blob(HeldFile file) throws IOException {
    Optional<Blob> blob = undamaged(file.bytes(blobs));
    if (blob.isEmpty() && told.add(file.sha256().hex())) {
      LOG.log(
          Level.WARNING,
          "left out "
              + file.name()
              + ": its bytes are missing or damaged in the store; sync again to repair it");
    }
    return blob;
  }

  /**
   * Which of the files that are held under a name is the one that an index lists: that of its
   * digest, or where it states none, the one that was used last. Tells, once, of other bytes.
   */
  Optional<HeldFile> listed(IndexKey index, IndexFile file, List<HeldFile> held)
      throws IOException {
    Optional<Sha256> stated = file.sha256();
    if (stated.isEmpty()) {
      return oneOfEachName(index, held).stream().findFirst();
    }
    for (HeldFile each : held) {
      if (!each.sha256().equals(stated.get()) && told.add(each.name() + " " + stated.get())) {
        LOG.log(
            Level.WARNING,
            "the index lists other bytes under the name "
                + each.name()
                + " than are held: "
                + stated.get()
                + " for "
                + each.sha256()
                + "; each is served at an address of its own");
      }
    }
    return held.stream().filter(each -> each.sha256().equals(stated.get())).findFirst();
  }

  /** Of the files that share a name, the one that was used last: on a page a name stands once. */
  List<HeldFile> oneOfEachName(IndexKey index, List<HeldFile> files) throws IOException {
    Map<DistributionFilename, HeldFile> latest = new LinkedHashMap<>();
    for (HeldFile file : files) {
      HeldFile other = latest.get(file.name());
      if (other == null || lastUsed(index, file).isAfter(lastUsed(index, other))) {
        latest.put(file.name(), file);
      }
    }
    return List.copyOf(latest.values());
  }

  private Instant lastUsed(IndexKey index, HeldFile file) throws IOException {
    return catalog.lastUsed(index, file).orElse(Instant.MIN);
  }

  /** A file as it may be shown: none without its bytes, and no metadata that is not there. */
  private Optional<HeldFile> shown(HeldFile file) throws IOException {
    if (blob(file).isEmpty()) {
      return Optional.empty();
    }
    boolean hasMetadata = file.metadata().isEmpty() || blob(file.metadata().get()).isPresent();
    return Optional.of(hasMetadata ? file : file.withoutMetadata());
  }
}
