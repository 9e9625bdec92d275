package dev.airlock.upkeep;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.catalog.Format2;
import dev.airlock.files.DurableFiles;
import dev.airlock.files.Trees;
import dev.airlock.store.DamagedDocumentException;
import dev.airlock.store.Sealed;
import dev.airlock.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/**
 * Makes a store of an older format one of this version's. Format 2 seals the documents of format 1,
 * which say the same as before, and keeps presets twice. Format 3 has an entry for each digest of a
 * file's name. The marker comes last, so that a migration that was killed is simply run again.
 * Documents that cannot be understood stay as they are, for a verification to find.
 */
public final class Migration {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> FOLDERS = List.of("indexes", "presets", "ledger");
  private static final String EXTENSION = ".json";
  private static final int FIRST_SEALED = 2;

  private Migration() {}

  /**
   * Migrates the store in a directory, on which nobody else may work.
   *
   * @return how many documents were written
   * @throws dev.airlock.store.StoreException when there is no store, or its marker is damaged
   */
  public static int run(Path root) throws IOException {
    int format = Store.format(root);
    if (format >= Store.FORMAT) {
      Store.open(root).close();
      return 0;
    }
    int written = format < FIRST_SEALED ? seal(root) : 0;
    written += Format2.moveEntries(root);
    Store.mark(root);
    return written;
  }

  private static int seal(Path root) throws IOException {
    int written = 0;
    for (String folder : FOLDERS) {
      for (Path document : documents(root.resolve(folder))) {
        written += sealed(document) ? 1 : 0;
      }
    }
    Path presets = root.resolve("presets");
    for (Path preset : documents(presets)) {
      Path copy = presets.resolve("copies").resolve(String.valueOf(preset.getFileName()));
      if (presets.equals(preset.getParent()) && !Files.exists(copy)) {
        DurableFiles.write(copy, Files.readAllBytes(preset));
      }
    }
    return written;
  }

  private static List<Path> documents(Path folder) throws IOException {
    var documents = new TreeSet<Path>();
    Trees.each(
        folder,
        (file, _) -> {
          String name = String.valueOf(file.getFileName());
          boolean isDocument = name.endsWith(EXTENSION) && !name.startsWith(DurableFiles.TEMPORARY);
          if (isDocument && Files.isRegularFile(file)) {
            documents.add(file);
          }
        });
    return List.copyOf(documents);
  }

  private static boolean sealed(Path document) throws IOException {
    try {
      byte[] bytes = Sealed.bytes(document);
      if (Sealed.isSealed(bytes)) {
        return false;
      }
      if (JSON.readTree(bytes) instanceof ObjectNode said) {
        DurableFiles.write(document, Sealed.seal(said));
        return true;
      }
      return false;
    } catch (JacksonException | DamagedDocumentException notUnderstood) {
      return false;
    }
  }
}
