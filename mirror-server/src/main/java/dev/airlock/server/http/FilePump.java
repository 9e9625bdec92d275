package dev.airlock.server.http;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Set;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;

/**
 * Sends a part of a file on the I/O thread, without copying it through this process.
 *
 * <p>The first bytes are written by hand: while the head of the response is not sent yet,
 * Undertow's {@code transferFrom} passes over the position and the count that it is given, and
 * sends whatever is at the channel's own position. One event sends a limited amount, so that a fast
 * client does not keep the thread from the others.
 */
final class FilePump implements ChannelListener<StreamSinkChannel>, Closeable {
  private static final long MOST_PER_EVENT = 8 << 20;

  private final HttpServerExchange exchange;
  private final FileChannel file;
  private final Set<FilePump> running;
  private long position;
  private long remaining;
  private boolean headSent;

  FilePump(
      HttpServerExchange exchange,
      FileChannel file,
      long position,
      long count,
      Set<FilePump> running) {
    this.exchange = exchange;
    this.file = file;
    this.position = position;
    this.remaining = count;
    this.running = running;
  }

  /** Begins to send. What is left to do happens on the I/O thread. */
  void start() {
    running.add(this);
    // Whatever ends the exchange, a timeout or a shutdown, the file is given up.
    exchange.addExchangeCompleteListener((_, next) -> {
      close();
      next.proceed();
    });
    StreamSinkChannel channel = exchange.getResponseChannel();
    channel.getWriteSetter().set(this);
    channel.resumeWrites();
  }

  @Override
  public void handleEvent(StreamSinkChannel channel) {
    try {
      if (send(channel)) {
        close();
        channel.suspendWrites();
        exchange.endExchange();
      } else {
        channel.resumeWrites();
      }
    } catch (IOException clientLeftOrFileFailed) {
      close();
      exchange.setPersistent(false);
      IoUtils.safeClose(exchange.getConnection());
      exchange.endExchange();
    }
  }

  /** Sends what the client takes now; true when all is sent. */
  private boolean send(StreamSinkChannel channel) throws IOException {
    long budget = MOST_PER_EVENT;
    while (remaining > 0 && budget > 0) {
      long sent =
          headSent
              ? channel.transferFrom(file, position, Math.min(remaining, budget))
              : writeFirst(channel);
      if (sent <= 0) {
        if (file.size() <= position) {
          throw new EOFException("a blob became shorter while it was sent");
        }
        return false;
      }
      headSent = true;
      position += sent;
      remaining -= sent;
      budget -= sent;
    }
    return remaining == 0;
  }

  private long writeFirst(StreamSinkChannel channel) throws IOException {
    try (PooledByteBuffer pooled = exchange.getConnection().getByteBufferPool().allocate()) {
      ByteBuffer buffer = pooled.getBuffer();
      buffer.clear();
      buffer.limit((int) Math.min(buffer.capacity(), remaining));
      if (file.read(buffer, position) <= 0) {
        return 0;
      }
      buffer.flip();
      return channel.write(buffer);
    }
  }

  /** Gives up the file. */
  @Override
  public void close() {
    IoUtils.safeClose(file);
    running.remove(this);
  }
}
