package dev.airlock.upkeep;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.catalog.Document;
import dev.airlock.catalog.Format2;
import dev.airlock.catalog.Walk;
import dev.airlock.store.DamagedDocumentException;
import dev.airlock.store.Mark;
import dev.airlock.store.Sealed;
import dev.airlock.store.Store;
import dev.airlock.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Mends the marker of a store, without which nothing of it can be opened. */
public final class Marker {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Marker() {}

  /**
   * Writes a marker anew that is damaged or missing, as its second copy has it. Where that is
   * damaged too, the documents of the store have to say without contradiction of which format it
   * is.
   *
   * @return whether it was written
   * @throws StoreException when nothing tells the format, or it is that of another version
   */
  public static boolean mend(Path root) throws IOException {
    Mark marker = Store.marker(root);
    Mark copy = Store.markerCopy(root);
    boolean isSound = marker instanceof Mark.Names;
    if (copy instanceof Mark.Names(int format)
        && (!isSound || marker.equals(new Mark.Names(Store.FORMAT)))) {
      if (format > Store.FORMAT) {
        // Of two formats the newer one is that of a store that another version has just made so.
        Store.requireFormat(root, format);
      }
      if (!isSound) {
        Store.markAs(root, format);
      }
      return !isSound;
    }
    boolean isStore =
        !(marker instanceof Mark.Absent && copy instanceof Mark.Absent)
            || Files.isDirectory(root.resolve("blobs"));
    if (isSound || !isStore) {
      return false;
    }
    Evidence evidence = new Evidence();
    Walk.through(root, evidence::take);
    Store.markAs(root, evidence.format(root));
    return true;
  }

  /** What the documents of a store tell of its format. */
  private static final class Evidence {
    private boolean hasSealed;
    private boolean hasDamaged;
    private boolean hasEntryOfFormat2;
    private @Nullable Path foreign;
    private @Nullable Path unsealed;

    void take(Document document) throws IOException {
      if (document instanceof Document.Damaged damaged) {
        if (Format2.isEntry(damaged)) {
          hasSealed = true;
          hasEntryOfFormat2 = true;
        } else {
          look(damaged.path());
        }
      } else {
        hasSealed = true;
      }
    }

    /** It is not as this format has it: because of damage, or because it is of another format. */
    private void look(Path path) throws IOException {
      try {
        byte[] bytes = Sealed.bytes(path);
        if (Sealed.isSealed(bytes)) {
          Sealed.open(bytes);
          foreign = path;
        } else if (JSON.readTree(bytes) instanceof ObjectNode) {
          unsealed = path;
        } else {
          hasDamaged = true;
        }
      } catch (NoSuchFileException gone) {
        // it tells nothing
      } catch (DamagedDocumentException | JacksonException damaged) {
        hasDamaged = true;
      }
    }

    int format(Path root) throws StoreException {
      String noMarker = "'" + root + "' has no sound marker, and ";
      Path marker = root.resolve("airlock-store.json");
      if (foreign != null) {
        throw new StoreException(
            noMarker
                + "'"
                + foreign
                + "' is not as format "
                + Store.FORMAT
                + " has it: use the version that wrote it");
      }
      if (hasSealed && unsealed != null) {
        throw new StoreException(
            noMarker
                + "some of its documents have seals as in format 2 and newer, and '"
                + unsealed
                + "' has none as in format 1. If a migration was interrupted, write {\"format\":1}"
                + " into '"
                + marker
                + "' and run `airlock migrate`; else move that document out of the store");
      }
      if (!hasSealed && (unsealed == null || hasDamaged)) {
        throw new StoreException(
            noMarker
                + "its documents do not tell of which format it is. If this version wrote it, copy"
                + " 'airlock-store.json' of another of its stores to '"
                + marker
                + "'; if it is of format 1, write {\"format\":1} there");
      }
      return hasSealed ? (hasEntryOfFormat2 ? 2 : Store.FORMAT) : 1;
    }
  }
}
