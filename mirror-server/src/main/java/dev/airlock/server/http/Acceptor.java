package dev.airlock.server.http;

import io.undertow.UndertowOptions;
import io.undertow.connector.ByteBufferPool;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.AlpnOpenListener;
import io.undertow.server.protocol.http.HttpOpenListener;
import io.undertow.server.protocol.http2.Http2OpenListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Sequence;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;
import org.xnio.ssl.SslConnection;

/**
 * Opens the socket: for HTTP/1.1, or for TLS with HTTP/1.1 and HTTP/2. Undertow's own builder is
 * not used, for it lets a TLS handshake take for ever.
 */
final class Acceptor {
  private static final Sequence<String> TLS = Sequence.of("TLSv1.3", "TLSv1.2");
  private static final int HTTP2_BEFORE_HTTP1 = 10;
  private static final long LARGEST_BODY = 64L << 10;

  private final HttpSettings settings;
  private final XnioWorker worker;
  private final ByteBufferPool buffers;
  private final HttpHandler root;

  /** What is accepted goes to a handler. */
  Acceptor(HttpSettings settings, XnioWorker worker, ByteBufferPool buffers, HttpHandler root) {
    this.settings = settings;
    this.worker = worker;
    this.buffers = buffers;
    this.root = root;
  }

  /**
   * Listens for plain HTTP.
   *
   * @throws IOException when the address cannot be had
   */
  AcceptingChannel<? extends StreamConnection> listen() throws IOException {
    AcceptingChannel<StreamConnection> channel =
        worker.createStreamConnectionServer(
            address(), ChannelListeners.openListenerAdapter(http1()), sockets());
    channel.resumeAccepts();
    return channel;
  }

  /**
   * Listens for TLS.
   *
   * @throws IOException when the address cannot be had
   */
  AcceptingChannel<? extends StreamConnection> listen(SSLContext context) throws IOException {
    var http2 = new Http2OpenListener(buffers, http2Options());
    http2.setRootHandler(root);
    ChannelListener<StreamConnection> chosen =
        new AlpnOpenListener(buffers, http2Options(), http1())
            .addProtocol(Http2OpenListener.HTTP2, http2, HTTP2_BEFORE_HTTP1);
    ChannelListener<SslConnection> hurried =
        connection -> {
          hurry(connection);
          chosen.handleEvent(connection);
        };
    var ssl =
        new UndertowXnioSsl(
            worker.getXnio(), OptionMap.create(Options.USE_DIRECT_BUFFERS, true), buffers, context);
    AcceptingChannel<SslConnection> channel =
        ssl.createSslConnectionServer(
            worker, address(), ChannelListeners.openListenerAdapter(hurried), sockets());
    channel.resumeAccepts();
    return channel;
  }

  /** Closes a connection that does not come to the end of its handshake. */
  private void hurry(SslConnection connection) {
    XnioExecutor.Key tooLate =
        connection
            .getIoThread()
            .executeAfter(
                () -> IoUtils.safeClose(connection),
                settings.timeouts().request().toMillis(),
                TimeUnit.MILLISECONDS);
    connection.getHandshakeSetter().set(_ -> tooLate.remove());
  }

  private HttpOpenListener http1() {
    var listener = new HttpOpenListener(buffers, options().getMap());
    listener.setRootHandler(root);
    return listener;
  }

  private InetSocketAddress address() throws IOException {
    Listen listen = settings.listen();
    return new InetSocketAddress(InetAddress.getByName(listen.host()), listen.port());
  }

  private OptionMap sockets() {
    return OptionMap.builder()
        .set(Options.TCP_NODELAY, true)
        .set(Options.REUSE_ADDRESSES, true)
        .set(Options.BALANCING_TOKENS, 1)
        .set(Options.BALANCING_CONNECTIONS, 2)
        .set(Options.BACKLOG, 1024)
        .set(Options.CONNECTION_HIGH_WATER, settings.limits().connections())
        .set(Options.CONNECTION_LOW_WATER, settings.limits().connections())
        .set(Options.SSL_ENABLED_PROTOCOLS, TLS)
        .getMap();
  }

  private OptionMap.Builder options() {
    return OptionMap.builder()
        .set(UndertowOptions.ALWAYS_SET_KEEP_ALIVE, false)
        .set(UndertowOptions.RECORD_REQUEST_START_TIME, false)
        .set(UndertowOptions.BUFFER_PIPELINED_DATA, false)
        .set(UndertowOptions.DECODE_URL, false)
        .set(UndertowOptions.MAX_HEADER_SIZE, settings.limits().headerBytes())
        .set(UndertowOptions.MAX_HEADERS, settings.limits().headers())
        .set(UndertowOptions.MAX_PARAMETERS, 20)
        .set(UndertowOptions.MAX_ENTITY_SIZE, LARGEST_BODY)
        .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, millis(settings.timeouts().request()))
        .set(UndertowOptions.NO_REQUEST_TIMEOUT, millis(settings.timeouts().idle()));
  }

  /** HTTP/2 knows but one timeout, for nothing moving at all; a slow client's may stand so long. */
  private OptionMap http2Options() {
    return options()
        .set(UndertowOptions.ENABLE_HTTP2, true)
        .set(UndertowOptions.HTTP2_SETTINGS_ENABLE_PUSH, false)
        .set(UndertowOptions.HTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings.limits().streams())
        .set(UndertowOptions.MAX_RST_FRAMES_PER_WINDOW, settings.limits().resets())
        .set(UndertowOptions.RST_FRAMES_TIME_WINDOW, Limits.RESET_WINDOW_MILLIS)
        .set(UndertowOptions.IDLE_TIMEOUT, millis(settings.timeouts().stall()))
        .getMap();
  }

  private static int millis(Duration duration) {
    return Math.toIntExact(duration.toMillis());
  }
}
