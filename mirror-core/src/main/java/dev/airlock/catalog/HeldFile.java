package dev.airlock.catalog;

import dev.airlock.digest.Sha256;
import dev.airlock.index.Authority;
import dev.airlock.index.IndexFile;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.store.Blob;
import dev.airlock.store.BlobStore;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A distribution file whose bytes are in the store. Digest and size are those of the bytes, not
 * what an index claims.
 *
 * @param name the file's name
 * @param sha256 the digest of its bytes
 * @param size its size in bytes
 * @param metadata the digest of its core metadata, which is a blob too; empty for an sdist that has
 *     none to trust
 * @param requiresPython the Pythons it is for, from its own metadata
 * @param uploadTime when it was uploaded, where the index said so
 * @param yanked whether the index had withdrawn it when it was fetched
 * @param source where its bytes came from
 * @param place the location whose page listed it when it was fetched: the address of an index, of a
 *     page with files of many projects, or of a folder; empty where no page did
 */
public record HeldFile(
    DistributionFilename name,
    Sha256 sha256,
    long size,
    Optional<Sha256> metadata,
    SpecifierSet requiresPython,
    Optional<Instant> uploadTime,
    Yanked yanked,
    URI source,
    Optional<URI> place) {
  /** A file that no page listed. */
  public HeldFile(
      DistributionFilename name,
      Sha256 sha256,
      long size,
      Optional<Sha256> metadata,
      SpecifierSet requiresPython,
      Optional<Instant> uploadTime,
      Yanked yanked,
      URI source) {
    this(
        name, sha256, size, metadata, requiresPython, uploadTime, yanked, source, Optional.empty());
  }

  /**
   * Where it is from, as it is told: the location whose page listed it, else scheme and host of
   * where its bytes came from, or their folder.
   */
  public String origin() {
    return place.map(URI::toString).orElseGet(() -> origin(source));
  }

  /** Where bytes are from that were read from an address, where nothing more was recorded. */
  public static String origin(URI source) {
    if (source.getScheme() == null) {
      return "a place that was not recorded";
    }
    return source.getHost() == null
        ? source.resolve(".").toString()
        : Authority.withoutUserInfo(source).resolve("/").toString();
  }

  /** Its bytes; empty where they are missing or not as many as they should be. */
  public Optional<Blob> bytes(BlobStore blobs) throws IOException {
    return blobs.find(sha256).filter(blob -> blob.size() == size);
  }

  /** This file without its metadata, where that is lost. */
  public HeldFile withoutMetadata() {
    return new HeldFile(
        name, sha256, size, Optional.empty(), requiresPython, uploadTime, yanked, source, place);
  }

  /** The entry of this file on a page, under some address. */
  public IndexFile at(URI url) {
    return new IndexFile(
        name,
        url,
        List.of(sha256.digest()),
        requiresPython,
        OptionalLong.of(size),
        uploadTime,
        yanked,
        metadata
            .<MetadataOffer>map(digest -> new MetadataOffer.Offered(Optional.of(digest.digest())))
            .orElseGet(MetadataOffer.None::new));
  }
}
