package dev.airlock.catalog;

import dev.airlock.digest.Sha256;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;

/**
 * The identity of a distribution file in the catalogue. Two files of one index may share a name;
 * their digests tell them apart.
 *
 * @param index the index it comes from
 * @param name its name, which names the project too
 * @param sha256 the digest of its bytes
 */
public record FileKey(IndexKey index, DistributionFilename name, Sha256 sha256) {
  /** The identity of a file that an index has. */
  public static FileKey of(IndexKey index, HeldFile file) {
    return new FileKey(index, file.name(), file.sha256());
  }

  /** The identity of a file that a lock names. */
  public static FileKey of(LockedPackage locked, LockedFile file) {
    return new FileKey(IndexKey.of(locked.index()), file.name(), file.sha256());
  }

  /** The project it is a distribution of. */
  public ProjectName project() {
    return name.project();
  }

  /** The name as it stands on the index. */
  public String filename() {
    return name.text();
  }
}
