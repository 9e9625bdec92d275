package dev.airlock.catalog;

import dev.airlock.catalog.Document.Kind;
import dev.airlock.files.DurableFiles;
import dev.airlock.store.DamagedDocumentException;
import dev.airlock.store.Sealed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Objects;

/**
 * Where format 2 had the entries of files: one document for each name, so that one file could take
 * the place of another.
 */
public final class Format2 {
  private Format2() {}

  /**
   * Moves the entries of a store to where they are now. One that cannot be read stays, for a
   * verification to find. A second run goes on where one was killed.
   *
   * @return how many entries were moved
   */
  public static int moveEntries(Path root) throws IOException {
    var layout = new Layout(root);
    var moved = new int[1];
    Walk.through(
        root,
        EnumSet.of(Kind.ENTRY),
        document -> {
          if (document instanceof Document.Damaged old && isAtOldPlace(old)) {
            moved[0] += move(old, layout) ? 1 : 0;
          }
        });
    return moved[0];
  }

  /** Whether a document is where format 2 had the entry of a file, and can be read. */
  public static boolean isEntry(Document.Damaged document) throws IOException {
    try {
      return isAtOldPlace(document) && Sealed.open(Sealed.bytes(document.path())).has("filename");
    } catch (NoSuchFileException | DamagedDocumentException notAnEntry) {
      return false;
    }
  }

  private static boolean isAtOldPlace(Document.Damaged document) {
    return document.kind() == Kind.ENTRY
        && document.sha256().isEmpty()
        && Files.isRegularFile(document.path());
  }

  private static boolean move(Document.Damaged old, Layout layout) throws IOException {
    HeldFile file;
    try {
      file = Forms.file(Sealed.open(Sealed.bytes(old.path())), old.project().orElseThrow());
    } catch (NoSuchFileException | DamagedDocumentException notUnderstood) {
      return false;
    }
    Path entry = layout.file(FileKey.of(old.index().orElseThrow(), file));
    DurableFiles.createDirectories(Objects.requireNonNull(entry.getParent()));
    DurableFiles.publish(old.path(), entry);
    return true;
  }
}
