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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import okhttp3.ConnectionSpec;
import okhttp3.Credentials;
import okhttp3.Dispatcher;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP client: proxies, credentials and certificates of the environment, few connections to one
 * host, redirects without credentials for other hosts. There is no limit on the time of a whole
 * transfer, only on silence.
 */
public final class Http implements Closeable {
  private static final int PER_HOST = 16;
  private static final long LARGEST_DOCUMENT = 64L << 20;

  private final OkHttpClient plain;
  private final Map<String, String> environment;
  private final Netrc netrc;
  private final Retries retries;
  private final Egress egress;
  private final Map<String, Semaphore> hosts = new ConcurrentHashMap<>();
  private final Map<String, Netrc.Login> loginsOfAddresses = new ConcurrentHashMap<>();
  private @Nullable OkHttpClient secure;

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

  private Http(OkHttpClient plain, Settings settings, Netrc netrc) {
    this.plain = plain;
    this.environment = settings.environment();
    this.netrc = netrc;
    this.retries = settings.retries();
    this.egress = settings.egress();
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
   * A client for the environment of a process, with its own limit on silence.
   *
   * @param silence how long an upstream may send nothing before it counts as gone
   */
  public static Http of(
      String userAgent,
      Map<String, String> environment,
      Path home,
      Retries retries,
      Duration silence)
      throws IOException {
    return of(
        new Settings(
            userAgent,
            environment,
            home,
            retries,
            Patience.USUAL.silence(silence),
            Egress.ANYWHERE,
            false));
  }

  /**
   * A client that behaves as it is told. The certificates are read when an address asks for them.
   *
   * @throws IOException when a proxy or {@code NETRC} cannot be used
   */
  public static Http of(Settings settings) throws IOException {
    var proxies = new EnvironmentProxies(settings.environment());
    Netrc netrc = Netrc.read(settings.environment(), settings.home());
    Patience patience = settings.patience();
    var builder =
        new OkHttpClient.Builder()
            .connectTimeout(patience.connect())
            .readTimeout(patience.silence())
            .writeTimeout(patience.silence())
            .callTimeout(Duration.ZERO)
            .retryOnConnectionFailure(true)
            .dispatcher(new Dispatcher())
            .proxySelector(proxies)
            .proxyAuthenticator(proxies)
            .connectionSpecs(List.of(ConnectionSpec.CLEARTEXT))
            .followSslRedirects(false)
            .addInterceptor(chain -> chain.proceed(named(chain.request(), settings.userAgent())));
    var logins = new AtomicReference<Http>();
    builder.addNetworkInterceptor(chain -> readable(authorised(chain, logins.get())));
    var http = new Http(builder.build(), settings, netrc);
    logins.set(http);
    return http;
  }

  private static Request named(Request request, String userAgent) {
    return request.newBuilder().header("User-Agent", userAgent).build();
  }

  /**
   * Adds the credentials of the host that this very request goes to, so that a redirect takes none
   * along.
   */
  private static Response authorised(Interceptor.Chain chain, Http http) throws IOException {
    Request request = chain.request();
    String host = request.url().host();
    Optional<Netrc.Login> login =
        Optional.ofNullable(http.loginsOfAddresses.get(origin(request.url())))
            .or(() -> http.netrc.of(host));
    return chain.proceed(
        login
            .map(known ->
                request
                    .newBuilder()
                    .header("Authorization", Credentials.basic(known.user(), known.password()))
                    .build())
            .orElse(request));
  }

  /** The answer without a {@code Retry-After} that is longer than the number OkHttp reads it as. */
  private static Response readable(Response response) {
    boolean absurd = header(response, "Retry-After").orElse("").matches("\\d{10,}");
    return absurd ? response.newBuilder().removeHeader("Retry-After").build() : response;
  }

  /** What credentials in an address are for: another port or plain http is somebody else. */
  private static String origin(HttpUrl address) {
    return address.scheme() + "://" + address.host() + ":" + address.port();
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
      try (Permit _ = permit(address);
          Response response = execute(request.build(), address)) {
        if (isPassing(response.code())) {
          throw failure(response, address, "");
        }
        return new Document(
            response.request().url().uri(),
            response.code(),
            header(response, "Content-Type").orElse(""),
            header(response, "ETag"),
            response.isSuccessful() ? bytes(response.body(), address) : new byte[0]);
      }
    });
  }

  private static byte[] bytes(ResponseBody body, URI address) throws IOException {
    try {
      byte[] bytes = body.byteStream().readNBytes((int) LARGEST_DOCUMENT + 1);
      if (bytes.length > LARGEST_DOCUMENT) {
        throw UpstreamException.unexpected(address, "its page is larger than 64 MiB");
      }
      return bytes;
    } catch (UpstreamException e) {
      throw e;
    } catch (IOException e) {
      throw UpstreamException.unreachable(address, e);
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
    Permit permit = permit(address);
    Response response = null;
    try {
      response = execute(request.build(), address);
      if (response.code() == 416) {
        // There is nothing from there on: the file is shorter today, so it is begun afresh.
        response.close();
        response = execute(request.removeHeader("Range").removeHeader("If-Range").build(), address);
      }
      Transfer transfer = transfer(response, address, from, permit);
      response = null;
      return transfer;
    } finally {
      if (response != null) {
        response.close();
      }
      if (permit.isHeld()) {
        permit.close();
      }
    }
  }

  private static Transfer transfer(Response response, URI address, long from, Permit permit)
      throws IOException {
    Optional<String> validator =
        header(response, "ETag")
            .filter(etag -> !etag.startsWith("W/"))
            .or(() -> header(response, "Last-Modified"));
    long length = response.body().contentLength();
    int status = response.code();
    if (status == 200) {
      OptionalLong total = length >= 0 ? OptionalLong.of(length) : OptionalLong.empty();
      return new Transfer(permit.releasing(response.body().byteStream()), 0, total, validator);
    }
    if (status == 206) {
      ContentRange range = ContentRange.of(header(response, "Content-Range").orElse(""));
      if (range.first() != from) {
        throw UpstreamException.unexpected(
            address,
            "it was asked for the bytes from " + from + " and sent those from " + range.first());
      }
      return new Transfer(
          permit.releasing(response.body().byteStream()), from, range.total(), validator);
    }
    throw failure(
        response, address, status == 403 ? ": the index lists it, but it cannot be had" : "");
  }

  private static UpstreamException failure(Response response, URI address, String hint) {
    return UpstreamException.status(address, response.code(), hint, retryAfter(response));
  }

  /** What {@code Retry-After} asks for, in seconds or as a date by the clock of the upstream. */
  private static Duration retryAfter(Response response) {
    String value = header(response, "Retry-After").orElse("").strip();
    if (value.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    Instant until = response.headers().getInstant("Retry-After");
    Instant now = response.headers().getInstant("Date");
    return until == null || now == null || until.isBefore(now)
        ? Duration.ZERO
        : Duration.between(now, until);
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
      try (Permit _ = permit(address);
          Response response = execute(request, address)) {
        if (isPassing(response.code())) {
          throw failure(response, address, "");
        }
        if (response.code() != 206) {
          return Optional.empty();
        }
        ContentRange answered = ContentRange.of(header(response, "Content-Range").orElse(""));
        return answered.first() < 0 || answered.total().isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Range(
                    answered.first(),
                    bytes(response.body(), address),
                    answered.total().getAsLong()));
      }
    });
  }

  /** The size of a file, where the upstream says it. */
  OptionalLong size(URI address) throws IOException {
    return retries.run(() -> {
      Request request = request(address).header("Accept-Encoding", "identity").head().build();
      try (Permit _ = permit(address);
          Response response = execute(request, address)) {
        String length =
            response.isSuccessful() ? header(response, "Content-Length").orElse("") : "";
        return length.matches("\\d{1,18}")
            ? OptionalLong.of(Long.parseLong(length))
            : OptionalLong.empty();
      }
    });
  }

  /** Whether an address is allowed. */
  boolean canReach(URI address) {
    return egress.refusal(address).isEmpty();
  }

  private Request.Builder request(URI address) throws UpstreamException {
    Optional<String> refusal = egress.refusal(address);
    if (refusal.isPresent()) {
      throw UpstreamException.refused(address, refusal.get());
    }
    HttpUrl url = HttpUrl.parse(Addresses.shown(address));
    if (url == null) {
      throw UpstreamException.unexpected(address, "it is no address of a host");
    }
    Authority.of(address)
        .flatMap(Authority::userInfo)
        .map(Netrc.Login::ofAddress)
        .ifPresent(login -> loginsOfAddresses.putIfAbsent(origin(url), login));
    return new Request.Builder().url(url);
  }

  private Response execute(Request request, URI address) throws IOException {
    Response response = execute(request.isHttps() ? secure() : plain, request, address);
    if (request.isHttps() || !leadsToTls(response)) {
      return response;
    }
    // The plain client followed as far as it speaks.
    response.close();
    return execute(secure(), request, address);
  }

  private static boolean leadsToTls(Response response) {
    return response.isRedirect()
        && header(response, "Location")
            .map(location -> response.request().url().resolve(location))
            .filter(HttpUrl::isHttps)
            .isPresent();
  }

  private static Response execute(OkHttpClient client, Request request, URI address)
      throws IOException {
    try {
      return proxied(client, request.url().uri()).newCall(request).execute();
    } catch (IOException e) {
      throw UpstreamException.unreachable(address, e);
    }
  }

  /** OkHttp asks no proxy selector about a host that {@link URI} does not know for one. */
  private static OkHttpClient proxied(OkHttpClient client, URI address) {
    return address.getHost() != null
        ? client
        : client.newBuilder().proxy(client.proxySelector().select(address).getFirst()).build();
  }

  /** The client that speaks TLS too. Reading the authorities takes longer than a small solution. */
  private synchronized OkHttpClient secure() throws IOException {
    if (secure == null) {
      var builder =
          plain
              .newBuilder()
              .connectionSpecs(List.of(ConnectionSpec.MODERN_TLS, ConnectionSpec.CLEARTEXT))
              .followSslRedirects(true);
      Certificates.from(environment)
          .ifPresent(certificates ->
              builder.sslSocketFactory(
                  certificates.context().getSocketFactory(), certificates.trust()));
      secure = builder.build();
    }
    return secure;
  }

  private static boolean isPassing(int status) {
    return status == 429 || status >= 500;
  }

  private static Optional<String> header(Response response, String name) {
    return Optional.ofNullable(response.header(name));
  }

  private Permit permit(URI address) throws IOException {
    String host = Authority.of(address).map(Authority::host).orElse("");
    return Permit.take(hosts.computeIfAbsent(host, _ -> new Semaphore(PER_HOST)));
  }

  @Override
  public void close() {
    plain.dispatcher().executorService().shutdown();
    plain.connectionPool().evictAll();
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

    static Permit take(Semaphore semaphore) throws IOException {
      try {
        semaphore.acquire();
        return new Permit(semaphore);
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
