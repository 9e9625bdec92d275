package dev.airlock.upkeep;

import dev.airlock.catalog.Document;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.HeldMetadata;
import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Sha256;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import java.nio.file.Path;

/** Something in a store that is not as it should be. */
public sealed interface Damage {
  /** What it is about, as a user knows it: a file, a preset, a page, a blob. */
  String subject();

  /** What is wrong with it, as a clause. */
  String what();

  /**
   * The bytes of a blob are others than its name says, or cannot be read.
   *
   * @param blob the digest that is its name
   */
  record BadBlob(Sha256 blob, String subject, String what) implements Damage {}

  /**
   * A document is not what was written.
   *
   * @param document the document
   */
  record BadDocument(Document.Damaged document, String subject) implements Damage {
    @Override
    public String what() {
      return document.reason();
    }
  }

  /**
   * The note of something that was asked for is not what was written.
   *
   * @param note its document
   */
  record BadNote(Path note, String what) implements Damage {
    @Override
    public String subject() {
      return "the note " + note.getFileName();
    }
  }

  /** The second copy of the store's marker is not what was written. */
  record BadMarkerCopy(String what) implements Damage {
    @Override
    public String subject() {
      return "the second copy of the store's marker";
    }
  }

  /**
   * A preset is there only once.
   *
   * @param preset its name
   */
  record NoCopy(String preset) implements Damage {
    @Override
    public String subject() {
      return "preset " + preset;
    }

    @Override
    public String what() {
      return "its second copy is missing";
    }
  }

  /**
   * Of a preset the second copy alone is there.
   *
   * @param preset its name
   */
  record Unpublished(String preset) implements Damage {
    @Override
    public String subject() {
      return "preset " + preset;
    }

    @Override
    public String what() {
      return "its second copy alone is there, and nobody is served it: `airlock repair` publishes"
          + " it, `airlock rm "
          + preset
          + "` removes it";
    }
  }

  /**
   * A file is entered whose bytes, or whose metadata's, are missing or not as many as they should
   * be.
   *
   * @param index the index it is of
   * @param file its entry
   */
  record BadEntry(IndexKey index, HeldFile file, String what) implements Damage {
    @Override
    public String subject() {
      return file.name().text();
    }
  }

  /**
   * The metadata of a wheel is noted as held, and its bytes are missing.
   *
   * @param index the index it is of
   * @param metadata the note
   */
  record BadMetadata(IndexKey index, HeldMetadata metadata) implements Damage {
    @Override
    public String subject() {
      return metadata.name().text() + ".metadata";
    }

    @Override
    public String what() {
      return "its bytes are missing";
    }
  }

  /**
   * A preset is published, and a file of its lock is not entered.
   *
   * @param preset its name
   * @param locked the version
   * @param file the file
   */
  record NotEntered(String preset, LockedPackage locked, LockedFile file, String what)
      implements Damage {
    @Override
    public String subject() {
      return file.name().text();
    }
  }
}
