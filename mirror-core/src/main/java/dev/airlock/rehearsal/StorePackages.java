package dev.airlock.rehearsal;

import dev.airlock.archive.MalformedArchiveException;
import dev.airlock.archive.SdistArchive;
import dev.airlock.archive.SdistMetadata;
import dev.airlock.archive.WheelArchive;
import dev.airlock.catalog.HeldFile;
import dev.airlock.closure.MetadataLookup;
import dev.airlock.closure.PackageSource;
import dev.airlock.closure.PageLookup;
import dev.airlock.digest.Algorithm;
import dev.airlock.digest.Hasher;
import dev.airlock.digest.Sha256;
import dev.airlock.index.IndexFile;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.metadata.CoreMetadata;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.preset.Preset;
import dev.airlock.store.Blob;
import dev.airlock.store.BlobStore;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pages and metadata of nothing but files that are held. */
final class StorePackages implements PackageSource {
  private final Preset preset;
  private final BlobStore blobs;
  private final Map<ProjectName, List<HeldFile>> held;

  StorePackages(Preset preset, BlobStore blobs, Map<ProjectName, List<HeldFile>> held) {
    this.preset = preset;
    this.blobs = blobs;
    this.held = Map.copyOf(held);
  }

  @Override
  public PageLookup page(ProjectName project) throws IOException {
    var files = new ArrayList<IndexFile>();
    for (HeldFile file : held.getOrDefault(project, List.of())) {
      files.add(withDigests(file.at(file.source()), file.sha256(), project));
    }
    return files.isEmpty()
        ? new PageLookup.Missing("the store holds nothing of it for this preset")
        : new PageLookup.Found(new ProjectPage(project, files));
  }

  /** The file with digests of the algorithms that the preset gives hashes by. */
  private IndexFile withDigests(IndexFile file, Sha256 sha256, ProjectName project)
      throws IOException {
    var digests = new ArrayList<>(file.digests());
    for (Algorithm algorithm : preset.hashAlgorithms(project)) {
      Optional<Blob> blob = blobs.find(sha256);
      if (algorithm != Algorithm.SHA256 && blob.isPresent()) {
        var hasher = new Hasher(algorithm);
        try (SeekableByteChannel channel = blob.get().open()) {
          hasher.updateAll(Channels.newInputStream(channel));
        }
        digests.add(hasher.digest(algorithm));
      }
    }
    return file.stating(digests);
  }

  @Override
  public MetadataLookup metadata(IndexFile file) throws IOException {
    HeldFile found =
        held.getOrDefault(file.name().project(), List.of()).stream()
            .filter(each -> each.name().equals(file.name()))
            .filter(each -> file.sha256().equals(Optional.of(each.sha256())))
            .findFirst()
            .orElseThrow();
    try {
      return switch (file.name()) {
        case WheelFilename wheel -> ofWheel(found, wheel);
        case SdistFilename sdist -> ofSdist(found, sdist);
      };
    } catch (MalformedException | MalformedArchiveException e) {
      return new MetadataLookup.Unusable(String.valueOf(e.getMessage()));
    }
  }

  private MetadataLookup ofWheel(HeldFile file, WheelFilename wheel) throws IOException {
    Optional<Blob> beside =
        file.metadata().isPresent() ? blobs.find(file.metadata().get()) : Optional.empty();
    if (beside.isPresent()) {
      return new MetadataLookup.OfWheel(CoreMetadata.parse(read(beside.get())));
    }
    Optional<Blob> bytes = blobs.find(file.sha256());
    if (bytes.isEmpty()) {
      return new MetadataLookup.Unusable("it is not held");
    }
    try (SeekableByteChannel channel = bytes.get().open()) {
      return new MetadataLookup.OfWheel(CoreMetadata.parse(WheelArchive.metadata(channel, wheel)));
    }
  }

  private MetadataLookup ofSdist(HeldFile sdist, SdistFilename name) throws IOException {
    Optional<Blob> blob = blobs.find(sdist.sha256());
    if (blob.isEmpty()) {
      return new MetadataLookup.Unusable("it is not held");
    }
    try (SeekableByteChannel channel = blob.get().open()) {
      return new MetadataLookup.OfSdist(
          SdistMetadata.of(SdistArchive.read(Channels.newInputStream(channel), name), name));
    }
  }

  /** All bytes of a small blob. */
  static byte[] read(Blob blob) throws IOException {
    try (SeekableByteChannel channel = blob.open()) {
      return Channels.newInputStream(channel).readAllBytes();
    }
  }

  /** The digest of the bytes of a blob as they are now. */
  static Sha256 digest(Blob blob) throws IOException {
    try (SeekableByteChannel channel = blob.open()) {
      return Sha256.of(Channels.newInputStream(channel));
    }
  }
}
