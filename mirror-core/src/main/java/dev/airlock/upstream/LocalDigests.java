package dev.airlock.upstream;

import dev.airlock.digest.Sha256;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The digests of files of this machine. Each is hashed once, and again when its size, its time or
 * the file itself is another. Safe for several threads.
 */
final class LocalDigests {
  /** What was written so shortly before it was hashed may be written again at the same time. */
  private static final Duration UNSETTLED = Duration.ofSeconds(2);

  private final Map<Path, Known> known = new ConcurrentHashMap<>();

  /** A file as it was when it was hashed. */
  private record Version(long size, Instant modified, @Nullable Object file) {
    static Version of(Path path) throws IOException {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
      return new Version(found.size(), found.lastModifiedTime().toInstant(), found.fileKey());
    }
  }

  private record Known(Version version, Sha256 digest) {}

  /** The digest that was worked out of a file that is still the same. */
  Optional<Sha256> known(Path path) throws IOException {
    Known found = known.get(path);
    return found != null && found.version().equals(Version.of(path))
        ? Optional.of(found.digest())
        : Optional.empty();
  }

  /** The digest of the bytes of a file, which is open. */
  Sha256 hash(Path path, FileChannel channel) throws IOException {
    Version before = Version.of(path);
    Sha256 digest = Sha256.of(Channels.newInputStream(channel));
    boolean settled = before.modified().plus(UNSETTLED).isBefore(Instant.now());
    if (settled && before.equals(Version.of(path))) {
      known.put(path, new Known(before, digest));
    }
    return digest;
  }
}
