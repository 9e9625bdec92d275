package dev.airlock.upstream;

import dev.airlock.index.Authority;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import okhttp3.Request;

/**
 * The HTTP client: proxies, credentials and certificates of the environment, few connections to one
 * host, redirects without credentials for other hosts, hosts that fail left alone where that is
 * wanted. There is no limit on the time of a whole transfer, only on silence and slowness.
 */
public final class Http implements Closeable {
  private static final int PER_HOST = 16;

  /** A server's clients do not know of each other: some slow files must not keep others waiting. */
  private static final int FILES_OF_A_SERVER = 256;

  /** How long a server's client waits for one of them to end. */
  private static final Duration PERMIT = Duration.ofSeconds(10);

  private static final Duration FOR_EVER = Duration.ofDays(365);

  private static final String DOCUMENT = "document ";
  private static final String FILE = "file ";
  private static final long LARGEST_DOCUMENT = 64L << 20;

  private final Calls calls;
  private final Logins logins;
  private final Retries retries;
  private final boolean rests;
  private final Map<String, Semaphore> hosts = new ConcurrentHashMap<>();

  /**
   * How a client behaves.
   *
   * @param userAgent what it calls itself
   * @param environment the environment variables: proxies, certificates, {@code NETRC}
   * @param home the user's home directory
   * @param retries how often a document is asked for
   * @param patience how long an upstream is waited for
   * @param egress which hosts may be contacted
   * @param rests whether hosts that fail are left alone for a while
   */
  public record Settings(
      String userAgent,
      Map<String, String> environment,
      Path home,
      Retries retries,
      Patience patience,
      Egress egress,
      boolean rests) {}

  /** A document that was read whole. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Document(
      URI address, int status, String contentType, Optional<String> etag, byte[] bytes) {}

  private Http(Calls calls, Logins logins, Retries retries, boolean rests) {
    this.rests = rests;
    this.calls = calls;
    this.logins = logins;
    this.retries = retries;
  }

  /**
   * A client for the environment of a process that runs a command: patient, free to contact any
   * host. The certificates are read when an address asks for them, and so is what is wrong with
   * them told then.
   *
   * @param userAgent what it calls itself
   * @param environment the environment variables: proxies, certificates, {@code NETRC}
   * @param home the user's home directory
   * @throws IOException when a proxy or {@code NETRC} cannot be used
   */
  public static Http of(
      String userAgent, Map<String, String> environment, Path home, Retries retries)
      throws IOException {
    return of(
        new Settings(
            userAgent, environment, home, retries, Patience.USUAL, Egress.ANYWHERE, false));
  }

  /**
   * A client that behaves as it is told. The certificates are read when an address asks for them.
   *
   * @throws IOException when a proxy or {@code NETRC} cannot be used
   */
  public static Http of(Settings settings) throws IOException {
    return of(settings, Machine.REAL);
  }

  /** The same on another machine. */
  static Http of(Settings settings, Machine machine) throws IOException {
    var proxies = new EnvironmentProxies(settings.environment());
    var logins = new Logins(Netrc.read(settings.environment(), settings.home()));
    return new Http(
        new Calls(settings, proxies, logins, machine),
        logins,
        settings.retries(),
        settings.rests());
  }

  /**
   * Reads a document whole, of at most 64 MiB.
   *
   * @param accept the forms wanted
   * @param etag the validator of the document that is held
   */
  Document document(URI address, String accept, Optional<String> etag) throws IOException {
    return retries.run(() -> {
      Request.Builder request = request(address).header("Accept", accept);
      etag.ifPresent(validator -> request.header("If-None-Match", validator));
      try (Permit _ = permit(DOCUMENT, address);
          Reply reply = calls.send(request.build(), Calls.Line.SHARED)) {
        if (reply.isPassing()) {
          throw reply.failure(address, "");
        }
        return new Document(
            reply.address(),
            reply.status(),
            reply.header("Content-Type").orElse(""),
            reply.validator("ETag"),
            reply.status() == 200 ? bytes(reply, address) : reply.nothing());
      }
    });
  }

  private static byte[] bytes(Reply reply, URI address) throws IOException {
    try (InputStream body = reply.body(Body.Pace.WHOLE)) {
      byte[] bytes =
          reply.length() > LARGEST_DOCUMENT
              ? new byte[0]
              : body.readNBytes((int) LARGEST_DOCUMENT + 1);
      if (Math.max(bytes.length, reply.length()) > LARGEST_DOCUMENT) {
        throw UpstreamException.unexpected(address, "its page is larger than 64 MiB");
      }
      return bytes;
    }
  }

  /**
   * Begins the transfer of a file, which goes on while its body is read. It is not tried again
   * here: whoever reads the body knows how far it came.
   *
   * @param from the first byte wanted
   * @param validator the version of the file that the earlier bytes are of
   */
  Transfer transfer(URI address, long from, Optional<String> validator) throws IOException {
    Request.Builder request = request(address).header("Accept-Encoding", "identity");
    if (from > 0 && validator.isPresent()) {
      request.header("Range", "bytes=" + from + "-").header("If-Range", validator.get());
    }
    Permit permit = permit(FILE, address);
    Reply reply = null;
    try {
      reply = calls.send(request.build(), Calls.Line.OWN);
      if (reply.status() == 416) {
        // There is nothing from there on: the file is shorter today, so it is begun afresh.
        reply.close();
        Request whole = request.removeHeader("Range").removeHeader("If-Range").build();
        reply = calls.send(whole, Calls.Line.OWN);
      }
      Transfer transfer = transfer(reply, address, from, permit);
      reply = null;
      return transfer;
    } finally {
      if (reply != null) {
        reply.close();
      }
      if (permit.isHeld()) {
        permit.close();
      }
    }
  }

