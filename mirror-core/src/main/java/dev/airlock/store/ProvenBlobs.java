package dev.airlock.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.airlock.digest.Sha256;
import dev.airlock.files.ReadFailures;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;

/**
 * What this process found out about blobs by hashing them: that they are what their names say, or
 * that they are damaged. It is believed for as long as their files are the same ones. Of 200,000
 * blobs at most it is remembered. Safe for several threads.
 */
public final class ProvenBlobs {
  private static final int MOST = 200_000;

  private final Cache<Sha256, Object> sound = memory();
  private final Cache<Sha256, Object> damaged = memory();

  private static Cache<Sha256, Object> memory() {
    return Caffeine.newBuilder().maximumSize(MOST).executor(Runnable::run).build();
  }

  /** Whether a blob was found to have its digest. */
  public boolean isSound(Blob blob) throws IOException {
    return blob.identity().equals(sound.getIfPresent(blob.digest()));
  }

  /** Whether a blob was found not to have its digest. */
  public boolean isDamaged(Blob blob) throws IOException {
    return blob.identity().equals(damaged.getIfPresent(blob.digest()));
  }

  /** Remembers that a blob has its digest: it was hashed, or written by this process just now. */
  public void rememberSound(Blob blob) throws IOException {
    sound.put(blob.digest(), blob.identity());
  }

  /** Remembers that a blob does not have its digest. */
  public void rememberDamaged(Blob blob) throws IOException {
    damaged.put(blob.digest(), blob.identity());
  }

  /**
   * Whether a blob has its digest, for which it is hashed unless that is known. One that the disk
   * cannot read has none.
   */
  public boolean prove(Blob blob) throws IOException {
    if (isSound(blob) || isDamaged(blob)) {
      return isSound(blob);
    }
    try (SeekableByteChannel channel = blob.open()) {
      if (Sha256.of(Channels.newInputStream(channel)).equals(blob.digest())) {
        rememberSound(blob);
        return true;
      }
    } catch (IOException e) {
      if (ReadFailures.isOfTheFile(e)) {
        return false;
      }
      throw e;
    }
    rememberDamaged(blob);
    return false;
  }
}
