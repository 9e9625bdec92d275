package dev.airlock.server.pullthrough;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Sha256;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.store.Blob;
import dev.airlock.store.BlobStore;
import dev.airlock.store.Store;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the mirror has: pages, files and presets. This is the one place that knows where it may
 * look. Nothing is ever said to be held whose bytes are not there.
 */
public final class Mirror {
  private static final Logger LOG = System.getLogger(Mirror.class.getName());

  private final Catalog catalog;
  private final BlobStore blobs;
  private final Path root;
  private final Presets presets;
  private final Mode mode;
  private final Set<Sha256> missed = ConcurrentHashMap.newKeySet();

  /** The mirror of a store. */
  public Mirror(Store store, Mode mode) {
    this.catalog = new Catalog(store);
    this.blobs = store.blobs();
    this.root = store.root();
    this.presets = new Presets(catalog);
    this.mode = mode;
  }

  /** Where it may look. */
  public Mode mode() {
    return mode;
  }

  /** Whether the store is where it was. */
  public boolean isReadable() {
    return Store.exists(root);
  }

  /** The indexes that are known. */
  public List<IndexKey> indexes() throws IOException {
    return catalog.indexes();
  }

  /** The declared address of an index; empty when the index is not known. */
  public Optional<URI> address(IndexKey index) throws IOException {
    return catalog.address(index);
  }

  /** The projects of an index of which something is held. */
  public List<ProjectName> projects(IndexKey index) throws IOException {
    return catalog.projects(index);
  }

  /** The page of a project of an index. */
  public PageAnswer page(IndexKey index, ProjectName project) throws IOException {
    var files = new ArrayList<HeldFile>();
    for (HeldFile file : catalog.files(index, project)) {
      present(file).ifPresent(files::add);
    }
    return files.isEmpty() ? new PageAnswer.Absent() : new PageAnswer.Held(files, Source.STORE);
  }

  /** One file as it stands on the page of its project. */
  public Optional<HeldFile> entry(IndexKey index, ProjectName project, String filename)
      throws IOException {
    Optional<HeldFile> file = catalog.file(index, project, filename);
    return file.isEmpty() ? file : present(file.get());
  }

  /** The bytes of a file. */
  public FileAnswer file(IndexKey index, ProjectName project, String filename) throws IOException {
    Optional<HeldFile> file = catalog.file(index, project, filename);
    if (file.isEmpty()) {
      return new FileAnswer.Absent("it was never fetched from there");
    }
    Optional<Blob> blob = blob(file.get());
    return blob.isEmpty()
        ? new FileAnswer.Absent("its bytes are missing or damaged in the store")
        : new FileAnswer.Held(blob.get(), Source.STORE);
  }

  /** The core metadata of a file. */
  public FileAnswer metadata(IndexKey index, ProjectName project, String filename)
      throws IOException {
    Optional<HeldFile> file = entry(index, project, filename);
    if (file.isEmpty()) {
      return new FileAnswer.Absent("the file itself is not held");
    }
    Optional<Sha256> digest = file.get().metadata();
    Optional<Blob> blob = digest.isEmpty() ? Optional.empty() : blobs.find(digest.get());
    return blob.isEmpty()
        ? new FileAnswer.Absent("the file has no metadata apart")
        : new FileAnswer.Held(blob.get(), Source.STORE);
  }

  /** The names of the presets that are held. */
  public List<String> presets() throws IOException {
    return presets.names();
  }

  /** A preset by its name. */
  public PresetAnswer preset(String name) throws IOException {
    return presets.find(name);
  }

  /**
   * Which index a project comes from when no index is named: the one that holds it, and of several
   * the one that every lock names which has the project.
   */
  public Origin origin(ProjectName project) throws IOException {
    var holders = new ArrayList<IndexKey>();
    for (IndexKey index : indexes()) {
      if (page(index, project) instanceof PageAnswer.Held) {
        holders.add(index);
      }
    }
    if (holders.isEmpty()) {
      return new Origin.None();
    }
    if (holders.size() == 1) {
      return new Origin.One(holders.getFirst());
    }
    List<IndexKey> locked = new ArrayList<>();
    for (Lock lock : presets.locks()) {
      lock.of(project).stream().map(LockedPackage::index).map(IndexKey::of).forEach(locked::add);
    }
    locked = locked.stream().distinct().toList();
    return locked.size() == 1 && holders.contains(locked.getFirst())
        ? new Origin.One(locked.getFirst())
        : new Origin.Several(holders);
  }

  /** A file as it may be shown: none without its bytes, and no metadata that is not there. */
  private Optional<HeldFile> present(HeldFile file) throws IOException {
    if (blob(file).isEmpty()) {
      return Optional.empty();
    }
    if (file.metadata().isEmpty() || blobs.find(file.metadata().get()).isPresent()) {
      return Optional.of(file);
    }
    return Optional.of(
        new HeldFile(
            file.name(),
            file.sha256(),
            file.size(),
            Optional.empty(),
            file.requiresPython(),
            file.uploadTime(),
            file.yanked(),
            file.source()));
  }

  /** The bytes of a file, unless they are missing or not as many as there should be. */
  private Optional<Blob> blob(HeldFile file) throws IOException {
    Optional<Blob> blob = blobs.find(file.sha256()).filter(held -> held.size() == file.size());
    if (blob.isEmpty() && missed.add(file.sha256())) {
      LOG.log(
          Level.WARNING,
          "left out "
              + file.name()
              + ": its bytes are missing or damaged in the store; sync again to repair it");
    }
    return blob;
  }
}
