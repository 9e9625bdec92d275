package dev.airlock.store;

import dev.airlock.digest.Sha256;
import dev.airlock.files.DurableFiles;
import dev.airlock.files.ReadFailures;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands in a file beside an unfinished blob: the validator in its first line and, where no
 * digest is known that the blob is to have, what its first bytes are in the second.
 *
 * @param validator the upstream's validator of the version that the bytes are of
 * @param first the first bytes
 */
record PartNote(String validator, Optional<First> first) {
  private static final Pattern FIRST = Pattern.compile("([0-9]{1,18}) ([0-9a-f]{64})");

  /**
   * The first bytes of an unfinished blob.
   *
   * @param length how many
   * @param sha256 their digest
   */
  record First(long length, Sha256 sha256) {}

  /** Where the note of a part is. */
  static Path of(Path part) {
    return part.resolveSibling(part.getFileName() + ".validator");
  }

  /** Reads a note. One that cannot be read is none: then the transfer begins afresh. */
  static Optional<PartNote> read(Path file) throws IOException {
    try {
      String[] lines = Files.readString(file).split("\n", -1);
      Matcher first = FIRST.matcher(lines.length > 1 ? lines[1] : "");
      return lines[0].isBlank()
          ? Optional.empty()
          : Optional.of(
              new PartNote(
                  lines[0],
                  first.matches()
                      ? Optional.of(
                          new First(Long.parseLong(first.group(1)), new Sha256(first.group(2))))
                      : Optional.empty()));
    } catch (NoSuchFileException | AccessDeniedException | CharacterCodingException none) {
      return Optional.empty();
    } catch (IOException e) {
      if (ReadFailures.isOfTheFile(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Writes a note. One that tells the first bytes is looked at when it is read, and need not wait
   * for the disk.
   */
  void write(Path file) throws IOException {
    String text =
        validator
            + first.map(each -> "\n" + each.length() + " " + each.sha256().hex() + "\n").orElse("");
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (first.isPresent()) {
      DurableFiles.writeSoon(file, bytes);
    } else {
      DurableFiles.write(file, bytes);
    }
  }
}
