package dev.airlock.server.http;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import io.undertow.server.protocol.http2.Http2ServerConnection;
import io.undertow.util.AttachmentKey;
import io.undertow.util.HttpString;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSinkChannel;

/**
 * Sends a part of a file on the I/O thread, without copying it through this process. The file may
 * still be growing: where all that has come is sent, the pump rests until more has.
 *
 * <p>The first bytes are written by hand: while the head of the response is not sent yet,
 * Undertow's {@code transferFrom} passes over the position and the count that it is given, and
 * sends whatever is at the channel's own position. One event sends a limited amount, so that a fast
 * client does not keep the thread from the others.
 */
final class FilePump implements ChannelListener<StreamSinkChannel>, Closeable {
  private static final AttachmentKey<FilePump> SENDING = AttachmentKey.create(FilePump.class);
  private static final long MOST_PER_EVENT = 8 << 20;
  private static final HttpString REASON = new HttpString("X-Airlock-Reason");

  private final HttpServerExchange exchange;
  private final Supply supply;
  private final Set<FilePump> running;
  private final Duration patience;
  private XnioExecutor.@Nullable Key watch;
  private long watched = -1;
  private long position;
  private OptionalLong end;
  private boolean headSent;
  private boolean resting;

  /** What became of an event. */
  private enum Sent {
    ALL,
    AS_MUCH_AS_THE_CLIENT_TAKES,
    AS_MUCH_AS_THERE_IS
  }

  /**
   * A pump that is not started.
   *
   * @param count how many bytes to send; empty for all that come
   */
  FilePump(
      HttpServerExchange exchange,
      Supply supply,
      long position,
      OptionalLong count,
      Set<FilePump> running,
      Duration patience) {
    this.exchange = exchange;
    this.supply = supply;
    this.position = position;
    this.end = count.isPresent() ? OptionalLong.of(position + count.getAsLong()) : count;
    this.running = running;
    this.patience = patience;
  }

  /** Begins to send. What is left to do happens on the I/O thread. */
  void start() {
    running.add(this);
    closeWithConnection();
    StreamSinkChannel channel = exchange.getResponseChannel();
    channel.getWriteSetter().set(this);
    channel.resumeWrites();
    exchange.getIoThread().execute(this::watch);
  }

  /**
   * Gives up a client that took nothing since the last look, unless there was nothing to take.
   * Undertow's idle timeout does not end a response whose client stands still. On the I/O thread,
   * like all that happens here.
   */
  private void watch() {
    if (!supply.channel().isOpen()) {
      return;
    }
    if (watched == position && !resting) {
      cut();
      return;
    }
    watched = position;
    watch =
        exchange
            .getIoThread()
            .executeAfter(this::watch, patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void cut() {
    close();
    exchange.setPersistent(false);
    IoUtils.safeClose(exchange.getConnection());
    exchange.endExchange();
  }

  /**
   * A connection that is closed under us, by its idle timeout say, tells nobody but its close
   * listeners. They cannot be removed, so that each connection gets one, for whatever it sends. A
   * connection of HTTP/2 gets none, for it would keep one for each of its streams; it ends them by
   * failing their writes.
   */
  private void closeWithConnection() {
    ServerConnection connection = exchange.getConnection();
    if (connection instanceof Http2ServerConnection) {
      return;
    }
    if (connection.putAttachment(SENDING, this) == null) {
      connection.addCloseListener(closed -> closed.getAttachment(SENDING).close());
    }
  }

  @Override
  public void handleEvent(StreamSinkChannel channel) {
    try {
      switch (send(channel)) {
        case ALL -> {
          close();
          channel.suspendWrites();
          exchange.endExchange();
        }
        case AS_MUCH_AS_THE_CLIENT_TAKES -> channel.resumeWrites();
        case AS_MUCH_AS_THERE_IS -> {
          // HTTP/2 keeps back what fills no frame.
          if (channel.flush()) {
            rest(channel);
          } else {
            channel.resumeWrites();
          }
        }
      }
    } catch (Supply.FailedException e) {
      // Too late for the client; the access log tells.
      exchange.getResponseHeaders().put(REASON, String.valueOf(e.getMessage()));
      cut();
    } catch (IOException clientLeft) {
      cut();
    }
  }

  /** Sends what there is and what the client takes now. */
  private Sent send(StreamSinkChannel channel) throws IOException {
    long budget = MOST_PER_EVENT;
    while (!isAtEnd()) {
      long most = Math.min(supply.readable(), end.orElse(Long.MAX_VALUE)) - position;
      if (most <= 0) {
        return Sent.AS_MUCH_AS_THERE_IS;
      }
      if (budget <= 0) {
        return Sent.AS_MUCH_AS_THE_CLIENT_TAKES;
      }
      long sent = write(channel, Math.min(most, budget));
      if (sent <= 0) {
        return Sent.AS_MUCH_AS_THE_CLIENT_TAKES;
      }
      headSent = true;
      position += sent;
      budget -= sent;
    }
    return Sent.ALL;
  }

  /** Whether all is sent. Where the end was not known at first, it is when the file is whole. */
  private boolean isAtEnd() throws IOException {
    if (end.isEmpty()) {
      OptionalLong total = supply.total();
      return total.isPresent() && position == total.getAsLong() && position <= supply.readable();
    }
    return position == end.getAsLong();
  }

  private long write(StreamSinkChannel channel, long most) throws IOException {
    return headSent && supply.channel() instanceof FileChannel file
        ? channel.transferFrom(file, position, most)
        : copy(channel, most);
  }

  private long copy(StreamSinkChannel channel, long most) throws IOException {
    try (PooledByteBuffer pooled = exchange.getConnection().getByteBufferPool().allocate()) {
      ByteBuffer buffer = pooled.getBuffer();
      buffer.clear();
      buffer.limit((int) Math.min(buffer.capacity(), most));
      if (read(supply.channel(), buffer) <= 0) {
        throw new Supply.FailedException("the file became shorter while it was sent");
      }
      buffer.flip();
      return channel.write(buffer);
    }
  }

  private int read(SeekableByteChannel from, ByteBuffer buffer) throws IOException {
    return from instanceof FileChannel file
        ? file.read(buffer, position)
        : from.position(position).read(buffer);
  }

  private void rest(StreamSinkChannel channel) {
    resting = true;
    channel.suspendWrites();
    supply.whenMore(() -> {
      try {
        exchange.getIoThread().execute(() -> wake(channel));
      } catch (RejectedExecutionException serverIsClosed) {
        IoUtils.safeClose(this);
      }
    });
  }

  private void wake(StreamSinkChannel channel) {
    resting = false;
    if (supply.channel().isOpen()) {
      channel.resumeWrites();
    }
  }

  /** Gives up the file. */
  @Override
  public void close() {
    IoUtils.safeClose(supply);
    running.remove(this);
    XnioExecutor.Key last = watch;
    if (last != null) {
      last.remove();
    }
  }
}
