package dev.airlock.digest;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The SHA-256 of some bytes: the name of a blob.
 *
 * @param hex the value, in lower-case hexadecimal
 */
public record Sha256(String hex) implements Comparable<Sha256> {
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException when it is not 64 hexadecimal digits
   */
  public Sha256 {
    hex = new Digest(Algorithm.SHA256, hex).hex();
  }

  /** Reads a digest; empty when the text is not 64 lower-case hexadecimal digits. */
  public static Optional<Sha256> read(String text) {
    return FORM.matcher(text).matches() ? Optional.of(new Sha256(text)) : Optional.empty();
  }

  /** The digest of bytes in memory. */
  public static Sha256 of(byte[] bytes) {
    var hasher = new Hasher();
    hasher.update(bytes, 0, bytes.length);
    return hasher.sha256();
  }

  /** The digest of all bytes of a stream, which is read to its end. */
  public static Sha256 of(InputStream stream) throws IOException {
    var hasher = new Hasher();
    hasher.updateAll(stream);
    return hasher.sha256();
  }

  /** This digest as indexes state it. */
  public Digest digest() {
    return new Digest(Algorithm.SHA256, hex);
  }

  @Override
  public int compareTo(Sha256 other) {
    return hex.compareTo(other.hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}
