package dev.airlock.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.catalog.Document.Kind;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.store.DamagedDocumentException;
import dev.airlock.store.Sealed;
import dev.airlock.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Goes through every document of a catalogue, the damaged ones too. Documents that come or go
 * meanwhile are met or not. What lies elsewhere, or is named as nothing is named here, is not
 * looked at.
 */
public final class Walk {

  private final Layout layout;
  private final Visitor visitor;

  /** Takes what is met. */
  @FunctionalInterface
  public interface Visitor {
    /** Takes a document. */
    void visit(Document document) throws IOException;
  }

  private final Set<Kind> kinds;

  private Walk(Layout layout, Set<Kind> kinds, Visitor visitor) {
    this.layout = layout;
    this.kinds = kinds;
    this.visitor = visitor;
  }

  /** Goes through the documents of a store, presets first. */
  public static void through(Store store, Visitor visitor) throws IOException {
    through(store, EnumSet.allOf(Kind.class), visitor);
  }

  /** Goes through the documents of some kinds. */
  public static void through(Store store, Set<Kind> kinds, Visitor visitor) throws IOException {
    through(store.root(), kinds, visitor);
  }

  /** Goes through the documents of a directory that may be a store, for who looks whether it is. */
  public static void through(Path root, Visitor visitor) throws IOException {
    through(root, EnumSet.allOf(Kind.class), visitor);
  }

  static void through(Path root, Set<Kind> kinds, Visitor visitor) throws IOException {
    var walk = new Walk(new Layout(root), Set.copyOf(kinds), visitor);
    walk.presets();
    walk.indexes();
  }

  /** Reads a document of a place. */
  @FunctionalInterface
  private interface Reading {
    Document read(ObjectNode document) throws DamagedDocumentException;
  }

  private void presets() throws IOException {
    presets(layout.presets(), false);
    presets(layout.copies(), true);
  }

  private void presets(Path folder, boolean copy) throws IOException {
    for (String file : Catalog.names(folder)) {
      String name = Layout.withoutExtension(Path.of(file));
      if (!name.equals(file) && Catalog.isPresetName(name)) {
        Path path = folder.resolve(file);
        visit(
            path,
            copy ? Kind.PRESET_COPY : Kind.PRESET,
            Optional.empty(),
            Optional.empty(),
            document -> new Document.Preset(path, Forms.preset(document, name), copy));
      }
    }
  }

  private void indexes() throws IOException {
    for (String name : Catalog.names(layout.indexes())) {
      Optional<IndexKey> key = Catalog.understood(name, IndexKey::new).findFirst();
      if (key.isPresent() && Files.isDirectory(layout.indexes().resolve(name))) {
        index(key.get());
      }
    }
  }

  private void index(IndexKey key) throws IOException {
    Path own = layout.index(key);
    if (Files.exists(own)) {
      visit(
          own,
          Kind.INDEX,
          Optional.of(key),
          Optional.empty(),
          document -> index(own, key, document));
    } else if (kinds.contains(Kind.INDEX) && hasContent(key)) {
      visitor.visit(
          new Document.Damaged(
              own, Kind.INDEX, Optional.of(key), Optional.empty(), "it is missing"));
    }
    for (String name : Catalog.names(layout.files(key))) {
      Optional<ProjectName> project = Catalog.understood(name, ProjectName::new).findFirst();
      if (project.isPresent()) {
        entries(key, project.get());
      }
    }
    for (String name : Catalog.names(layout.metadata(key))) {
      Optional<ProjectName> project = Catalog.understood(name, ProjectName::new).findFirst();
      if (project.isPresent()) {
        metadata(key, project.get());
      }
    }
    for (String name : Catalog.names(layout.pages(key))) {
      Optional<ProjectName> project =
          Catalog.understood(Layout.withoutExtension(Path.of(name)), ProjectName::new).findFirst();
      if (project.isPresent()) {
        page(key, project.get());
      }
    }
  }

  /** Whoever makes an index known writes its document first; only then there is more. */
  private boolean hasContent(IndexKey key) {
    return Files.exists(layout.files(key))
        || Files.exists(layout.pages(key))
        || Files.exists(layout.metadata(key));
  }

  private static Document index(Path path, IndexKey key, ObjectNode document)
      throws DamagedDocumentException {
    var index = new Document.Index(path, key, Forms.index(document));
    if (!IndexKey.of(index.declared()).equals(key)) {
      throw new DamagedDocumentException(
          "it is of " + index.declared() + ", whose folder has another name");
    }
    return index;
  }

  private void entries(IndexKey key, ProjectName project) throws IOException {
    Path folder = layout.files(key, project);
    for (String name : Catalog.names(folder)) {
      if (Files.isDirectory(folder.resolve(name))) {
        for (String document : Catalog.names(folder.resolve(name))) {
          entry(key, project, folder.resolve(name).resolve(document));
        }
      } else {
        // Format 2 had entries here. One that a migration could not read is left.
        entry(key, project, folder.resolve(name));
      }
    }
  }

  private void entry(IndexKey key, ProjectName project, Path path) throws IOException {
    visit(
        path,
        Kind.ENTRY,
        Optional.of(key),
        Optional.of(project),
        document -> {
          HeldFile file = Forms.file(document, project);
          requireAt(path, layout.file(FileKey.of(key, file)));
          return new Document.Entry(path, key, file);
        });
  }

  private void metadata(IndexKey key, ProjectName project) throws IOException {
    Path folder = layout.metadata(key, project);
    for (String name : Catalog.names(folder)) {
      Path path = folder.resolve(name);
      visit(
          path,
          Kind.METADATA,
          Optional.of(key),
          Optional.of(project),
          document -> {
            HeldMetadata metadata = Forms.metadata(document, project);
            requireAt(path, layout.metadata(key, project, metadata.name().text()));
            return new Document.Metadata(path, key, metadata);
          });
    }
  }

  private void page(IndexKey key, ProjectName project) throws IOException {
    Path path = layout.page(key, project);
    visit(
        path,
        Kind.PAGE,
        Optional.of(key),
        Optional.of(project),
        document -> new Document.Page(path, key, Forms.page(document, project)));
  }

  private static void requireAt(Path actual, Path right) throws DamagedDocumentException {
    if (!actual.equals(right)) {
      throw new DamagedDocumentException("it is of another file: " + right.getFileName());
    }
  }

  private void visit(
      Path path,
      Kind kind,
      Optional<IndexKey> index,
      Optional<ProjectName> project,
      Reading reading)
      throws IOException {
    if (!kinds.contains(kind)) {
      return;
    }
    Document document;
    try {
      document = reading.read(Sealed.open(Sealed.bytes(path)));
    } catch (NoSuchFileException goneMeanwhile) {
      return;
    } catch (DamagedDocumentException e) {
      document = new Document.Damaged(path, kind, index, project, String.valueOf(e.getMessage()));
    }
    visitor.visit(document);
  }
}
