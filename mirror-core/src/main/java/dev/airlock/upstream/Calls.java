package dev.airlock.upstream;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.Credentials;
import okhttp3.Dispatcher;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okio.AsyncTimeout;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests and follows redirects: each step only to where it is allowed, in the time that it
 * is given, with the credentials of its host alone, and not to a host that is left alone. Safe for
 * several threads.
 */
final class Calls implements Closeable {
  private final OkHttpClient plain;
  private final Map<String, String> environment;
  private final Patience patience;
  private final Egress egress;
  private final Machine machine;
  private final Breakers breakers;
  private @Nullable Secure secure;

  /** Whether the connection may be one over which other answers come. */
  enum Line {
    /** It may. */
    SHARED,
    /** It carries this answer alone, so that to break it off concerns no other. */
    OWN
  }

  /** The clients that speak TLS too. */
  private record Secure(OkHttpClient shared, OkHttpClient own) {}

  Calls(Http.Settings settings, EnvironmentProxies proxies, Logins logins, Machine machine) {
    this.environment = settings.environment();
    this.patience = settings.patience();
    this.egress = settings.egress();
    this.machine = machine;
    this.breakers = new Breakers(settings.rests(), url -> () -> probe(url), machine);
    this.plain =
        new OkHttpClient.Builder()
            .connectTimeout(patience.connect())
            .readTimeout(patience.silence())
            .writeTimeout(patience.silence())
            .callTimeout(Duration.ZERO)
            .retryOnConnectionFailure(true)
            .dispatcher(new Dispatcher())
            .dns(new Names(machine.dns(), patience.connect()))
            .socketFactory(new GuardedSockets(endpoint -> refusal(endpoint, proxies)))
            .proxySelector(proxies)
            .proxyAuthenticator(proxies)
            .connectionSpecs(List.of(ConnectionSpec.CLEARTEXT))
            .followRedirects(false)
            .followSslRedirects(false)
            .addInterceptor(chain -> chain.proceed(named(chain.request(), settings.userAgent())))
            .addNetworkInterceptor(chain -> readable(authorised(chain, logins)))
            .build();
  }

  private Optional<String> refusal(InetSocketAddress endpoint, EnvironmentProxies proxies) {
    return proxies.isProxy(endpoint) ? Optional.empty() : egress.refusal(endpoint);
  }

  private static Request named(Request request, String userAgent) {
    return request.newBuilder().header("User-Agent", userAgent).build();
  }

  /**
   * Adds the credentials of the host that this very request goes to, so that a redirect takes none
   * along.
   */
  private static Response authorised(Interceptor.Chain chain, Logins logins) throws IOException {
    Request request = chain.request();
    return chain.proceed(
        logins
            .of(request.url())
            .map(known ->
                request
                    .newBuilder()
                    .header("Authorization", Credentials.basic(known.user(), known.password()))
                    .build())
            .orElse(request));
  }

  /**
   * The answer without a {@code Retry-After} that is longer than the number OkHttp reads it as.
   *
   * @throws MisframedException when its length is not clear
   */
  private static Response readable(Response response) throws MisframedException {
    MisframedException.requireClearLength(response);
    String retryAfter = response.header("Retry-After", "");
    return retryAfter != null && retryAfter.matches("\\d{10,}")
        ? response.newBuilder().removeHeader("Retry-After").build()
        : response;
  }

  /** An answer that does not say clearly where it ends (RFC 9112, section 6.3). */
  private static final class MisframedException extends ProtocolException {
    private static final long serialVersionUID = 1L;

    private MisframedException(String message) {
      super(message);
    }

    static void requireClearLength(Response response) throws MisframedException {
      List<String> lengths = response.headers("Content-Length").stream().distinct().toList();
      List<String> codings = response.headers("Transfer-Encoding");
      if (lengths.size() > 1) {
        throw new MisframedException(
            "it states two lengths, " + lengths.get(0) + " and " + lengths.get(1));
      }
      if (!lengths.isEmpty() && !lengths.getFirst().matches("\\d{1,18}")) {
        throw new MisframedException("it states the length '" + lengths.getFirst() + "'");
      }
      if (!lengths.isEmpty() && !codings.isEmpty()) {
        throw new MisframedException("it states both a length and a transfer coding");
      }
      if (!codings.isEmpty() && !codings.equals(List.of("chunked"))) {
        throw new MisframedException(
            "it has the transfer coding '" + String.join(", ", codings) + "'");
      }
    }
  }

  /** Whether it makes sense to send a request to an address now. */
  boolean canReach(HttpUrl url) {
    return egress.refusal(url.uri()).isEmpty() && !breakers.of(url).isOpen();
  }

  /**
   * Fails at once where a request would.
   *
   * @throws UpstreamException when the address is not allowed, or its host is left alone
   */
  void require(HttpUrl url) throws UpstreamException {
    Optional<String> refusal = egress.refusal(url.uri());
    if (refusal.isPresent()) {
      throw UpstreamException.refused(url.uri(), refusal.get());
    }
    breakers.of(url).require(url.uri());
  }

  /**
   * Sends a request, and follows where it leads to.
   *
   * @throws UpstreamException when there is no answer, or a redirect that is not followed
   */
  Reply send(Request request, Line line) throws IOException {
    require(request.url());
    try (var deadline = new Deadline(patience)) {
      var redirects = new Redirects(egress);
      Reply reply = once(request, line, deadline);
      for (Optional<HttpUrl> next = redirects.next(reply, request.url());
          next.isPresent();
          next = redirects.next(reply, next.get())) {
        reply.close();
        reply = once(request.newBuilder().url(next.get()).build(), line, deadline);
      }
      return reply;
    }
  }

