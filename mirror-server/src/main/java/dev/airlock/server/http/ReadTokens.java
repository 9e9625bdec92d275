package dev.airlock.server.http;

import dev.airlock.digest.Sha256;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The tokens that clients may read with, as their file has them: it is looked at once a second.
 * When it was changed to something that cannot be read, the last good ones stay; that is logged
 * once a change.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7617">RFC 7617 (Basic)</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6750">RFC 6750 (Bearer)</a>
 */
final class ReadTokens {
  private static final Logger LOG = System.getLogger(ReadTokens.class.getName());
  private static final long GLANCE = Duration.ofSeconds(1).toNanos();

  private final Path file;
  private final LongSupplier nanoTime;
  private FileState seen;
  private long looked;
  private List<TokenFile.Known> tokens;

  /**
   * Reads the file.
   *
   * @param nanoTime the time, as {@link System#nanoTime} has it
   * @throws IOException when it cannot be read, or holds lines that are no tokens
   */
  ReadTokens(Path file, LongSupplier nanoTime) throws IOException {
    this.file = file;
    this.nanoTime = nanoTime;
    this.seen = FileState.of(file);
    this.looked = nanoTime.getAsLong();
    this.tokens = TokenFile.read(file);
    if (tokens.isEmpty()) {
      LOG.log(Level.WARNING, "''{0}'' holds no token: nobody can read", file);
    }
  }

  /** Whether an {@code Authorization} header names one of the tokens. */
  boolean admit(String authorization) {
    Optional<String> token = token(authorization);
    if (token.isEmpty()) {
      return false;
    }
    byte[] digest = bytes(Sha256.of(token.get().getBytes(StandardCharsets.UTF_8)));
    boolean admitted = false;
    // All are compared, each in constant time: how long it takes tells nothing.
    for (TokenFile.Known known : now()) {
      admitted |= MessageDigest.isEqual(digest, bytes(known.digest()));
    }
    return admitted;
  }

  private static byte[] bytes(Sha256 digest) {
    return digest.hex().getBytes(StandardCharsets.US_ASCII);
  }

  private static Optional<String> token(String authorization) {
    int space = authorization.indexOf(' ');
    if (space < 0) {
      return Optional.empty();
    }
    String credentials = authorization.substring(space + 1).strip();
    return switch (authorization.substring(0, space).toLowerCase(Locale.ROOT)) {
      case "bearer" -> Optional.of(credentials);
      case "basic" -> password(credentials);
      default -> Optional.empty();
    };
  }

  /** The user's name may be anything. */
  private static Optional<String> password(String credentials) {
    try {
      String pair = new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      return colon < 0 ? Optional.empty() : Optional.of(pair.substring(colon + 1));
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }

  private synchronized List<TokenFile.Known> now() {
    long now = nanoTime.getAsLong();
    if (now - looked < GLANCE) {
      return tokens;
    }
    looked = now;
    FileState state = FileState.of(file);
    if (!state.equals(seen)) {
      seen = state;
      try {
        tokens = TokenFile.read(file);
        LOG.log(Level.INFO, "the tokens were read anew from {0}", file);
      } catch (IOException e) {
        LOG.log(
            Level.WARNING, "the new tokens cannot be read, the old ones stay: " + e.getMessage());
      }
    }
    return tokens;
  }
}
