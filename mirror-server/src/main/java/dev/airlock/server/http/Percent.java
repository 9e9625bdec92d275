package dev.airlock.server.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Reads percent-encoded path segments: a {@code +} is a plus, never a space. */
final class Percent {
  private Percent() {}

  /** The text of a segment. */
  static String decode(String raw) throws BadRequestException {
    var bytes = new ByteArrayOutputStream(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        bytes.write(octet(raw, i));
        i += 2;
      } else if (c > ' ' && c < 0x7f) {
        bytes.write(c);
      } else {
        throw new BadRequestException(
            "the address holds a character that has to be percent-encoded");
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new BadRequestException("the address is not UTF-8 once decoded");
    }
  }

  private static int octet(String raw, int percent) throws BadRequestException {
    if (percent + 2 >= raw.length()
        || !HexFormat.isHexDigit(raw.charAt(percent + 1))
        || !HexFormat.isHexDigit(raw.charAt(percent + 2))) {
      throw new BadRequestException(
          "a '%' in the address is not followed by two hexadecimal digits");
    }
    return HexFormat.fromHexDigits(raw, percent + 1, percent + 3);
  }
}
