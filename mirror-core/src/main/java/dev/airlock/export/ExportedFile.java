package dev.airlock.export;

import dev.airlock.digest.Sha256;
import dev.airlock.packaging.MalformedException;
import java.util.Comparator;
import java.util.regex.Pattern;

/**
 * A file that an export wrote, or is about to write.
 *
 * @param place where it is, below the folder, with {@code /} between names on every system
 * @param size its size in bytes
 * @param sha256 the digest of its bytes
 */
public record ExportedFile(String place, long size, Sha256 sha256)
    implements Comparable<ExportedFile> {
  private static final Pattern PLACE =
      Pattern.compile("(?:[\\w+!-][\\w.+!-]*/)*[\\w+!-][\\w.+!-]*");
  private static final Comparator<ExportedFile> ORDER =
      Comparator.comparing(ExportedFile::place)
          .thenComparing(ExportedFile::sha256)
          .thenComparingLong(ExportedFile::size);

  /**
   * Checks that the place is below the folder.
   *
   * @throws MalformedException when it may be elsewhere
   */
  public ExportedFile {
    if (!PLACE.matcher(place).matches()) {
      throw new MalformedException(
          "place of an exported file", place, "it has to be a relative path of plain names");
    }
  }

  @Override
  public int compareTo(ExportedFile other) {
    return ORDER.compare(this, other);
  }
}
