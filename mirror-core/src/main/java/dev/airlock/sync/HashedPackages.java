package dev.airlock.sync;

import dev.airlock.catalog.HeldFile;
import dev.airlock.closure.Memo;
import dev.airlock.closure.MetadataLookup;
import dev.airlock.closure.PackageSource;
import dev.airlock.closure.PageLookup;
import dev.airlock.digest.Algorithm;
import dev.airlock.digest.Digest;
import dev.airlock.digest.Hasher;
import dev.airlock.fetch.Fetcher;
import dev.airlock.index.IndexFile;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.preset.Preset;
import dev.airlock.store.Blob;
import dev.airlock.store.BlobStore;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Pages with the digests that the hashes of a preset ask for, also where the index states none of
 * them, as folders and plain listings do. pip fetches such a file, hashes it and compares; so does
 * this, with the files of a pinned version that some target can use.
 */
final class HashedPackages implements PackageSource {
  private final Preset preset;
  private final PackageSource plain;
  private final UpstreamPackages upstream;
  private final Fetcher fetcher;
  private final BlobStore blobs;
  private final Memo<ProjectName, PageLookup> pages = new Memo<>(this::hashed);

  HashedPackages(
      Preset preset,
      PackageSource plain,
      UpstreamPackages upstream,
      Fetcher fetcher,
      BlobStore blobs) {
    this.preset = preset;
    this.plain = plain;
    this.upstream = upstream;
    this.fetcher = fetcher;
    this.blobs = blobs;
  }

  @Override
  public PageLookup page(ProjectName project) throws IOException {
    return pages.get(project);
  }

  @Override
  public MetadataLookup metadata(IndexFile file) throws IOException {
    return plain.metadata(file);
  }

  private PageLookup hashed(ProjectName project) throws IOException {
    PageLookup found = plain.page(project);
    List<Preset.Root> pins =
        preset.roots().stream()
            .filter(root -> root.requirement().project().equals(project))
            .filter(root -> !root.hashes().isEmpty() && root.requirement().specifier().isPin())
            .toList();
    if (pins.isEmpty() || !(found instanceof PageLookup.Found(ProjectPage page, String where))) {
      return found;
    }
    var files = new ArrayList<IndexFile>();
    for (IndexFile file : page.files()) {
      files.add(needsHashing(page, file, pins) ? hashed(file) : file);
    }
    return new PageLookup.Found(new ProjectPage(project, files), where);
  }

  private boolean needsHashing(ProjectPage page, IndexFile file, List<Preset.Root> pins) {
    return pins.stream()
        .filter(pin -> pin.requirement().specifier().contains(file.name().version()))
        .filter(pin -> !states(file, pin))
        .anyMatch(pin ->
            preset.targets().stream()
                .filter(target -> target.environment().satisfies(pin.requirement().marker()))
                .filter(target -> isUsable(file, target))
                .anyMatch(target -> !hasOneByItsWord(page, file, pin, target)));
  }

  /** Whether the page states what the hashes can be compared with. */
  private static boolean states(IndexFile file, Preset.Root pin) {
    Set<Algorithm> asked = pin.hashes().stream().map(Digest::algorithm).collect(Collectors.toSet());
    return file.digests().stream().map(Digest::algorithm).anyMatch(asked::contains);
  }

  /** Whether the page states a wanted hash of a file of the same version, which pip prefers. */
  private boolean hasOneByItsWord(
      ProjectPage page, IndexFile file, Preset.Root pin, Target target) {
    return page.files().stream()
        .filter(other -> other.name().version().equals(file.name().version()))
        .filter(other -> other.digests().stream().anyMatch(pin.hashes()::contains))
        .anyMatch(other -> isUsable(other, target));
  }

  private boolean isUsable(IndexFile file, Target target) {
    ProjectName project = file.name().project();
    return preset.installer().takes(file.requiresPython(), target.fullVersion())
        && switch (file.name()) {
          case WheelFilename wheel ->
              preset.takesWheels(project) && target.tags().rank(wheel.tags()).isPresent();
          case SdistFilename _ -> preset.takesSdists(project);
        };
  }

  /** The file with its digests. One that cannot be had is an error, as it is for pip. */
  private IndexFile hashed(IndexFile file) throws IOException {
    ProjectName project = file.name().project();
    HeldFile held = fetcher.file(upstream.key(project), file);
    var digests = new ArrayList<>(file.digests());
    if (file.sha256().isEmpty()) {
      digests.add(held.sha256().digest());
    }
    for (Algorithm algorithm : preset.hashAlgorithms(project)) {
      if (digests.stream().noneMatch(digest -> digest.algorithm() == algorithm)) {
        digest(held, algorithm).ifPresent(digests::add);
      }
    }
    return file.stating(digests);
  }

  private Optional<Digest> digest(HeldFile held, Algorithm algorithm) throws IOException {
    Optional<Blob> blob = held.bytes(blobs);
    if (blob.isEmpty()) {
      return Optional.empty();
    }
    var hasher = new Hasher(algorithm);
    try (SeekableByteChannel channel = blob.get().open()) {
      hasher.updateAll(Channels.newInputStream(channel));
    }
    return Optional.of(hasher.digest(algorithm));
  }
}
