package dev.airlock.server.http;

import dev.airlock.digest.Sha256;
import java.util.Optional;

/**
 * A strong validator: the same tag means the same bytes.
 *
 * @param value the tag without its quotes
 */
record ETag(String value) {
  private static final String GZIP = "-gzip";

  static ETag of(Sha256 digest) {
    return new ETag("sha256:" + digest.hex());
  }

  /** The tag of the same content as it is sent compressed. */
  ETag gzip() {
    return new ETag(value + GZIP);
  }

  /** Whether an {@code If-None-Match} names this tag, so that nothing need be sent. */
  boolean isIn(Optional<String> ifNoneMatch) {
    if (ifNoneMatch.isEmpty()) {
      return false;
    }
    for (String candidate : ifNoneMatch.get().split(",", -1)) {
      String tag = candidate.strip();
      if (tag.equals("*") || (tag.startsWith("W/") ? tag.substring(2) : tag).equals(toString())) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return '"' + value + '"';
  }
}
