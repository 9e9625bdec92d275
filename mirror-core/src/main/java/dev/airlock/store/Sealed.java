package dev.airlock.store;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.digest.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The form of the store's documents: a JSON object whose first key, {@code seal}, is the SHA-256 of
 * all bytes behind its digits. So a document of which a single bit changed is known, as blobs are.
 */
public final class Sealed {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KEY = "seal";
  private static final byte[] BEGINNING =
      ("{\"" + KEY + "\":\"").getBytes(StandardCharsets.US_ASCII);
  private static final int DIGITS = 64;

  /** The beginning, the digits, and the quote behind them. */
  private static final int PREFIX = BEGINNING.length + DIGITS + 1;

  private Sealed() {}

  /** The bytes of a document, which ends with a line break. */
  public static byte[] seal(ObjectNode document) throws IOException {
    document.remove(KEY);
    String text = JSON.writeValueAsString(document).substring(1);
    byte[] rest =
        ("\"" + (document.isEmpty() ? "" : ",") + text + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] bytes = Arrays.copyOf(BEGINNING, BEGINNING.length + DIGITS + rest.length);
    byte[] seal = Sha256.of(rest).hex().getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(seal, 0, bytes, BEGINNING.length, DIGITS);
    System.arraycopy(rest, 0, bytes, BEGINNING.length + DIGITS, rest.length);
    return bytes;
  }

  /**
   * What a document says, without its seal.
   *
   * @throws DamagedDocumentException when it is not what was sealed
   */
  public static ObjectNode open(byte[] bytes) throws DamagedDocumentException {
    if (!isSealed(bytes)) {
      throw new DamagedDocumentException("it has no seal");
    }
    String seal = new String(bytes, BEGINNING.length, DIGITS, StandardCharsets.US_ASCII);
    byte[] rest = Arrays.copyOfRange(bytes, BEGINNING.length + DIGITS, bytes.length);
    if (!Sha256.of(rest).hex().equals(seal)) {
      throw new DamagedDocumentException("its bytes are not those that were sealed");
    }
    try {
      if (JSON.readTree(bytes) instanceof ObjectNode document) {
        document.remove(KEY);
        return document;
      }
      throw new DamagedDocumentException("it is no JSON object");
    } catch (JacksonException e) {
      throw new DamagedDocumentException("it is no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new DamagedDocumentException("it cannot be read: " + e.getMessage());
    }
  }

  /** Whether bytes begin as a sealed document does, be the seal right or not. */
  public static boolean isSealed(byte[] bytes) {
    return bytes.length > PREFIX
        && Arrays.equals(bytes, 0, BEGINNING.length, BEGINNING, 0, BEGINNING.length);
  }

  /** What an unsealed document of format 1 says. */
  static JsonNode unsealed(byte[] bytes) throws DamagedDocumentException {
    try {
      return JSON.readTree(bytes);
    } catch (IOException e) {
      throw new DamagedDocumentException("it is no JSON: " + e.getMessage());
    }
  }
}
