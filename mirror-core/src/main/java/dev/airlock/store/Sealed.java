package dev.airlock.store;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.digest.Sha256;
import dev.airlock.files.ReadFailures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
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

  /** The largest pages have some tens of megabytes. */
  private static final long LARGEST = 256L << 20;

  /** How often a document is looked for that is there and cannot be found. */
  private static final int LOOKS = 100;

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
   * The bytes of a document's file. Nothing else is opened: to read a pipe may take for ever.
   *
   * @throws DamagedDocumentException when it is no file, is too large for a document, or is to
   *     blame itself for not being readable
   * @throws NoSuchFileException when it is not there
   */
  public static byte[] bytes(Path document) throws IOException {
    for (int look = 1; ; look++) {
      try {
        return bytesNow(document);
      } catch (NoSuchFileException e) {
        // File systems that run in user space, as exFAT's and NTFS's do, may say so of what is
        // there when somebody replaces it.
        if (look == LOOKS || !Files.exists(document)) {
          throw e;
        }
      }
    }
  }

  private static byte[] bytesNow(Path document) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(document, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        throw new DamagedDocumentException("it is no regular file");
      }
      if (attributes.size() > LARGEST) {
        throw new DamagedDocumentException(
            "it has " + attributes.size() + " bytes, and a document has " + LARGEST + " at most");
      }
      return Files.readAllBytes(document);
    } catch (IOException e) {
      if (ReadFailures.isOfTheFile(e)) {
        throw new DamagedDocumentException(ReadFailures.reason(e));
      }
      throw e;
    }
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
    } catch (JacksonException e) {
      throw new DamagedDocumentException("it is no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new DamagedDocumentException("it cannot be read: " + e.getMessage());
    }
  }
}
