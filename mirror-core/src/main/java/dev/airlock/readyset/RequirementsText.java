package dev.airlock.readyset;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads the text of a requirements file as pip does: a byte order mark decides its encoding, then a
 * {@code coding} comment in the first two lines, else it is UTF-8; {@code ${NAME}} stands for an
 * environment variable that is set.
 */
final class RequirementsText {
  private static final Pattern CODING = Pattern.compile("coding[:=]\\s*([-\\w.]+)");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z0-9_]+)}");

  /** The longer marks first, for one begins with the other. */
  private static final List<Mark> MARKS =
      List.of(
          new Mark(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF}, "UTF-8"),
          new Mark(new byte[] {(byte) 0xFF, (byte) 0xFE, 0, 0}, "UTF-32LE"),
          new Mark(new byte[] {0, 0, (byte) 0xFE, (byte) 0xFF}, "UTF-32BE"),
          new Mark(new byte[] {(byte) 0xFE, (byte) 0xFF}, "UTF-16BE"),
          new Mark(new byte[] {(byte) 0xFF, (byte) 0xFE}, "UTF-16LE"));

  private RequirementsText() {}

  @SuppressWarnings("ArrayRecordComponent") // constants that nobody compares
  private record Mark(byte[] bytes, String charset) {}

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException when it is not in the encoding that it says, or in none known
   * @throws IOException when it cannot be read
   */
  static String read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    for (Mark mark : MARKS) {
      byte[] begin = Arrays.copyOf(bytes, Math.min(mark.bytes().length, bytes.length));
      if (Arrays.equals(begin, mark.bytes())) {
        return decoded(
            Arrays.copyOfRange(bytes, begin.length, bytes.length), Charset.forName(mark.charset()));
      }
    }
    return decoded(bytes, stated(bytes));
  }

  private static Charset stated(byte[] bytes) {
    List<String> lines = new String(bytes, StandardCharsets.ISO_8859_1).lines().limit(2).toList();
    for (String line : lines) {
      Matcher coding = CODING.matcher(line);
      if (line.startsWith("#") && coding.find()) {
        return charset(coding.group(1));
      }
    }
    return StandardCharsets.UTF_8;
  }

  /** An encoding by its name, or by that without dashes: Python's latin-1 is latin1 in Java. */
  private static Charset charset(String name) {
    return Stream.of(name, name.replaceAll("[-_]", ""))
        .filter(RequirementsText::isKnown)
        .findFirst()
        .map(Charset::forName)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "its first lines say the encoding '" + name + "', which is not known"));
  }

  private static boolean isKnown(String name) {
    try {
      return Charset.isSupported(name);
    } catch (IllegalCharsetNameException e) {
      return false;
    }
  }

  private static String decoded(byte[] bytes, Charset charset) {
    try {
      return charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "it is not in "
              + charset
              + ": save it as UTF-8, or say its encoding in the first line, as in"
              + " '# -*- coding: latin-1 -*-'",
          e);
    }
  }

  /** A line with the environment variables in it replaced; one that is not set stays as it is. */
  static String expanded(String line, Map<String, String> environment) {
    return VARIABLE
        .matcher(line)
        .replaceAll(found -> {
          String value = environment.getOrDefault(found.group(1), "");
          return Matcher.quoteReplacement(value.isEmpty() ? found.group() : value);
        });
  }
}
