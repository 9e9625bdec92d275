package dev.airlock.server.pullthrough;

import dev.airlock.digest.Sha256;
import dev.airlock.store.Blob;
import dev.airlock.store.GrowingBytes;
import java.util.Optional;

/** What the mirror has of a file. */
public sealed interface FileAnswer {
  /**
   * Its bytes.
   *
   * @param blob the bytes
   * @param source where the answer came from
   * @param provenance where the bytes came from once
   */
  record Held(Blob blob, Source source, Provenance provenance) implements FileAnswer {}

  /**
   * Its bytes as they may be sent: as they come, or as they are verified.
   *
   * @param bytes the bytes
   * @param sha256 the digest that they will have, where that is known
   * @param source where the answer came from; for a download, whether it was begun for this answer
   * @param provenance where the bytes come from
   */
  record Arriving(GrowingBytes bytes, Optional<Sha256> sha256, Source source, Provenance provenance)
      implements FileAnswer {}

  /**
   * What its index says of it, which is enough for whoever asks for no bytes.
   *
   * @param size its size in bytes
   * @param sha256 the digest of its bytes, where that is stated
   * @param provenance where the bytes would come from
   */
  record Listed(long size, Optional<Sha256> sha256, Provenance provenance) implements FileAnswer {}

  /**
   * Nothing, and nowhere to get it from.
   *
   * @param reason why, as a clause: "it was never fetched"
   */
  record Absent(String reason) implements FileAnswer {}

  /**
   * Nothing now.
   *
   * @param trouble why
   */
  record Unavailable(Trouble trouble) implements FileAnswer {}
}
