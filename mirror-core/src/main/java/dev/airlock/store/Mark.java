package dev.airlock.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What one of the two files says that mark a directory as a store. */
public sealed interface Mark {
  /** It is not there. */
  record Absent() implements Mark {}

  /**
   * It names a format.
   *
   * @param format the format of the store
   */
  record Names(int format) implements Mark {}

  /**
   * It is not what was written.
   *
   * @param how what is wrong with it, as a clause
   */
  record Damaged(String how) implements Mark {}

  /**
   * Reads one of them. That of format 1 had no seal yet; what one of a newer format has, nobody
   * knows here.
   *
   * @param isSealed whether it is damaged without a seal
   */
  static Mark read(Path file, boolean isSealed) throws IOException {
    try {
      byte[] bytes = Sealed.bytes(file);
      boolean sealed = isSealed || Sealed.isSealed(bytes);
      JsonNode document = sealed ? Sealed.open(bytes) : Sealed.unsealed(bytes);
      JsonNode format = document.path("format");
      boolean isPossible =
          format.isInt()
              && (sealed
                  ? format.intValue() >= Store.FIRST_SEALED
                  : format.intValue() == 1 || format.intValue() > Store.FORMAT);
      return isPossible ? new Names(format.intValue()) : new Damaged("it names no format");
    } catch (NoSuchFileException gone) {
      return new Absent();
    } catch (DamagedDocumentException e) {
      return new Damaged(String.valueOf(e.getMessage()));
    }
  }
}
