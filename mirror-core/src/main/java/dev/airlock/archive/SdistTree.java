package dev.airlock.archive;

import dev.airlock.packaging.repack.Derivation;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.ArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;

/**
 * All files of a small sdist in memory, by their paths below its top directory.
 *
 * @param files their bytes
 * @param others the paths of what is neither file nor directory: links, devices
 */
record SdistTree(NavigableMap<String, byte[]> files, Set<String> others) {
  private static final long MOST_BYTES = 64L << 20;
  private static final int MOST_FILES = 20_000;

  /**
   * Reads an sdist to its end.
   *
   * @throws RepackException when it is no plain tree below one directory, or too large
   * @throws MalformedArchiveException when it is no whole archive of its kind
   */
  static SdistTree read(InputStream stream, Derivation derivation) throws IOException {
    try {
      return read(SdistArchive.open(stream, derivation.sdist().text()), derivation);
    } catch (MalformedArchiveException | RepackException e) {
      throw e;
    } catch (NoClassDefFoundError e) {
      throw SdistArchive.unknownCompression(derivation.sdist());
    } catch (IOException | RuntimeException e) {
      // Broken archives make the readers throw either kind.
      throw new MalformedArchiveException(
          derivation.sdist() + " is not a whole archive: " + e.getMessage());
    }
  }

  private static SdistTree read(ArchiveInputStream<?> archive, Derivation derivation)
      throws IOException {
    var files = new TreeMap<String, byte[]>();
    var others = new TreeSet<String>();
    var tops = new TreeSet<String>();
    long bytes = 0;
    for (ArchiveEntry entry = archive.getNextEntry();
        entry != null;
        entry = archive.getNextEntry()) {
      if (entry instanceof ZipArchiveEntry zipped && !SdistArchive.isReadable(zipped)) {
        throw SdistArchive.unknownCompression(derivation.sdist());
      }
      if (entry.isDirectory()) {
        continue;
      }
      String path = checked(entry.getName(), derivation);
      int slash = path.indexOf('/');
      tops.add(slash < 0 ? "" : path.substring(0, slash));
      String inTop = path.substring(slash + 1);
      if (isOther(entry)) {
        others.add(inTop);
        continue;
      }
      byte[] content = archive.readNBytes((int) (MOST_BYTES - bytes + 1));
      bytes += content.length;
      if (bytes > MOST_BYTES || files.size() > MOST_FILES) {
        throw new RepackException(
            derivation,
            "it unpacks to more than 64 MiB, or 20,000 files: build a wheel of it where its index"
                + " can be reached");
      }
      if (files.put(inTop, content) != null) {
        throw new RepackException(derivation, "it has the file '" + inTop + "' twice");
      }
    }
    if (tops.size() != 1 || tops.contains("")) {
      throw new RepackException(
          derivation, "an sdist has all its files in one directory; here is " + tops);
    }
    return new SdistTree(files, others);
  }

  private static boolean isOther(ArchiveEntry entry) {
    return switch (entry) {
      case TarArchiveEntry tar -> !tar.isFile() || tar.isLink() || tar.isSymbolicLink();
      case ZipArchiveEntry zipped -> zipped.isUnixSymlink();
      default -> false;
    };
  }

  /** A path that means the same everywhere. */
  private static String checked(String name, Derivation derivation) throws RepackException {
    String path = name.startsWith("./") ? name.substring(2) : name;
    boolean plain =
        path.chars().noneMatch(c -> c < ' ' || c == '\\' || c == ':' || c == 0x7f || c == 0xfffd)
            && List.of(path.split("/", -1)).stream()
                .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
    if (!plain) {
      throw new RepackException(
          derivation, "it has a file named '" + name + "', which is no path on every system");
    }
    return path;
  }

  /** A file by its path. */
  Optional<byte[]> file(String path) {
    return Optional.ofNullable(files.get(path));
  }

  /** Whether something lies in a folder, whose path ends with a slash. */
  boolean hasFolder(String folder) {
    String next = files.ceilingKey(folder);
    return next != null && next.startsWith(folder);
  }

  /** The files in a folder and below, whose path ends with a slash. */
  Map<String, byte[]> below(String folder) {
    // The character after the slash ends what begins with the folder.
    return files.subMap(folder, folder.substring(0, folder.length() - 1) + (char) ('/' + 1));
  }
}
