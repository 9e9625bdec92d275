package dev.airlock.archive;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SeekableByteChannel;
import java.util.Collections;
import java.util.List;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Reads the {@code METADATA} of a wheel by way of its zip directory, so that a few kilobytes of a
 * file of gigabytes are enough.
 *
 * @see <a
 *     href="https://packaging.python.org/en/latest/specifications/binary-distribution-format/">Binary
 *     distribution format</a>
 */
public final class WheelArchive {
  private static final String INFO = ".dist-info";
  private static final String METADATA = "/METADATA";
  private static final int LARGEST = 16 << 20;

  private WheelArchive() {}

  /**
   * The bytes of the wheel's core metadata.
   *
   * @param channel the wheel; it stays open
   * @throws MalformedArchiveException when it is no zip file, or has not exactly one METADATA of
   *     this project
   */
  public static byte[] metadata(SeekableByteChannel channel, WheelFilename name)
      throws IOException {
    var borrowed = new Unclosable(channel);
    try {
      return read(borrowed, name);
    } catch (MalformedArchiveException e) {
      throw e;
    } catch (NoClassDefFoundError e) {
      // The zip reader finds out that it lacks a library when it needs it.
      throw new MalformedArchiveException(
          name + " is compressed in a way that is not read here; wheels have deflate");
    } catch (IOException | RuntimeException e) {
      // Broken archives make the zip reader throw either kind.
      if (borrowed.failure() != null) {
        throw borrowed.failure();
      }
      throw new MalformedArchiveException(name + " is no zip file, or not a whole one");
    }
  }

  private static byte[] read(SeekableByteChannel channel, WheelFilename name) throws IOException {
    try (ZipFile zip =
        ZipFile.builder().setSeekableByteChannel(channel).setIgnoreLocalFileHeader(true).get()) {
      List<ZipArchiveEntry> found =
          Collections.list(zip.getEntries()).stream()
              .filter(entry -> isMetadata(entry.getName(), name.project()))
              .toList();
      if (found.size() != 1) {
        throw new MalformedArchiveException(
            name
                + " has "
                + found.size()
                + " files "
                + name.project()
                + "-…"
                + INFO
                + METADATA
                + ": a wheel has one");
      }
      try (InputStream stream = zip.getInputStream(found.getFirst())) {
        byte[] bytes = stream.readNBytes(LARGEST + 1);
        if (bytes.length > LARGEST) {
          throw new MalformedArchiveException(name + " has a METADATA of more than 16 MiB");
        }
        return bytes;
      }
    }
  }

  private static boolean isMetadata(String path, ProjectName project) {
    int info = path.indexOf(INFO + METADATA);
    if (info < 0
        || info + INFO.length() + METADATA.length() != path.length()
        || path.indexOf('/') < info) {
      return false;
    }
    int dash = path.lastIndexOf('-', info);
    try {
      return dash > 0 && new ProjectName(path.substring(0, dash)).equals(project);
    } catch (MalformedException notAName) {
      return false;
    }
  }
}
