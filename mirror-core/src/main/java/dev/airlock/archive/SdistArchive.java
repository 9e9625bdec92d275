package dev.airlock.archive;

import dev.airlock.packaging.filename.SdistFilename;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.ArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipMethod;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * The two files of an sdist that speak of its metadata. Nothing is unpacked.
 *
 * @param pkgInfo {@code PKG-INFO} in the top directory
 * @param pyproject {@code pyproject.toml} in the top directory
 * @see <a
 *     href="https://packaging.python.org/en/latest/specifications/source-distribution-format/">Source
 *     distribution format</a>
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SdistArchive(Optional<byte[]> pkgInfo, Optional<byte[]> pyproject) {
  private static final Set<Integer> METHODS =
      Set.of(ZipMethod.STORED.getCode(), ZipMethod.DEFLATED.getCode(), ZipMethod.BZIP2.getCode());

  private static final int LARGEST_FILE = 16 << 20;
  private static final int MOST_ENTRIES = 200_000;
  private static final long MOST_BYTES = 4L << 30;

  /**
   * Reads an sdist.
   *
   * @param stream its bytes; it stays open
   * @throws MalformedArchiveException when it is no archive of its kind, or unpacks to an absurd
   *     size
   */
  public static SdistArchive read(InputStream stream, SdistFilename name) throws IOException {
    try {
      return read(open(stream, name.text()), name);
    } catch (MalformedArchiveException e) {
      throw e;
    } catch (NoClassDefFoundError e) {
      throw unknownCompression(name);
    } catch (IOException | RuntimeException e) {
      // Broken archives make the readers throw either kind.
      throw new MalformedArchiveException(
          name + " cannot be read as an archive: " + e.getMessage());
    }
  }

  /**
   * Reads an archive to its end, by which a truncated or foreign one is found out.
   *
   * @param stream its bytes; it stays open
   * @throws MalformedArchiveException when it is no whole archive of its kind
   */
  public static void requireWhole(InputStream stream, SdistFilename name) throws IOException {
    try {
      ArchiveInputStream<?> archive = open(stream, name.text());
      int entries = 0;
      while (archive.getNextEntry() != null) {
        entries++;
        archive.transferTo(OutputStream.nullOutputStream());
        if (entries > MOST_ENTRIES || archive.getBytesRead() > MOST_BYTES) {
          throw new MalformedArchiveException(
              name + " unpacks to more than any sdist has: it is not read further");
        }
      }
      if (entries == 0) {
        throw new MalformedArchiveException(name + " is empty, or no archive at all");
      }
    } catch (MalformedArchiveException e) {
      throw e;
    } catch (NoClassDefFoundError e) {
      throw unknownCompression(name);
    } catch (IOException | RuntimeException e) {
      throw new MalformedArchiveException(name + " is not a whole archive: " + e.getMessage());
    }
  }

  /** The zip reader finds out that it lacks a library when it needs it. */
  static MalformedArchiveException unknownCompression(SdistFilename name) {
    return new MalformedArchiveException(
        name + " is compressed in a way that is not read here; sdists have deflate");
  }

  /** Whether an entry is compressed in a way that is read here. */
  static boolean isReadable(ZipArchiveEntry entry) {
    return METHODS.contains(entry.getMethod());
  }

  /** The entries of an sdist, by the extension of its name. */
  static ArchiveInputStream<?> open(InputStream bytes, String name) throws IOException {
    var stream = new BufferedInputStream(bytes);
    if (name.endsWith(".zip")) {
      return new ZipArchiveInputStream(stream);
    }
    if (name.endsWith(".tar.bz2")) {
      return new TarArchiveInputStream(new BZip2CompressorInputStream(stream));
    }
    if (name.endsWith(".tar.gz") || name.endsWith(".tgz")) {
      return new TarArchiveInputStream(
          GzipCompressorInputStream.builder()
              .setInputStream(stream)
              .setDecompressConcatenated(true)
              .get());
    }
    throw new MalformedArchiveException(name + ": accepted are .tar.gz, .tgz, .tar.bz2 and .zip");
  }

  private static SdistArchive read(ArchiveInputStream<?> archive, SdistFilename name)
      throws IOException {
    Optional<byte[]> pkgInfo = Optional.empty();
    Optional<byte[]> pyproject = Optional.empty();
    int entries = 0;
    long bytes = 0;
    for (ArchiveEntry entry = archive.getNextEntry();
        entry != null;
        entry = archive.getNextEntry()) {
      bytes += Math.max(0, entry.getSize());
      if (++entries > MOST_ENTRIES || bytes > MOST_BYTES) {
        throw new MalformedArchiveException(
            name + " unpacks to more than any sdist has: it is not read further");
      }
      if (entry instanceof ZipArchiveEntry zipped && !isReadable(zipped)) {
        // Nor can it be passed over: where it ends is not known.
        throw unknownCompression(name);
      }
      String inTop = isLink(entry) ? "" : inTop(entry.getName());
      if (inTop.equals("PKG-INFO")) {
        pkgInfo = Optional.of(bytes(archive, name));
      } else if (inTop.equals("pyproject.toml")) {
        pyproject = Optional.of(bytes(archive, name));
      }
      if (pkgInfo.isPresent() && pyproject.isPresent()) {
        break;
      }
    }
    return new SdistArchive(pkgInfo, pyproject);
  }

  private static boolean isLink(ArchiveEntry entry) {
    return entry instanceof TarArchiveEntry tar && (tar.isSymbolicLink() || tar.isLink());
  }

  /** The path below the top directory; empty for what is outside of any. */
  private static String inTop(String name) {
    String path = name.startsWith("./") ? name.substring(2) : name;
    int slash = path.indexOf('/');
    boolean outside = slash <= 0 || path.startsWith("../") || path.startsWith("./");
    return outside ? "" : path.substring(slash + 1);
  }

  private static byte[] bytes(InputStream entry, SdistFilename name) throws IOException {
    byte[] bytes = entry.readNBytes(LARGEST_FILE + 1);
    if (bytes.length > LARGEST_FILE) {
      throw new MalformedArchiveException(name + " has a metadata file of more than 16 MiB");
    }
    return bytes;
  }
}
