package dev.airlock.digest;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Hashes bytes as they pass: SHA-256 always, and one other algorithm where it is asked for. */
public final class Hasher {
  private static final int BUFFER = 1 << 17;

  private final MessageDigest sha256 = Algorithm.SHA256.start();
  private final Algorithm otherAlgorithm;
  private final @Nullable MessageDigest other;
  private long count;

  /** A hasher of SHA-256 alone. */
  public Hasher() {
    this(Algorithm.SHA256);
  }

  /** A hasher of SHA-256 and another algorithm. */
  public Hasher(Algorithm also) {
    this.otherAlgorithm = also;
    this.other = also == Algorithm.SHA256 ? null : also.start();
  }

  /** Takes some bytes. */
  public void update(byte[] bytes, int offset, int length) {
    sha256.update(bytes, offset, length);
    if (other != null) {
      other.update(bytes, offset, length);
    }
    count += length;
  }

  /** Takes all bytes of a stream, which is read to its end. */
  public void updateAll(InputStream stream) throws IOException {
    byte[] buffer = new byte[BUFFER];
    for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
      update(buffer, 0, read);
    }
  }

  /** How many bytes were taken. */
  public long count() {
    return count;
  }

  /** The SHA-256 of the bytes taken. More bytes may follow. */
  public Sha256 sha256() {
    return new Sha256(finished(sha256));
  }

  /**
   * The digest of the bytes taken, by SHA-256 or the other algorithm that this hasher was made for.
   */
  public Digest digest(Algorithm algorithm) {
    if (algorithm == Algorithm.SHA256) {
      return sha256().digest();
    }
    if (other == null || algorithm != otherAlgorithm) {
      throw new IllegalArgumentException("this hasher does not compute " + algorithm.label());
    }
    return new Digest(algorithm, finished(other));
  }

  private static String finished(MessageDigest digest) {
    try {
      return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("this JDK's message digests cannot be cloned", e);
    }
  }
}
