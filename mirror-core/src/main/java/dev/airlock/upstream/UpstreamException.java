package dev.airlock.upstream;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import javax.net.ssl.SSLPeerUnverifiedException;

/** An upstream that did not answer, or not as it should. The message names it and the cause. */
public final class UpstreamException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What is wrong, in kinds that are treated differently. */
  enum Trouble {
    /** No connection: no route, no name, nobody listening, no TLS. */
    CONNECTION,
    /** A certificate that is not trusted: no connection either, and none the next time. */
    DISTRUST,
    /** A connection, and nothing more over it in time. */
    SILENCE,
    /** A connection that ended before the answer did. */
    BREAK,
    /** An answer that is a failure which may pass. */
    FAILURE,
    /** An answer that says that there is no such thing, or none for us. */
    ABSENCE,
    /** An answer that makes no sense. */
    NONSENSE,
    /** An address that is not contacted. */
    REFUSAL,
    /** A host that is left alone for now. */
    REST
  }

  private final Trouble trouble;
  private final Duration retryAfter;

  private UpstreamException(String message, Trouble trouble, Throwable cause) {
    this(message, trouble, Duration.ZERO, cause);
  }

  private UpstreamException(String message, Trouble trouble, Duration retryAfter, Throwable cause) {
    super(message, cause);
    this.trouble = trouble;
    this.retryAfter = retryAfter;
  }

  /**
   * An answer that did not come to its end: a reset connection, or silence. A cause that says so
   * itself is returned as it is.
   */
  public static UpstreamException unreachable(URI address, IOException cause) {
    if (cause instanceof UpstreamException known) {
      return known;
    }
    return unanswered(
        address, cause instanceof SocketTimeoutException ? Trouble.SILENCE : Trouble.BREAK, cause);
  }

  /** No connection: no route, no name, nobody listening, a certificate not trusted. */
  static UpstreamException unconnected(URI address, IOException cause) {
    return unanswered(address, Trouble.CONNECTION, cause);
  }

  /** A connection, and no answer over it. */
  static UpstreamException silent(URI address, IOException cause) {
    return unanswered(address, Trouble.SILENCE, cause);
  }

  private static UpstreamException unanswered(URI address, Trouble trouble, IOException cause) {
    boolean distrusted = isOfCertificate(cause);
    return new UpstreamException(
        Addresses.shown(address)
            + " cannot be reached: "
            + words(cause)
            + (distrusted ? "; SSL_CERT_FILE names the authorities to trust" : ""),
        distrusted ? Trouble.DISTRUST : trouble,
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
        Addresses.shown(address) + ": " + what, Trouble.BREAK, new IOException(what));
  }

  /**
   * An answer that goes on, but too slowly to be waited for.
   *
   * @param trouble a break where it can be gone on with, else silence
   */
  static UpstreamException tooSlow(URI address, Trouble trouble, String what) {
    return new UpstreamException(
        Addresses.shown(address) + ": " + what, trouble, new IOException(what));
  }

  /** An answer that is a failure. */
  static UpstreamException status(URI address, int status, String hint) {
    return status(address, status, hint, Duration.ZERO);
  }

  /** An answer that is a failure, with the pause that the upstream asks for. */
  static UpstreamException status(URI address, int status, String hint, Duration retryAfter) {
    Trouble trouble =
        switch (status) {
          case 403, 404, 410 -> Trouble.ABSENCE;
          case 429 -> Trouble.FAILURE;
          default -> status >= 500 ? Trouble.FAILURE : Trouble.NONSENSE;
        };
    return new UpstreamException(
        Addresses.shown(address) + " answered with the status " + status + hint,
        trouble,
        retryAfter,
        new IOException("HTTP " + status));
  }

  /**
   * A page that is refused. It says nothing of whether there is such a project, so no other place
   * may be asked instead.
   */
  static UpstreamException forbidden(URI page) {
    String host = String.valueOf(Addresses.withoutCredentials(page).getRawAuthority());
    return unexpected(
        page,
        "it answered with the status 403, which is a refusal and does not say that there is no such"
            + " project. Put valid credentials for "
            + host
            + " into ~/.netrc; or, if this host answers so for what it does not have, name it under"
            + " \"forbidden_means_absent\"");
  }

  /**
   * The same where a host that is known to answer 403 for what it does not have does so, and
   * another place would be asked next.
   *
   * @param absence what it answered, as a clause
   */
  public static UpstreamException uncertain(String absence) {
    String what =
        absence
            + ", which may be a refusal: the index has no list of its projects that says otherwise."
            + " So no other index is asked for the project. Say which index it comes from, under"
            + " `projects` of that index";
    return new UpstreamException(what, Trouble.NONSENSE, new IOException(what));
  }

  /** An answer that is not what was asked for. */
  static UpstreamException unexpected(URI address, String what) {
    return new UpstreamException(
        Addresses.shown(address) + ": " + what, Trouble.NONSENSE, new IOException(what));
  }

  /** An address that is not contacted. */
  static UpstreamException refused(URI address, String why) {
    return new UpstreamException(
        Addresses.shown(address) + " is not contacted: " + why,
        Trouble.REFUSAL,
        new IOException(why));
  }

  /** An address that an upstream led to, and that is not contacted. */
  static UpstreamException refused(URI from, String to, String why) {
    return new UpstreamException(
        Addresses.shown(from) + " redirects to " + to + ", which is not contacted: " + why,
        Trouble.REFUSAL,
        new IOException(why));
  }

  /**
   * A host that is left alone for a while.
   *
   * @param because the failure that made it so
   */
  static UpstreamException resting(URI address, UpstreamException because, Duration left) {
    return new UpstreamException(
        Addresses.shown(address)
            + " is not asked for another "
            + Names.words(Duration.ofSeconds(left.toSeconds()))
            + ": "
            + because.getMessage(),
        Trouble.REST,
        left,
        because);
  }

  /** A host that so much is fetched from that there is no room for more. */
  static UpstreamException busy(URI address, int transfers, Duration waited) {
    String what =
        "%d transfers from its host are under way, and none ended within %s"
            .formatted(transfers, Names.words(waited));
    return new UpstreamException(
        Addresses.shown(address) + ": " + what, Trouble.REST, waited, new IOException(what));
  }

  /** This failure, because of which the host is left alone from now on. */
  UpstreamException resting(Duration left) {
    return new UpstreamException(String.valueOf(getMessage()), Trouble.REST, left, this);
  }

  private static String words(IOException cause) {
    String message = cause.getMessage();
    if (cause instanceof UnknownHostException) {
      return "the name cannot be resolved (" + message + ")";
    }
    return cause.getClass().getSimpleName() + (message == null ? "" : " (" + message + ")");
  }

  Trouble trouble() {
    return trouble;
  }

  /**
   * Whether the same request may succeed when it is made again soon. Not while the upstream is left
   * alone.
   */
  public boolean isTransient() {
    return switch (trouble) {
      case CONNECTION, SILENCE, BREAK, FAILURE -> true;
      case DISTRUST, ABSENCE, NONSENSE, REFUSAL, REST -> false;
    };
  }

  /** How long the upstream asks, or is, to be left alone; zero where that is not known. */
  public Duration retryAfter() {
    return retryAfter;
  }

  /** Whether the upstream answered that there is no such thing, or none for us. */
  public boolean isAbsent() {
    return trouble == Trouble.ABSENCE;
  }

  /**
   * Whether there was no answer at all: no name, no connection, no TLS, silence, or a host that is
   * left alone because of these or of repeated failures.
   */
  public boolean isUnreachable() {
    return switch (trouble) {
      case CONNECTION, DISTRUST, SILENCE, REST -> true;
      case BREAK, FAILURE, ABSENCE, NONSENSE, REFUSAL -> false;
    };
  }

  /** Whether the address is not one that may be contacted. */
  public boolean isRefused() {
    return trouble == Trouble.REFUSAL;
  }
}
