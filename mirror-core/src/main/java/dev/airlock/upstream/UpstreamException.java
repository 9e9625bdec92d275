package dev.airlock.upstream;

import java.io.IOException;
import java.net.URI;
import java.security.cert.CertificateException;
import java.time.Duration;
import javax.net.ssl.SSLPeerUnverifiedException;

/** An upstream that did not answer, or not as it should. The message names it and the cause. */
public final class UpstreamException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean transientTrouble;
  private final Duration retryAfter;
  private final boolean absent;

  private UpstreamException(String message, boolean transientTrouble, Throwable cause) {
    this(message, transientTrouble, Duration.ZERO, false, cause);
  }

  private UpstreamException(
      String message,
      boolean transientTrouble,
      Duration retryAfter,
      boolean absent,
      Throwable cause) {
    super(message, cause);
    this.transientTrouble = transientTrouble;
    this.retryAfter = retryAfter;
    this.absent = absent;
  }

  /** No answer: no route, no name, a reset connection, a time-out, a certificate not trusted. */
  public static UpstreamException unreachable(URI address, IOException cause) {
    boolean distrusted = isOfCertificate(cause);
    return new UpstreamException(
        Addresses.shown(address)
            + " cannot be reached: "
            + words(cause)
            + (distrusted ? "; SSL_CERT_FILE names the authorities to trust" : ""),
        !distrusted,
        cause);
  }

  private static boolean isOfCertificate(IOException failure) {
    if (failure instanceof SSLPeerUnverifiedException) {
      return true;
    }
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        return true;
      }
    }
    return false;
  }

  /** A transfer that ended before the file did. */
  public static UpstreamException broken(URI address, long length, long total) {
    String what = "the transfer ended after " + length + " of " + total + " bytes";
    return new UpstreamException(
        Addresses.shown(address) + ": " + what, true, new IOException(what));
  }

  /** An answer that is a failure. */
  static UpstreamException status(URI address, int status, String hint) {
    return status(address, status, hint, Duration.ZERO);
  }

  /** An answer that is a failure, with the pause that the upstream asks for. */
  static UpstreamException status(URI address, int status, String hint, Duration retryAfter) {
    boolean passing = status == 429 || status >= 500;
    return new UpstreamException(
        Addresses.shown(address) + " answered with the status " + status + hint,
        passing,
        retryAfter,
        status == 403 || status == 404 || status == 410,
        new IOException("HTTP " + status));
  }

  /** An answer that is not what was asked for. */
  static UpstreamException unexpected(URI address, String what) {
    return new UpstreamException(
        Addresses.shown(address) + ": " + what, false, new IOException(what));
  }

  private static String words(IOException cause) {
    String message = cause.getMessage();
    return cause.getClass().getSimpleName() + (message == null ? "" : " (" + message + ")");
  }

  /** Whether the same request may succeed later. */
  public boolean isTransient() {
    return transientTrouble;
  }

  /** How long the upstream asks to be left alone; zero where it does not ask. */
  public Duration retryAfter() {
    return retryAfter;
  }

  /** Whether the upstream answered that there is no such thing, or none for us. */
  public boolean isAbsent() {
    return absent;
  }
}
