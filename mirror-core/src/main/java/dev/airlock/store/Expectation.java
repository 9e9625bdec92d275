package dev.airlock.store;

import dev.airlock.digest.Digest;
import dev.airlock.digest.Sha256;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What bytes have to be before they become a blob. An index that states no digest is believed in
 * length alone.
 *
 * @param digest the digest they have to have
 * @param size how many there have to be
 */
public record Expectation(Optional<Digest> digest, OptionalLong size) {
  /** Bytes of which nothing is known. */
  public static final Expectation NOTHING = new Expectation(Optional.empty(), OptionalLong.empty());

  /** Bytes of a digest and a size. */
  public static Expectation of(Sha256 digest, long size) {
    return new Expectation(Optional.of(digest.digest()), OptionalLong.of(size));
  }
}
