package dev.airlock.archive;

import dev.airlock.digest.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/**
 * A pure wheel in the making. Files are stored without compression, in the order of their names,
 * with one time and one set of permissions, so that the bytes depend on the content alone.
 *
 * @see <a
 *     href="https://packaging.python.org/en/latest/specifications/binary-distribution-format/">Binary
 *     distribution format</a>
 */
final class PureWheel {
  /** The first that zip files can say. */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private static final int PERMISSIONS = 0100644;
  private static final String RECORD = "RECORD";

  private final String info;
  private final Map<String, byte[]> content = new TreeMap<>();
  private final Map<String, byte[]> infos = new TreeMap<>();

  /** An empty wheel, whose metadata goes into {@code STEM.dist-info}. */
  PureWheel(String stem) {
    this.info = stem + ".dist-info/";
  }

  /** What {@code WHEEL} says. */
  static byte[] description(String generator) {
    return ("Wheel-Version: 1.0\nGenerator: "
            + generator
            + "\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Adds a file that is installed. */
  void add(String path, byte[] bytes) {
    content.put(path, bytes);
  }

  /** Adds a file of metadata. */
  void addInfo(String name, byte[] bytes) {
    infos.put(info + name, bytes);
  }

  /** Its bytes: first what is installed, then the metadata, with the record last. */
  byte[] bytes() throws IOException {
    var record = new StringBuilder();
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipArchiveOutputStream(bytes)) {
      for (Map<String, byte[]> files : List.of(content, infos)) {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
          put(zip, file.getKey(), file.getValue());
          record.append(line(file.getKey(), file.getValue()));
        }
      }
      record.append(quoted(info + RECORD)).append(",,\n");
      put(zip, info + RECORD, record.toString().getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static void put(ZipArchiveOutputStream zip, String path, byte[] bytes)
      throws IOException {
    var entry = new ZipArchiveEntry(path);
    entry.setMethod(ZipArchiveEntry.STORED);
    entry.setSize(bytes.length);
    var crc = new CRC32();
    crc.update(bytes);
    entry.setCrc(crc.getValue());
    entry.setTimeLocal(TIME);
    entry.setUnixMode(PERMISSIONS);
    zip.putArchiveEntry(entry);
    zip.write(bytes);
    zip.closeArchiveEntry();
  }

  private static String line(String path, byte[] bytes) {
    byte[] digest = HexFormat.of().parseHex(Sha256.of(bytes).hex());
    return quoted(path)
        + ",sha256="
        + Base64.getUrlEncoder().withoutPadding().encodeToString(digest)
        + ","
        + bytes.length
        + "\n";
  }

  /** A cell of CSV (RFC 4180). */
  private static String quoted(String path) {
    return path.indexOf(',') < 0 && path.indexOf('"') < 0
        ? path
        : "\"" + path.replace("\"", "\"\"") + "\"";
  }
}
