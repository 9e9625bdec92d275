package dev.airlock.server.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads certificates and private keys in text form.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7468">RFC 7468</a>
 */
final class Pem {
  private static final long LARGEST = 1 << 20;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  private record Block(String label, String base64) {
    byte[] content() throws GeneralSecurityException {
      try {
        return Base64.getMimeDecoder().decode(base64);
      } catch (IllegalArgumentException e) {
        throw new GeneralSecurityException("its text is not base64", e);
      }
    }
  }

  private Pem() {}

  /**
   * The certificates of a file, in its order.
   *
   * @throws IOException when there is none, or one is damaged
   */
  static List<X509Certificate> certificates(Path file) throws IOException {
    var certificates = new ArrayList<X509Certificate>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Block block : blocks(file)) {
        if (block.label().equals("CERTIFICATE")
            && factory.generateCertificate(new ByteArrayInputStream(block.content()))
                instanceof X509Certificate certificate) {
          certificates.add(certificate);
        }
      }
    } catch (GeneralSecurityException e) {
      throw new IOException("'" + file + "' holds a damaged certificate: " + e.getMessage(), e);
    }
    if (certificates.isEmpty()) {
      throw new IOException(
          "'"
              + file
              + "' holds no certificate: expected is a PEM file with -----BEGIN CERTIFICATE-----,"
              + " the server's first, then those that lead to its authority");
    }
    return List.copyOf(certificates);
  }

  /**
   * The private key of a file that belongs to a public key.
   *
   * @throws IOException when there is none in PKCS #8, or one of another kind
   */
  static PrivateKey privateKey(Path file, PublicKey owner) throws IOException {
    for (Block block : blocks(file)) {
      if (block.label().equals("PRIVATE KEY")) {
        try {
          return KeyFactory.getInstance(owner.getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(block.content()));
        } catch (GeneralSecurityException e) {
          throw new IOException(
              "'" + file + "' holds no " + owner.getAlgorithm() + " key, as the certificate has",
              e);
        }
      }
      if (block.label().endsWith(" PRIVATE KEY")) {
        throw new IOException(
            "'"
                + file
                + "' holds a key as '"
                + block.label()
                + "': expected is one in PKCS #8 without a password. Convert it: openssl pkcs8"
                + " -topk8 -nocrypt -in '"
                + file
                + "' -out key.pem");
      }
    }
    throw new IOException(
        "'" + file + "' holds no key: expected is a PEM file with -----BEGIN PRIVATE KEY-----");
  }

  private static List<Block> blocks(Path file) throws IOException {
    if (Files.size(file) > LARGEST) {
      throw new IOException("'" + file + "' has more than " + LARGEST + " bytes: no PEM file has");
    }
    String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    var blocks = new ArrayList<Block>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), matcher.group(2)));
    }
    return blocks;
  }
}
