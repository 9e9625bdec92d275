package dev.airlock.digest;

import java.util.Locale;
import java.util.Optional;

/**
 * A digest of some bytes, as an index states it.
 *
 * @param algorithm the hash function
 * @param hex the value, in lower-case hexadecimal
 */
public record Digest(Algorithm algorithm, String hex) {
  /**
   * Checks the length and the digits.
   *
   * @throws IllegalArgumentException when the value is not of this algorithm's form
   */
  public Digest {
    hex = hex.toLowerCase(Locale.ROOT);
    if (hex.length() != algorithm.hexLength()
        || !hex.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128)) {
      throw new IllegalArgumentException(
          "'"
              + hex
              + "' is not a "
              + algorithm.label()
              + " digest: it has to be "
              + algorithm.hexLength()
              + " hexadecimal digits");
    }
  }

  /**
   * Reads {@code sha256=abc…} or {@code sha256:abc…}; empty when the algorithm or the form is not
   * known.
   */
  public static Optional<Digest> parse(String text) {
    int separator = Math.max(text.indexOf('='), text.indexOf(':'));
    if (separator < 0) {
      return Optional.empty();
    }
    return of(text.substring(0, separator), text.substring(separator + 1));
  }

  /** A digest by the label of its algorithm; empty when the algorithm or the form is not known. */
  public static Optional<Digest> of(String label, String hex) {
    return Algorithm.named(label)
        .filter(algorithm -> hex.length() == algorithm.hexLength())
        .filter(algorithm -> hex.chars().allMatch(c -> c < 128 && Character.digit(c, 16) >= 0))
        .map(algorithm -> new Digest(algorithm, hex));
  }

  @Override
  public String toString() {
    return algorithm.label() + "=" + hex;
  }
}
