package dev.airlock.server.pullthrough;

import dev.airlock.catalog.FileKey;
import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Sha256;
import dev.airlock.packaging.filename.DistributionFilename;
import java.util.Optional;

/**
 * What the address of a file names.
 *
 * @param index the index whose page has the address
 * @param name the file's name
 * @param sha256 the digest of its bytes; empty in an address that was made before anybody stated it
 */
public record FileAddress(IndexKey index, DistributionFilename name, Optional<Sha256> sha256) {
  /** The identity of the file, where its digest is known. */
  Optional<FileKey> key() {
    return sha256.map(digest -> new FileKey(index, name, digest));
  }

  /** The same file of another index. */
  FileAddress of(IndexKey other) {
    return new FileAddress(other, name, sha256);
  }
}
