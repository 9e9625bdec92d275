package dev.airlock.server.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.SameThreadExecutor;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Turns away who may not read, and requests that carry something. Waiting is done by a timer, never
 * by a thread.
 */
final class Doorkeeper implements HttpHandler {
  private static final Logger LOG = System.getLogger(Doorkeeper.class.getName());

  /** What probes ask: it tells nothing of the store's content. */
  private static final Set<String> OPEN = Set.of("/health", "/ready");

  private static final Set<HttpString> READING = Set.of(Methods.GET, Methods.HEAD);

  private final Optional<ReadTokens> tokens;
  private final Penalties penalties;
  private final BiConsumer<HttpServerExchange, Response> answer;
  private final HttpHandler next;

  /**
   * A doorkeeper before a handler.
   *
   * @param tokens what has to be named; empty when everybody may read
   * @param answer sends a refusal
   */
  Doorkeeper(
      Optional<ReadTokens> tokens,
      Penalties penalties,
      BiConsumer<HttpServerExchange, Response> answer,
      HttpHandler next) {
    this.tokens = tokens;
    this.penalties = penalties;
    this.answer = answer;
    this.next = next;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    if (tokens.isPresent() && !OPEN.contains(AccessHandler.path(exchange))) {
      String authorization = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
      if (authorization == null) {
        // Installers ask so first, and repeat it with credentials when they have some.
        answer.accept(exchange, Response.unauthorized());
        return;
      }
      if (!tokens.get().admit(authorization)) {
        punish(exchange);
        return;
      }
    }
    if (!exchange.isRequestComplete() && READING.contains(exchange.getRequestMethod())) {
      exchange.setPersistent(false);
      answer.accept(exchange, Response.bodyRefused());
      return;
    }
    next.handleRequest(exchange);
  }

  private void punish(HttpServerExchange exchange) {
    String address =
        Arrival.plainHost(exchange.getConnection().getPeerAddress(InetSocketAddress.class));
    Penalties.Penalty penalty = penalties.next(address);
    // Not each time: the log would be what is attacked.
    if (Long.bitCount(penalty.attempts()) == 1) {
      LOG.log(
          Level.WARNING,
          "a client at {0} named a wrong token, {1} so far",
          address,
          Long.toString(penalty.attempts()));
    }
    exchange.dispatch(
        SameThreadExecutor.INSTANCE,
        () ->
            exchange
                .getIoThread()
                .executeAfter(
                    () -> answer.accept(exchange, Response.unauthorized()),
                    penalty.delay().toMillis(),
                    TimeUnit.MILLISECONDS));
  }
}
