package dev.airlock.digest;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The hash functions by which indexes vouch for files, the strongest first. */
public enum Algorithm {
  /** SHA-512. */
  SHA512("SHA-512", 128),
  /** SHA-384. */
  SHA384("SHA-384", 96),
  /** SHA-256, the one that the store and PyPI use. */
  SHA256("SHA-256", 64),
  /** SHA-224. */
  SHA224("SHA-224", 56),
  /** SHA-1, of old indexes: detects accidents only. */
  SHA1("SHA-1", 40),
  /** MD5, of old indexes: detects accidents only. */
  MD5("MD5", 32);

  private final String jdkName;
  private final int hexLength;

  Algorithm(String jdkName, int hexLength) {
    this.jdkName = jdkName;
    this.hexLength = hexLength;
  }

  /** The algorithm that indexes call by this name; empty for one that is not known here. */
  public static Optional<Algorithm> named(String label) {
    return Arrays.stream(values())
        .filter(known -> known.label().equals(label.toLowerCase(Locale.ROOT)))
        .findFirst();
  }

  /** The name that indexes use: {@code sha256}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  int hexLength() {
    return hexLength;
  }

  MessageDigest start() {
    try {
      return MessageDigest.getInstance(jdkName);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK lacks " + jdkName, e);
    }
  }
}
