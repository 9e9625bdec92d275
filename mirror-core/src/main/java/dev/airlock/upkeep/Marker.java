package dev.airlock.upkeep;

import dev.airlock.store.DamagedDocumentException;
import dev.airlock.store.Sealed;
import dev.airlock.store.Store;
import dev.airlock.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Mends the marker of a store, without which nothing of it can be opened. */
public final class Marker {
  private static final List<String> FOLDERS = List.of("presets", "indexes");

  private Marker() {}

  /**
   * Writes a marker anew that is damaged or missing, where the documents of the store say that it
   * is of this format.
   *
   * @return whether it was written
   * @throws StoreException when nothing tells the format
   */
  public static boolean mend(Path root) throws IOException {
    try {
      if (Store.exists(root)) {
        Store.format(root);
        return false;
      }
      if (!Files.isDirectory(root.resolve("blobs"))) {
        return false;
      }
    } catch (StoreException damaged) {
      if (!hasSealedDocument(root)) {
        throw damaged;
      }
    }
    if (!hasSealedDocument(root)) {
      throw new StoreException(
          "'" + root + "' has no marker, and no document that tells of which format it is");
    }
    Store.mark(root);
    return true;
  }

  private static boolean hasSealedDocument(Path root) throws IOException {
    for (String folder : FOLDERS) {
      if (!Files.isDirectory(root.resolve(folder))) {
        continue;
      }
      try (Stream<Path> paths = Files.walk(root.resolve(folder))) {
        for (Path path : (Iterable<Path>) paths.filter(Files::isRegularFile)::iterator) {
          if (isSealed(path)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static boolean isSealed(Path document) throws IOException {
    try {
      return Sealed.isSealed(Sealed.bytes(document));
    } catch (DamagedDocumentException e) {
      return false;
    }
  }
}
