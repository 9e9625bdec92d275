package dev.airlock.catalog;

import dev.airlock.archive.MalformedArchiveException;
import dev.airlock.archive.WheelArchive;
import dev.airlock.digest.Sha256;
import dev.airlock.files.ReadFailures;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.lock.LockedFile;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.metadata.CoreMetadata;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.store.Blob;
import dev.airlock.store.BlobStore;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.util.Optional;

/**
 * Makes the entry of a locked file anew from its bytes and its lock. Between them, they say all
 * that an entry does, because an entry never changes.
 */
final class LockedBytes {
  private LockedBytes() {}

  /** The entry; empty for a wheel whose metadata cannot be read. */
  static Optional<HeldFile> entry(LockedFile file, Blob bytes, BlobStore blobs) throws IOException {
    if (!(file.name() instanceof WheelFilename wheel)) {
      return Optional.of(entry(file, Optional.empty(), SpecifierSet.ANY));
    }
    try (SeekableByteChannel channel = bytes.open()) {
      byte[] metadata = WheelArchive.metadata(channel, wheel);
      Optional<Sha256> held = blobs.find(Sha256.of(metadata)).map(Blob::digest);
      return Optional.of(entry(file, held, CoreMetadata.parse(metadata).requiresPython()));
    } catch (MalformedArchiveException | MalformedException damaged) {
      return Optional.empty();
    } catch (IOException e) {
      if (ReadFailures.isOfTheFile(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static HeldFile entry(
      LockedFile file, Optional<Sha256> metadata, SpecifierSet requiresPython) {
    return new HeldFile(
        file.name(),
        file.sha256(),
        file.size(),
        metadata,
        requiresPython,
        file.uploadTime(),
        new Yanked.No(),
        file.url());
  }
}
