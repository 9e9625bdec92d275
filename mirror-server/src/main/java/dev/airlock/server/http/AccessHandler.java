package dev.airlock.server.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Gives each request an id, and writes it to the access log when it is answered. */
final class AccessHandler implements HttpHandler {
  private static final HttpString REQUEST_ID = new HttpString("X-Request-Id");
  private static final HttpString SOURCE = new HttpString("X-Airlock-Source");
  private static final HttpString UNLOCKED = new HttpString("X-Airlock-Unlocked");
  private static final HttpString REASON = new HttpString("X-Airlock-Reason");
  private static final AttachmentKey<Progress> PROGRESS = AttachmentKey.create(Progress.class);

  private final Optional<AccessLog> log;
  private final HttpHandler next;
  private final String prefix =
      Integer.toHexString(ThreadLocalRandom.current().nextInt(1 << 28, 1 << 30)) + "-";
  private final AtomicLong count = new AtomicLong();

  /** What becomes known of a request on its way. Written by the thread that has the exchange. */
  private static final class Progress {
    private final Instant time = Instant.now();
    private final long began = System.nanoTime();
    private final String id;
    private @Nullable String route;
    private long answered;

    Progress(String id) {
      this.id = id;
    }
  }

  AccessHandler(Optional<AccessLog> log, HttpHandler next) {
    this.log = log;
    this.next = next;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    String id = prefix + Long.toHexString(count.incrementAndGet());
    exchange.getResponseHeaders().put(REQUEST_ID, id);
    if (log.isPresent()) {
      exchange.putAttachment(PROGRESS, new Progress(id));
      exchange.addExchangeCompleteListener((done, rest) -> {
        log.get().add(entry(done));
        rest.proceed();
      });
    }
    next.handleRequest(exchange);
  }

  /** Notes what kind of address is asked for. */
  static void asked(HttpServerExchange exchange, Request request, Handler handler) {
    Progress progress = exchange.getAttachment(PROGRESS);
    if (progress != null) {
      progress.route = handler.route(request).orElse(null);
    }
  }

  /** Notes that the answer begins. */
  static void answering(HttpServerExchange exchange) {
    Progress progress = exchange.getAttachment(PROGRESS);
    if (progress != null) {
      progress.answered = System.nanoTime();
    }
  }

  private static AccessLog.Entry entry(HttpServerExchange exchange) {
    Progress progress = exchange.getAttachment(PROGRESS);
    HeaderMap answer = exchange.getResponseHeaders();
    long ended = System.nanoTime();
    return new AccessLog.Entry(
        progress.time,
        progress.id,
        Arrival.plainHost(exchange.getConnection().getPeerAddress(InetSocketAddress.class)),
        exchange.getRequestMethod().toString(),
        path(exchange),
        Optional.ofNullable(progress.route),
        exchange.getStatusCode(),
        Optional.ofNullable(answer.getFirst(SOURCE)),
        exchange.getResponseBytesSent(),
        ended - progress.began,
        (progress.answered == 0 ? ended : progress.answered) - progress.began,
        answer.contains(UNLOCKED),
        Optional.ofNullable(answer.getFirst(REASON)),
        Optional.ofNullable(exchange.getRequestHeaders().getFirst(Headers.USER_AGENT)));
  }

  /** The path as the client wrote it, also behind an authority, which may hold credentials. */
  static String path(HttpServerExchange exchange) {
    String path = exchange.getRequestURI();
    if (!exchange.isHostIncludedInRequestURI()) {
      return path;
    }
    int authority = path.indexOf("://");
    int slash = authority < 0 ? -1 : path.indexOf('/', authority + 3);
    return slash < 0 ? "/" : path.substring(slash);
  }
}
