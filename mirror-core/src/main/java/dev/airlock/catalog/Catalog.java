package dev.airlock.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.files.DurableFiles;
import dev.airlock.files.Trees;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.store.Blob;
import dev.airlock.store.DamagedDocumentException;
import dev.airlock.store.Sealed;
import dev.airlock.store.Store;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Says which blob is which file of which project of which index, and keeps pages and presets. Every
 * entry is a small document of its own, sealed and replaced as a whole, so that several processes
 * work on one catalogue without a lock. Documents that are damaged count as absent; {@link Walk}
 * finds them.
 */
public final class Catalog {
  private static final Duration USED_ANEW = Duration.ofHours(1);

  private final Store store;
  private final Layout layout;

  /** The catalogue of a store. */
  public Catalog(Store store) {
    this.store = store;
    this.layout = new Layout(store.root());
  }

  // --- indexes

  /** Makes an index known by its declared address. */
  public IndexKey register(URI declared) throws IOException {
    IndexKey key = IndexKey.of(declared);
    if (address(key).isEmpty()) {
      DurableFiles.write(layout.index(key), Sealed.seal(Forms.write(declared)));
    }
    return key;
  }

  /** The indexes that are known, in the order of their keys. */
  public List<IndexKey> indexes() throws IOException {
    return names(layout.indexes()).stream()
        .flatMap(name -> understood(name, IndexKey::new))
        .toList();
  }

  /** The declared address of an index. */
  public Optional<URI> address(IndexKey key) throws IOException {
    return read(layout.index(key), Forms::index);
  }

  // --- files

  /** Enters a file whose blobs are held. */
  public void enter(IndexKey index, HeldFile file) throws IOException {
    Path entry = entry(index, file);
    if (Files.isDirectory(entry)) {
      // Nothing can be renamed over it. It stood there for a damaged entry, until now.
      store.putAside(entry, "the entry of " + file.name().text() + ": it is no regular file");
    }
    DurableFiles.write(entry, Sealed.seal(Forms.write(file)));
  }

  /** A file by its identity. */
  public Optional<HeldFile> file(FileKey file) throws IOException {
    return read(layout.file(file), document -> Forms.file(document, file.project()))
        .filter(held -> FileKey.of(file.index(), held).equals(file));
  }

  /**
   * A file that a lock names: as it is entered, or as its bytes tell where these are held and the
   * entry is not.
   */
  public Optional<HeldFile> file(LockedPackage locked, LockedFile file) throws IOException {
    Optional<HeldFile> entered = file(FileKey.of(locked, file));
    if (entered.isPresent()) {
      return entered;
    }
    Optional<Blob> bytes =
        store.blobs().find(file.sha256()).filter(blob -> blob.size() == file.size());
    return bytes.isEmpty() ? Optional.empty() : LockedBytes.entry(file, bytes.get(), store.blobs());
  }

  /** The files of one name that are held of an index, the one first that was used last. */
  public List<HeldFile> named(IndexKey index, DistributionFilename name) throws IOException {
    var files = new ArrayList<Used>();
    Path folder = layout.files(index, name);
    for (String document : names(folder)) {
      Optional<HeldFile> file = entry(index, name.project(), folder.resolve(document));
      if (file.isPresent()) {
        files.add(new Used(file.get(), lastUsed(index, file.get()).orElse(Instant.MIN)));
      }
    }
    return files.stream()
        .sorted(Comparator.comparing(Used::last).reversed())
        .map(Used::file)
        .toList();
  }

  private record Used(HeldFile file, Instant last) {}

  /** An entry where it belongs; what lies elsewhere does not count. */
  private Optional<HeldFile> entry(IndexKey index, ProjectName project, Path document)
      throws IOException {
    return read(document, sealed -> Forms.file(sealed, project))
        .filter(file -> entry(index, file).equals(document));
  }

  /**
   * Takes the entry of a file away, and leaves its bytes where they are.
   *
   * @return whether it was there
   */
  public boolean discard(FileKey file) throws IOException {
    Path entry = layout.file(file);
    boolean taken = Files.deleteIfExists(entry);
    Path folder = Objects.requireNonNull(entry.getParent());
    deleteIfEmpty(folder);
    deleteIfEmpty(Objects.requireNonNull(folder.getParent()));
    return taken;
  }