  private Reply once(Request request, Line line, Deadline deadline) throws IOException {
    URI address = request.url().uri();
    Breaker breaker = breakers.of(request.url());
    Call call = client(request.url(), line).newCall(request);
    var stage = new Stage();
    call.addEventListener(stage);
    breaker.begin(address, call);
    try (var _ = deadline.of(call);
        var _ = new Alarm(patience.connect().dividedBy(3), () -> breaker.suspect(address))) {
      return new Reply(executed(call), address, call, breaker, patience, machine.nanos());
    } catch (IOException e) {
      requireNotInterrupted(e);
      throw breaker.failed(address, failure(address, e, stage, deadline));
    } finally {
      breaker.end(call);
    }
  }

  /** OkHttp is written in Kotlin, and throws an {@code InterruptedException} undeclared. */
  private static Response executed(Call call) throws IOException {
    try {
      return call.execute();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(String.valueOf(interrupted.getMessage()));
    }
  }

  private static void requireNotInterrupted(IOException failure) throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      var interrupted = new InterruptedIOException("interrupted while asking an upstream");
      interrupted.initCause(failure);
      throw interrupted;
    }
  }

  private UpstreamException failure(URI address, IOException e, Stage stage, Deadline deadline) {
    Optional<GuardedSockets.RefusedException> refusal = GuardedSockets.RefusedException.in(e);
    if (refusal.isPresent()) {
      return UpstreamException.refused(address, String.valueOf(refusal.get().getMessage()));
    }
    if (e instanceof MisframedException) {
      return UpstreamException.unexpected(address, String.valueOf(e.getMessage()));
    }
    IOException cause =
        deadline.isOver()
            ? new SocketTimeoutException(
                "no whole head of an answer within " + Names.words(patience.head()))
            : e;
    return stage.connecting
        ? UpstreamException.unconnected(address, cause)
        : UpstreamException.silent(address, cause);
  }

  /** Asks a host for anything over a new connection. */
  private void probe(HttpUrl url) throws IOException {
    HttpUrl root = url.resolve("/");
    Request request = new Request.Builder().url(root == null ? url : root).head().build();
    OkHttpClient client =
        client(url, Line.OWN)
            .newBuilder()
            .connectionPool(new ConnectionPool(0, 1, TimeUnit.SECONDS))
            .build();
    Call call = client.newCall(request);
    var stage = new Stage();
    call.addEventListener(stage);
    try (var deadline = new Deadline(patience);
        var _ = deadline.of(call);
        Response _ = executed(call)) {
      return;
    } catch (IOException e) {
      requireNotInterrupted(e);
      throw stage.connecting
          ? UpstreamException.unconnected(url.uri(), e)
          : UpstreamException.silent(url.uri(), e);
    }
  }

  /** How far a call has come: whether there is a connection. */
  private static final class Stage extends EventListener {
    private volatile boolean connecting = true;

    @Override
    public void dnsStart(Call call, String name) {
      connecting = true;
    }

    @Override
    public void connectStart(Call call, InetSocketAddress endpoint, Proxy proxy) {
      connecting = true;
    }

    @Override
    public void requestHeadersStart(Call call) {
      connecting = false;
    }
  }

  // --- clients

  /** OkHttp asks no proxy selector about a host that {@link URI} does not know for one. */
  private OkHttpClient client(HttpUrl url, Line line) throws IOException {
    OkHttpClient client = plain;
    if (url.isHttps()) {
      client = line == Line.OWN ? secure().own() : secure().shared();
    }
    URI address = url.uri();
    return address.getHost() != null
        ? client
        : client.newBuilder().proxy(client.proxySelector().select(address).getFirst()).build();
  }

  /** The clients that speak TLS. Reading the authorities takes longer than a small solution. */
  private synchronized Secure secure() throws IOException {
    if (secure == null) {
      var builder = plain.newBuilder().connectionSpecs(List.of(ConnectionSpec.MODERN_TLS));
      Certificates.from(environment)
          .ifPresent(certificates ->
              builder.sslSocketFactory(
                  certificates.context().getSocketFactory(), certificates.trust()));
      OkHttpClient shared = builder.build();
      // HTTP/2 would share connections.
      OkHttpClient own = shared.newBuilder().protocols(List.of(Protocol.HTTP_1_1)).build();
      secure = new Secure(shared, own);
    }
    return secure;
  }

  @Override
  public void close() {
    breakers.close();
    plain.dispatcher().executorService().shutdown();
    plain.connectionPool().evictAll();
  }

  // --- time

  /** Something that happens when a time is over, unless it is closed before. */
  private static class Alarm extends AsyncTimeout implements Closeable {
    private final Runnable action;

    Alarm(Duration time, Runnable action) {
      this.action = action;
      timeout(time.toNanos(), TimeUnit.NANOSECONDS);
      enter();
    }

    @Override
    protected void timedOut() {
      action.run();
    }

    @Override
    public void close() {
      exit();
    }
  }

  /** The time for the whole head of an answer, over which the call that is on its way ends. */
  private static final class Deadline implements Closeable {
    private final Alarm alarm;
    private @Nullable Call call;
    private boolean over;

    Deadline(Patience patience) {
      alarm = new Alarm(patience.head(), this::end);
    }

    private synchronized void end() {
      over = true;
      if (call != null) {
        call.cancel();
      }
    }

    /** Holds a call to it until the result is closed. */
    synchronized Closeable of(Call next) {
      call = next;
      if (over) {
        next.cancel();
      }
      return this::forget;
    }

    private synchronized void forget() {
      call = null;
    }

    synchronized boolean isOver() {
      return over;
    }

    @Override
    public void close() {
      alarm.close();
    }
  }
}
