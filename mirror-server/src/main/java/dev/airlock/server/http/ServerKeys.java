package dev.airlock.server.http;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.nio.file.NoSuchFileException;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The server's certificate and key, as they are in their files at each handshake. When the files
 * change and cannot be used, the last good pair stays; that is logged once a change.
 */
final class ServerKeys extends X509ExtendedKeyManager {
  private static final Logger LOG = System.getLogger(ServerKeys.class.getName());
  private static final byte[] PROBE = {42};

  private final TlsFiles files;
  private List<FileState> seen;
  private volatile Pair current;

  /** The last one too: a handshake may still be about to ask for it. */
  private volatile Pair previous;

  private record Pair(String alias, List<X509Certificate> chain, PrivateKey key) {
    PublicKey publicKey() {
      return chain.getFirst().getPublicKey();
    }
  }

  /**
   * Reads the files.
   *
   * @throws IOException when they cannot be used
   */
  ServerKeys(TlsFiles files) throws IOException {
    this.files = files;
    this.seen = states();
    this.current = read("1");
    this.previous = current;
  }

  /** What TLS connections are made with. */
  SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new X509ExtendedKeyManager[] {this}, null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  private List<FileState> states() {
    return List.of(FileState.of(files.certificates()), FileState.of(files.key()));
  }

  private Pair read(String alias) throws IOException {
    try {
      List<X509Certificate> chain = Pem.certificates(files.certificates());
      PublicKey owner = chain.getFirst().getPublicKey();
      var pair = new Pair(alias, chain, Pem.privateKey(files.key(), owner));
      if (!belongTogether(pair)) {
        throw new IOException(
            "the key in '"
                + files.key()
                + "' is not that of the first certificate in '"
                + files.certificates()
                + "'");
      }
      return pair;
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file '" + e.getFile() + "'", e);
    }
  }

  private static boolean belongTogether(Pair pair) throws IOException {
    String algorithm =
        switch (pair.publicKey().getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case "EdDSA" -> "EdDSA";
          case String other ->
              throw new IOException(
                  "the certificate has a key of the kind "
                      + other
                      + ": accepted are RSA, EC and Ed25519");
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(pair.key());
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(pair.publicKey());
      signature.update(PROBE);
      return signature.verify(signed);
    } catch (GeneralSecurityException notEvenSimilar) {
      return false;
    }
  }

  private synchronized Pair now() {
    List<FileState> states = states();
    if (!states.equals(seen)) {
      seen = states;
      try {
        Pair next = read(Integer.toString(Integer.parseInt(current.alias()) + 1));
        previous = current;
        current = next;
        LOG.log(Level.INFO, "the certificate was read anew from {0}", files.certificates());
      } catch (IOException | RuntimeException e) {
        LOG.log(
            Level.WARNING,
            "the new certificate cannot be used, the old one stays: " + e.getMessage());
      }
    }
    return current;
  }

  private @Nullable Pair named(String alias) {
    return Stream.of(current, previous)
        .filter(pair -> pair.alias().equals(alias))
        .findFirst()
        .orElse(null);
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    Pair pair = now();
    return pair.publicKey().getAlgorithm().equalsIgnoreCase(keyType) ? pair.alias() : null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return chooseEngineServerAlias(keyType, issuers, null);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    String alias = chooseEngineServerAlias(keyType, issuers, null);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    Pair pair = named(alias);
    return pair == null ? null : pair.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    Pair pair = named(alias);
    return pair == null ? null : pair.key();
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
