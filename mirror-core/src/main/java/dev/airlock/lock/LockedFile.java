package dev.airlock.lock;

import dev.airlock.digest.Sha256;
import dev.airlock.packaging.filename.DistributionFilename;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/**
 * One file that a lock names. The digest says what it is; the address only where it was found.
 *
 * @param name the file's name
 * @param url where it was found
 * @param size its size in bytes
 * @param sha256 its digest
 * @param uploadTime when it was uploaded, where the index said so
 */
public record LockedFile(
    DistributionFilename name, URI url, long size, Sha256 sha256, Optional<Instant> uploadTime) {
  /** The same file at another address. */
  LockedFile at(URI address) {
    return new LockedFile(name, address, size, sha256, uploadTime);
  }
}
