package dev.airlock.upstream;

import dev.airlock.archive.WheelArchive;
import dev.airlock.digest.Digest;
import dev.airlock.digest.Hasher;
import dev.airlock.digest.Sha256;
import dev.airlock.index.IndexFile;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.packaging.filename.WheelFilename;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The bytes of distribution files: whole, from some point on, or just their metadata. Safe for
 * several threads.
 */
public final class FileAccess {
  private static final String PLAIN_FORM = "*/*";

  private final Http http;
  private final boolean asksForSizes;
  private final LocalDigests digests = new LocalDigests();
  private final Map<URI, OptionalLong> sizes = new ConcurrentHashMap<>();

  /** Files over this client, and from the file system. */
  public FileAccess(Http http) {
    this(http, false);
  }

  /**
   * Files over this client, and from the file system.
   *
   * @param asksForSizes whether upstreams are asked for the size of a file that is held, where its
   *     page states neither that nor a digest
   */
  public FileAccess(Http http, boolean asksForSizes) {
    this.http = http;
    this.asksForSizes = asksForSizes;
  }

  /**
   * The SHA-256 of a file of this machine as it is now. What was hashed before is not hashed again
   * while the file is the same.
   *
   * @return empty where the file is elsewhere or cannot be opened
   * @throws IOException when it cannot be read
   */
  public Optional<Sha256> digest(URI address) throws IOException {
    if (!Addresses.isFile(address)) {
      return Optional.empty();
    }
    try (FileChannel channel = channel(address)) {
      Path path = Path.of(address);
      Optional<Sha256> known = digests.known(path);
      return known.isPresent() ? known : Optional.of(digests.hash(path, channel));
    } catch (UpstreamException absent) {
      return Optional.empty();
    }
  }

  /**
   * Whether a file whose page states no SHA-256 may be the one that is held. Of a file of this
   * machine the bytes decide, of another one the size that its page states or its host tells. What
   * nobody tells counts as the same.
   *
   * @param held the digest of the one that is held
   * @param size its size in bytes
   * @throws IOException when a file of this machine cannot be read
   */
  public boolean mayBe(IndexFile file, Sha256 held, long size) throws IOException {
    if (file.size().isPresent() && file.size().getAsLong() != size) {
      return false;
    }
    if (Addresses.isFile(file.url())) {
      return digest(file.url()).map(held::equals).orElse(true);
    }
    return file.size().isPresent()
        || !asksForSizes
        || sizeNow(file.url()).stream().allMatch(now -> now == size);
  }

  private OptionalLong sizeNow(URI address) throws IOException {
    OptionalLong known = sizes.get(address);
    if (known != null) {
      return known;
    }
    OptionalLong size;
    try {
      size = http.size(address);
    } catch (UpstreamException untold) {
      size = OptionalLong.empty();
    }
    sizes.put(address, size);
    return size;
  }

  /**
   * Begins the transfer of a file.
   *
   * @param from the first byte wanted
   * @param validator the version of the file that the earlier bytes are of; without it a transfer
   *     begins at 0
   * @throws UpstreamException when it cannot be had
   */
  public Transfer open(URI address, long from, Optional<String> validator) throws IOException {
    return Addresses.isFile(address)
        ? openFile(address, from, validator)
        : http.transfer(address, from, validator);
  }

  private static Transfer openFile(URI address, long from, Optional<String> validator)
      throws IOException {
    FileChannel channel = channel(address);
    try {
      Path path = Path.of(address);
      Optional<String> current =
          Optional.of(Files.getLastModifiedTime(path).toMillis() + "-" + channel.size());
      long offset = current.equals(validator) && from <= channel.size() ? from : 0;
      channel.position(offset);
      return new Transfer(
          Channels.newInputStream(channel), offset, OptionalLong.of(channel.size()), current);
    } catch (IOException e) {
      channel.close();
      throw UpstreamException.unreachable(address, e);
    }
  }

  private static FileChannel channel(URI address) throws UpstreamException {
    try {
      return FileChannel.open(Path.of(address), StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw UpstreamException.unexpected(address, "there is no such file");
    } catch (IOException | IllegalArgumentException e) {
      throw UpstreamException.unexpected(address, String.valueOf(e.getMessage()));
    }
  }

  /** The size of a file in bytes, where the upstream says it. */
  public OptionalLong size(URI address) throws IOException {
    if (!Addresses.isFile(address)) {
      return http.size(address);
    }
    try (FileChannel channel = channel(address)) {
      return OptionalLong.of(channel.size());
    }
  }

  /**
   * Whether it makes sense to ask for an address now: it is allowed, and its host is not one that
   * is left alone for having failed. Nothing is sent to find out.
   */
  public boolean canReach(URI address) {
    return Addresses.isFile(address) || http.canReach(address);
  }

  /**
   * Whether parts of a file can be had, for which one byte of it is asked for.
   *
   * @throws UpstreamException when the upstream does not answer
   */
  public boolean answersRanges(URI address) throws IOException {
    return Addresses.isFile(address) || http.range(address, 0, 0).isPresent();
  }

  /**
   * The core metadata of a wheel without the wheel: from beside it where the index offers that (PEP
   * 658), else from within it by range requests.
   *
   * @return empty when neither is to be had, so that the whole file is needed
   * @throws UpstreamException when the upstream does not answer
   */
  public Optional<byte[]> metadata(IndexFile file) throws IOException {
    Optional<byte[]> beside =
        file.metadata() instanceof MetadataOffer.Offered(Optional<Digest> digest)
            ? beside(file.url(), digest)
            : Optional.empty();
    return beside.isPresent() || !(file.name() instanceof WheelFilename wheel)
        ? beside
        : within(file.url(), wheel);
  }

  /**
   * What stands beside the file; an answer other than the offered document counts as none, for
   * wrong ones occur.
   */
  private Optional<byte[]> beside(URI file, Optional<Digest> digest) throws IOException {
    URI address = URI.create(file + ".metadata");
    if (Addresses.isFile(address)) {
      Path path = Path.of(address);
      return Files.isRegularFile(path)
          ? Optional.of(Files.readAllBytes(path)).filter(bytes -> matches(bytes, digest))
          : Optional.empty();
    }
    Http.Document answer = http.document(address, PLAIN_FORM, Optional.empty());
    return answer.status() == 200 && matches(answer.bytes(), digest)
        ? Optional.of(answer.bytes())
        : Optional.empty();
  }

  private static boolean matches(byte[] bytes, Optional<Digest> digest) {
    if (digest.isEmpty()) {
      return true;
    }
    var hasher = new Hasher(digest.get().algorithm());
    hasher.update(bytes, 0, bytes.length);
    return hasher.digest(digest.get().algorithm()).equals(digest.get());
  }

  private Optional<byte[]> within(URI address, WheelFilename name) throws IOException {
    if (Addresses.isFile(address)) {
      try (FileChannel channel = channel(address)) {
        return Optional.of(WheelArchive.metadata(channel, name));
      }
    }
    Optional<RangeChannel> channel = RangeChannel.open(http, address);
    if (channel.isEmpty()) {
      return Optional.empty();
    }
    try (SeekableByteChannel wheel = channel.get()) {
      return Optional.of(WheelArchive.metadata(wheel, name));
    }
  }
}
