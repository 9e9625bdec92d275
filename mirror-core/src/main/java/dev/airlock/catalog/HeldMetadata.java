package dev.airlock.catalog;

import dev.airlock.digest.Sha256;
import dev.airlock.index.IndexFile;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.version.SpecifierSet;
import java.net.URI;
import java.util.Optional;

/**
 * The core metadata of a wheel that is not held itself.
 *
 * @param name the wheel's name
 * @param metadata the digest of its metadata, which is a blob
 * @param requiresPython the Pythons that the wheel is for, as its metadata says
 * @param wheel the digest that the index stated of the wheel
 * @param source where the wheel is
 */
public record HeldMetadata(
    DistributionFilename name,
    Sha256 metadata,
    SpecifierSet requiresPython,
    Optional<Sha256> wheel,
    URI source) {
  /** Whether this is of the very file that an index lists, as far as its index tells. */
  public boolean isOf(IndexFile file) {
    return (file.sha256().isPresent() && wheel.isPresent())
        ? file.sha256().equals(wheel)
        : file.url().equals(source);
  }
}
