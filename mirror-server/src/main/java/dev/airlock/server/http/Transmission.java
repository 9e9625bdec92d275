package dev.airlock.server.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.xnio.IoUtils;

/** Sends what was decided, and knows the files that are being sent. */
final class Transmission implements Closeable {
  private static final int COPIED = 1 << 16;
  private static final HttpString NO_SNIFFING = new HttpString("X-Content-Type-Options");

  private final Set<FilePump> running = ConcurrentHashMap.newKeySet();

  /** Sends a delivery. */
  void send(HttpServerExchange exchange, Delivery delivery) throws IOException {
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
        SeekableByteChannel channel = slice.blob().open();
        head(exchange, delivery);
        if (channel instanceof FileChannel file) {
          new FilePump(exchange, file, slice.position(), slice.count(), running).start();
        } else {
          copy(exchange, channel, slice);
        }
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

  /** For blobs that are no files. This thread waits for the client. */
  private static void copy(
      HttpServerExchange exchange, SeekableByteChannel channel, Delivery.Payload.Slice slice) {
    exchange.startBlocking();
    try (channel;
        OutputStream out = exchange.getOutputStream()) {
      channel.position(slice.position());
      ByteBuffer buffer = ByteBuffer.allocate(COPIED);
      for (long left = slice.count(); left > 0; left -= buffer.position()) {
        buffer.clear().limit((int) Math.min(COPIED, left));
        if (channel.read(buffer) < 0) {
          throw new IOException("a blob became shorter while it was sent");
        }
        out.write(buffer.array(), 0, buffer.position());
      }
    } catch (IOException clientLeftOrBlobFailed) {
      exchange.setPersistent(false);
      IoUtils.safeClose(exchange.getConnection());
    }
  }

  /** Gives up every file that is still being sent. */
  @Override
  public void close() {
    running.forEach(FilePump::close);
  }
}
