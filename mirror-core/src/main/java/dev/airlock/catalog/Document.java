package dev.airlock.catalog;

import dev.airlock.digest.Sha256;
import dev.airlock.packaging.name.ProjectName;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** A document of the catalogue, with its place and what it says. */
public sealed interface Document {
  /** Where it is. */
  Path path();

  /**
   * The document of an index.
   *
   * @param index the key of its folder
   * @param declared the address it declares
   */
  record Index(Path path, IndexKey index, URI declared) implements Document {}

  /** The entry of a file that is held. */
  record Entry(Path path, IndexKey index, HeldFile file) implements Document {}

  /** The metadata of a wheel that is not held. */
  record Metadata(Path path, IndexKey index, HeldMetadata metadata) implements Document {}

  /** The page of a project. */
  record Page(Path path, IndexKey index, HeldPage page) implements Document {}

  /**
   * A preset.
   *
   * @param copy whether it is the second copy
   */
  record Preset(Path path, HeldPreset preset, boolean copy) implements Document {}

  /**
   * A document that is not what was written.
   *
   * @param kind what it should be
   * @param index the index that its folder belongs to
   * @param project the project that its folder or its name belongs to
   * @param reason what is wrong with it, as a clause
   */
  record Damaged(
      Path path, Kind kind, Optional<IndexKey> index, Optional<ProjectName> project, String reason)
      implements Document {
    /**
     * What it is of, by its place: the name of a preset or project, or of a distribution file as
     * {@link dev.airlock.files.PortableNames} writes it.
     */
    public String name() {
      boolean isEntry = kind == Kind.ENTRY && sha256().isPresent();
      return Layout.withoutExtension(isEntry ? path.getParent() : path);
    }

    /** The digest of the file whose entry it was; empty for any other document. */
    public Optional<Sha256> sha256() {
      return kind == Kind.ENTRY ? Sha256.read(Layout.withoutExtension(path)) : Optional.empty();
    }
  }

  /** What a document is by its place. */
  enum Kind {
    /** That of an index. */
    INDEX,
    /** The entry of a file. */
    ENTRY,
    /** The metadata of a wheel that is not held. */
    METADATA,
    /** A page. */
    PAGE,
    /** A preset. */
    PRESET,
    /** The second copy of a preset. */
    PRESET_COPY
  }
}