  private static Transfer transfer(Reply reply, URI address, long from, Permit permit)
      throws IOException {
    Optional<String> validator =
        reply
            .validator("ETag")
            .filter(etag -> !etag.startsWith("W/"))
            .or(() -> reply.validator("Last-Modified"));
    if (reply.status() == 200) {
      long length = reply.length();
      OptionalLong total = length >= 0 ? OptionalLong.of(length) : OptionalLong.empty();
      return new Transfer(permit.releasing(reply.body(Body.Pace.STRETCHES)), 0, total, validator);
    }
    if (reply.status() == 206) {
      ContentRange range = ContentRange.of(reply.header("Content-Range").orElse(""));
      if (range.first() != from) {
        throw UpstreamException.unexpected(
            address,
            "it was asked for the bytes from " + from + " and sent those from " + range.first());
      }
      return new Transfer(
          permit.releasing(reply.body(Body.Pace.STRETCHES)), from, range.total(), validator);
    }
    throw reply.failure(
        address, reply.status() == 403 ? ": the index lists it, but it cannot be had" : "");
  }

  /** Some bytes of a file; empty when the upstream does not answer ranges. */
  Optional<Range> range(URI address, long first, long last) throws IOException {
    return range(address, "bytes=" + first + "-" + last);
  }

  /** The last bytes of a file; empty when the upstream does not answer ranges. */
  Optional<Range> tail(URI address, long count) throws IOException {
    return range(address, "bytes=-" + count);
  }

  /** Bytes of a file, where they begin, and the size of the whole. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Range(long first, byte[] bytes, long total) {}

  private Optional<Range> range(URI address, String range) throws IOException {
    return retries.run(() -> {
      Request request =
          request(address).header("Accept-Encoding", "identity").header("Range", range).build();
      try (Permit _ = permit(DOCUMENT, address);
          Reply reply = calls.send(request, Calls.Line.SHARED)) {
        if (reply.isPassing()) {
          throw reply.failure(address, "");
        }
        ContentRange answered = ContentRange.of(reply.header("Content-Range").orElse(""));
        if (reply.status() != 206 || answered.first() < 0 || answered.total().isEmpty()) {
          reply.nothing();
          return Optional.empty();
        }
        return Optional.of(
            new Range(answered.first(), bytes(reply, address), answered.total().getAsLong()));
      }
    });
  }

  /** The size of a file, where the upstream says it. */
  OptionalLong size(URI address) throws IOException {
    return retries.run(() -> {
      Request request = request(address).header("Accept-Encoding", "identity").head().build();
      try (Permit _ = permit(DOCUMENT, address);
          Reply reply = calls.send(request, Calls.Line.SHARED)) {
        String length = reply.status() == 200 ? reply.header("Content-Length").orElse("") : "";
        reply.nothing();
        return length.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(length));
      }
    });
  }

  /** Whether an address is allowed, and its host is not left alone. */
  boolean canReach(URI address) {
    HttpUrl url = HttpUrl.parse(Addresses.shown(address));
    return url != null && calls.canReach(url);
  }

  private Request.Builder request(URI address) throws UpstreamException {
    HttpUrl url = HttpUrl.parse(Addresses.shown(address));
    if (url == null) {
      throw UpstreamException.unexpected(address, "it is no address of a host");
    }
    calls.require(url);
    logins.note(address, url);
    return new Request.Builder().url(url);
  }

  /** Documents do not wait until some large files have been transferred. */
  private Permit permit(String kind, URI address) throws IOException {
    String host = Authority.of(address).map(Authority::host).orElse("");
    int most = rests && kind.equals(FILE) ? FILES_OF_A_SERVER : PER_HOST;
    Semaphore semaphore = hosts.computeIfAbsent(kind + host, _ -> new Semaphore(most));
    Duration atMost = rests ? PERMIT : FOR_EVER;
    return Permit.take(semaphore, atMost)
        .orElseThrow(() -> UpstreamException.busy(address, most, atMost));
  }

  @Override
  public void close() {
    calls.close();
  }

  /** What {@code Content-Range: bytes 5-9/10} says. */
  private record ContentRange(long first, OptionalLong total) {
    private static final Pattern FORM =
        Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

    static ContentRange of(String header) {
      var matcher = FORM.matcher(header);
      if (!matcher.matches()) {
        return new ContentRange(-1, OptionalLong.empty());
      }
      return new ContentRange(
          Long.parseLong(matcher.group(1)),
          matcher.group(3).equals("*")
              ? OptionalLong.empty()
              : OptionalLong.of(Long.parseLong(matcher.group(3))));
    }
  }

  /** One of the few connections to a host. */
  private static final class Permit implements Closeable {
    private final Semaphore semaphore;
    private boolean held = true;

    private Permit(Semaphore semaphore) {
      this.semaphore = semaphore;
    }

    static Optional<Permit> take(Semaphore semaphore, Duration atMost) throws IOException {
      try {
        return semaphore.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)
            ? Optional.of(new Permit(semaphore))
            : Optional.empty();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while waiting for a connection");
      }
    }

    boolean isHeld() {
      return held;
    }

    /** A stream that gives the permit back when it is closed, in the place of this one's owner. */
    InputStream releasing(InputStream stream) {
      held = false;
      return new FilterInputStream(stream) {
        private boolean closed;

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
          return in.read(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
          if (!closed) {
            closed = true;
            semaphore.release();
          }
          super.close();
        }
      };
    }

    @Override
    public void close() {
      held = false;
      semaphore.release();
    }
  }
}
