package dev.airlock.server.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends what was decided, and knows the files that are being sent. A file is opened before, on a
 * thread that may wait for the disk.
 */
final class Transmission implements Closeable {
  private static final HttpString NO_SNIFFING = new HttpString("X-Content-Type-Options");

  private final Set<FilePump> running = ConcurrentHashMap.newKeySet();
  private final Duration patience;

  /** Sends files to clients that may stand still for so long. */
  Transmission(Duration patience) {
    this.patience = patience;
  }

  /**
   * A delivery that can be sent without waiting for the disk.
   *
   * @param delivery what to send
   * @param supply the file that it is of, opened; empty where it is of none
   */
  record Ready(Delivery delivery, Optional<Supply> supply) {}

  /** Opens the file of a delivery, where it is of one. */
  static Ready open(Delivery delivery) throws IOException {
    return new Ready(
        delivery,
        delivery.payload() instanceof Delivery.Payload.Slice slice
            ? Optional.of(slice.supply().open())
            : Optional.empty());
  }

  /** A delivery that is of no file. */
  static Ready inMemory(Delivery delivery) {
    return new Ready(delivery, Optional.empty());
  }

  /** Sends a delivery. */
  void send(HttpServerExchange exchange, Ready ready) {
    Delivery delivery = ready.delivery();
    switch (delivery.payload()) {
      case Delivery.Payload.None() -> {
        head(exchange, delivery);
        exchange.endExchange();
      }
      case Delivery.Payload.Memory(ByteBuffer bytes) -> {
        head(exchange, delivery);
        exchange.getResponseSender().send(bytes);
      }
      case Delivery.Payload.Slice slice -> {
        head(exchange, delivery);
        Supply supply = ready.supply().orElseThrow();
        new FilePump(exchange, supply, slice.position(), slice.count(), running, patience).start();
      }
    }
  }

  private static void head(HttpServerExchange exchange, Delivery delivery) {
    exchange.setStatusCode(delivery.status());
    exchange.getResponseHeaders().put(NO_SNIFFING, "nosniff");
    delivery
        .headers()
        .forEach((name, value) ->
            exchange.getResponseHeaders().put(HttpString.tryFromString(name), value));
    delivery.length().ifPresent(exchange::setResponseContentLength);
  }

  /** Gives up every file that is still being sent. */
  @Override
  public void close() {
    running.forEach(FilePump::close);
  }
}
