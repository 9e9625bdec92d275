package dev.airlock.index;

import dev.airlock.digest.Algorithm;
import dev.airlock.digest.Digest;
import dev.airlock.digest.Sha256;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.version.SpecifierSet;
import java.net.URI;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One file on the page of a project. What an index says of a file is a claim, until the bytes were
 * read.
 *
 * @param name the file's name
 * @param url where its bytes are; relative on the pages that we write
 * @param digests the digests that the index states, none on some pages of download.pytorch.org
 * @param requiresPython the Pythons it is for
 * @param size its size in bytes, where stated (PEP 700)
 * @param uploadTime when it was uploaded, where stated (PEP 700)
 * @param yanked whether and why it was withdrawn (PEP 592)
 * @param metadata whether its core metadata can be had apart (PEP 658)
 * @see <a
 *     href="https://packaging.python.org/en/latest/specifications/simple-repository-api/">Simple
 *     repository API</a>
 */
public record IndexFile(
    DistributionFilename name,
    URI url,
    List<Digest> digests,
    SpecifierSet requiresPython,
    OptionalLong size,
    Optional<Instant> uploadTime,
    Yanked yanked,
    MetadataOffer metadata) {
  /** Copies the digests. */
  public IndexFile {
    digests = List.copyOf(digests);
  }

  /** Whether it is a wheel. */
  public boolean isWheel() {
    return name instanceof WheelFilename;
  }

  /** This file at another address. */
  public IndexFile movedTo(URI address) {
    return new IndexFile(
        name, address, digests, requiresPython, size, uploadTime, yanked, metadata);
  }

  /** This file withdrawn, or not. */
  public IndexFile yanked(Yanked now) {
    return new IndexFile(name, url, digests, requiresPython, size, uploadTime, now, metadata);
  }

  /** This file with its metadata to be had, or not. */
  public IndexFile offering(MetadataOffer offer) {
    return new IndexFile(name, url, digests, requiresPython, size, uploadTime, yanked, offer);
  }

  /** This file with other digests stated. */
  public IndexFile stating(List<Digest> newDigests) {
    return new IndexFile(name, url, newDigests, requiresPython, size, uploadTime, yanked, metadata);
  }

  /** This file for some Pythons only. */
  public IndexFile requiring(SpecifierSet pythons) {
    return new IndexFile(name, url, digests, pythons, size, uploadTime, yanked, metadata);
  }

  /** This file with the one digest that it has to have. */
  public IndexFile withSha256(Sha256 sha256) {
    return new IndexFile(
        name, url, List.of(sha256.digest()), requiresPython, size, uploadTime, yanked, metadata);
  }

  /** The strongest digest stated. */
  public Optional<Digest> strongestDigest() {
    return digests.stream().min(Comparator.comparing(Digest::algorithm));
  }

  /** The SHA-256 stated. */
  public Optional<Sha256> sha256() {
    return digests.stream()
        .filter(digest -> digest.algorithm() == Algorithm.SHA256)
        .map(digest -> new Sha256(digest.hex()))
        .findFirst();
  }

  /** Whether a file was withdrawn. */
  public sealed interface Yanked {
    /** Not withdrawn. */
    record No() implements Yanked {}

    /**
     * Withdrawn: to be chosen by those only who pin its version.
     *
     * @param reason why, empty where no reason was given
     */
    record Because(String reason) implements Yanked {}
  }

  /** Whether the core metadata of a file can be had from {@code URL.metadata}. */
  public sealed interface MetadataOffer {
    /** It cannot. */
    record None() implements MetadataOffer {}

    /**
     * It can.
     *
     * @param digest the digest of the metadata, where stated
     */
    record Offered(Optional<Digest> digest) implements MetadataOffer {}
  }
}
