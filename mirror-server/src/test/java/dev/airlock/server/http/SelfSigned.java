package dev.airlock.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A new certificate of the loopback address with its key, made by the JDK's keytool.
 *
 * @param certificate the certificate
 * @param key the key, in PKCS #8
 */
public record SelfSigned(Certificate certificate, Key key) {
  private static final char[] PASSWORD = "fixture".toCharArray();

  /** One with a key of some kind: RSA, EC or Ed25519. */
  public static SelfSigned make(Path directory, String algorithm) throws Exception {
    Path store = directory.resolve(algorithm + System.nanoTime() + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "loopback",
                "-keyalg",
                algorithm,
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-validity",
                "3650",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException(said);
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    return new SelfSigned(keys.getCertificate("loopback"), keys.getKey("loopback", PASSWORD));
  }

  /** Writes both. */
  public TlsFiles write(Path directory) throws IOException, GeneralSecurityException {
    return new TlsFiles(
        Files.writeString(
            directory.resolve("cert.pem"), pem("CERTIFICATE", certificate.getEncoded())),
        Files.writeString(directory.resolve("key.pem"), pem("PRIVATE KEY", key.getEncoded())));
  }

  /** Bytes in text form. */
  static String pem(String label, byte[] bytes) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(label, Base64.getMimeEncoder().encodeToString(bytes));
  }

  /** What trusts this certificate and no other. */
  public SSLContext trust() throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("loopback", certificate);
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }
}