  /** A folder without files would count as a project. */
  private static void deleteIfEmpty(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException stillNeeded) {
      // it has other files
    }
  }

  // --- the files of a project

  /** The files of a project that are held, in the order of their names. */
  public List<HeldFile> files(IndexKey index, ProjectName project) throws IOException {
    Path directory = layout.files(index, project);
    var files = new ArrayList<HeldFile>();
    for (String name : names(directory)) {
      for (String document : names(directory.resolve(name))) {
        entry(index, project, directory.resolve(name).resolve(document)).ifPresent(files::add);
      }
    }
    return files;
  }

  /** The projects of an index of which files are held, in the order of their names. */
  public List<ProjectName> projects(IndexKey index) throws IOException {
    return names(layout.files(index)).stream()
        .flatMap(name -> understood(name, ProjectName::new))
        .toList();
  }

  /**
   * Remembers that a file was used, by the time of its entry's document; what was used within the
   * hour is left as it is. In a store that was opened to be read only, nothing is remembered.
   */
  public void used(IndexKey index, HeldFile file, Instant now) {
    if (!store.restores()) {
      return;
    }
    Path entry = entry(index, file);
    try {
      Instant last = Files.getLastModifiedTime(entry).toInstant();
      if (last.plus(USED_ANEW).isBefore(now) || last.isAfter(now)) {
        Files.setLastModifiedTime(entry, FileTime.from(now));
      }
    } catch (IOException readOnlyOrGone) {
      System.getLogger(Catalog.class.getName())
          .log(System.Logger.Level.DEBUG, "cannot remember the use of {0}", entry);
    }
  }

  /** When a file was last used or entered, to the hour; empty where it has no entry. */
  public Optional<Instant> lastUsed(IndexKey index, HeldFile file) throws IOException {
    try {
      return Optional.of(Files.getLastModifiedTime(entry(index, file)).toInstant());
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
  }

  private Path entry(IndexKey index, HeldFile file) {
    return layout.file(FileKey.of(index, file));
  }

  // --- metadata of files that are not held

  /** Keeps the metadata of a wheel that is not held; its blob is. */
  public void keep(IndexKey index, HeldMetadata metadata) throws IOException {
    DurableFiles.writeSoon(
        layout.metadata(index, metadata.name().project(), metadata.name().text()),
        Sealed.seal(Forms.write(metadata)));
  }

  /** The metadata that is held of wheels of a project that are not, by their file names. */
  public Map<String, HeldMetadata> metadata(IndexKey index, ProjectName project)
      throws IOException {
    Path directory = layout.metadata(index, project);
    var held = new HashMap<String, HeldMetadata>();
    for (String name : names(directory)) {
      read(directory.resolve(name), document -> Forms.metadata(document, project))
          .ifPresent(metadata -> held.put(metadata.name().text(), metadata));
    }
    return held;
  }

  /** Takes away what is said of the metadata of a wheel that is not held. */
  public void forget(IndexKey index, HeldMetadata metadata) throws IOException {
    Path document = layout.metadata(index, metadata.name().project(), metadata.name().text());
    Files.deleteIfExists(document);
    deleteIfEmpty(Objects.requireNonNull(document.getParent()));
  }

  // --- pages

  /**
   * Keeps the page of a project, without waiting for the disk: it can be asked for again, and one
   * that a power cut damaged counts as absent.
   */
  public void keep(IndexKey index, HeldPage page) throws IOException {
    DurableFiles.writeSoon(
        layout.page(index, page.page().project()), Sealed.seal(Forms.write(page)));
  }

  /** The page of a project as it was last read. */
  public Optional<HeldPage> page(IndexKey index, ProjectName project) throws IOException {
    return read(layout.page(index, project), document -> Forms.page(document, project));
  }

  // --- presets

  /**
   * Publishes a preset whose closure is complete, replacing an earlier one at once. A second copy
   * is kept, because a lock cannot be had again from anywhere.
   */
  public void publish(HeldPreset preset) throws IOException {
    if (!isPresetName(preset.name())) {
      throw new IllegalArgumentException("'" + preset.name() + "' is not the name of a preset");
    }
    copyAgain(preset);
    DurableFiles.write(layout.preset(preset.name()), Sealed.seal(Forms.write(preset)));
  }

  /** Writes the second copy of a preset anew. */
  public void copyAgain(HeldPreset preset) throws IOException {
    DurableFiles.write(layout.copy(preset.name()), Sealed.seal(Forms.write(preset)));
  }

  /** A preset by its name, from its second copy where the first one is damaged. */
  public Optional<HeldPreset> preset(String name) throws IOException {
    Optional<HeldPreset> first = first(name);
    // What was removed is gone, whatever a copy says that could not be removed with it.
    return first.isPresent() || !isPublished(name) ? first : copy(name);
  }

  /** The first copy of a preset alone; empty where it is damaged. */
  public Optional<HeldPreset> first(String name) throws IOException {
    return isPresetName(name)
        ? read(layout.preset(name), document -> Forms.preset(document, name))
        : Optional.empty();
  }

  /** The second copy of a preset alone; empty where it is damaged. */
  public Optional<HeldPreset> copy(String name) throws IOException {
    return isPresetName(name)
        ? read(layout.copy(name), document -> Forms.preset(document, name))
        : Optional.empty();
  }

  private boolean isPublished(String name) {
    return Files.exists(layout.preset(name));
  }

  /** The names of the presets that are published, in their order. */
  public List<String> presets() throws IOException {
    return presetNames(layout.presets());
  }

  /**
   * The names of the presets that are there as second copies alone: the first copy was lost, or its
   * very first writing was interrupted.
   */
  public List<String> unpublished() throws IOException {
    return presetNames(layout.copies()).stream().filter(name -> !isPublished(name)).toList();
  }

  /** A preset that is there as its second copy alone. */
  public Optional<HeldPreset> unpublished(String name) throws IOException {
    Optional<HeldPreset> copy = copy(name);
    // In this order: whoever publishes it writes the copy first.
    return copy.isPresent() && !isPublished(name) ? copy : Optional.empty();
  }

  private static List<String> presetNames(Path folder) throws IOException {
    return names(folder).stream()
        .filter(name -> name.endsWith(Layout.EXTENSION))
        .map(name -> name.substring(0, name.length() - Layout.EXTENSION.length()))
        .filter(Catalog::isPresetName)
        .toList();
  }

  /** Takes a preset away, its second copy first. Its files stay. */
  public void remove(String preset) throws IOException {
    if (isPresetName(preset)) {
      Trees.delete(layout.copy(preset));
      // Else the copy could be there again after a power cut, and bring the preset back.
      DurableFiles.syncDirectory(layout.copies());
      Trees.delete(layout.preset(preset));
      DurableFiles.syncDirectory(layout.presets());
    }
  }

  static boolean isPresetName(String name) {
    return name.matches("[a-z0-9][a-z0-9._-]*");
  }

  // --- documents

  /** Understands a document. */
  @FunctionalInterface
  interface Reader<T> {
    T read(ObjectNode document) throws DamagedDocumentException;
  }

  /** A name as what it is the name of; nothing where some other program left a file. */
  static <T> Stream<T> understood(String name, Function<String, T> reader) {
    try {
      return Stream.of(reader.apply(name));
    } catch (IllegalArgumentException strange) {
      return Stream.empty();
    }
  }

  /** The names in a directory, in their order, but for temporary files. */
  static List<String> names(Path directory) throws IOException {
    return Trees.names(directory).stream()
        .filter(name -> !name.startsWith(DurableFiles.TEMPORARY))
        .toList();
  }

  private static <T> Optional<T> read(Path document, Reader<T> reader) throws IOException {
    try {
      return Optional.of(reader.read(Sealed.open(Sealed.bytes(document))));
    } catch (NoSuchFileException | DamagedDocumentException absentOrDamaged) {
      return Optional.empty();
    }
  }
}
