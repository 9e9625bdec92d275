package dev.airlock.upstream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * The certificate authorities of {@code SSL_CERT_FILE} (or {@code REQUESTS_CA_BUNDLE}), which
 * replace the JDK's.
 */
record Certificates(SSLContext context, X509TrustManager trust) {
  private static final List<String> VARIABLES = List.of("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE");

  static Optional<Certificates> from(Map<String, String> environment) throws IOException {
    for (String variable : VARIABLES) {
      String file = environment.getOrDefault(variable, "");
      if (!file.isBlank()) {
        return Optional.of(load(variable, Path.of(file)));
      }
    }
    return Optional.empty();
  }

  private static Certificates load(String variable, Path file) throws IOException {
    try {
      // The factory reads byte by byte.
      var stream = new ByteArrayInputStream(Files.readAllBytes(file));
      KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
      authorities.load(null, null);
      int number = 0;
      for (Certificate authority :
          CertificateFactory.getInstance("X.509").generateCertificates(stream)) {
        authorities.setCertificateEntry("authority-" + number++, authority);
      }
      if (number == 0) {
        throw new IOException("it has no certificate");
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(authorities);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager trust) {
          SSLContext context = SSLContext.getInstance("TLS");
          context.init(null, new TrustManager[] {trust}, null);
          return new Certificates(context, trust);
        }
      }
      throw new IOException("this JDK makes no X.509 trust manager");
    } catch (GeneralSecurityException | IOException e) {
      throw new IOException(
          variable
              + "='"
              + file
              + "' cannot be used: it has to be a file of certificates in PEM form ("
              + e.getMessage()
              + ")",
          e);
    }
  }
}
