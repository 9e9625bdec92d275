package dev.airlock.server.http;

import dev.airlock.server.http.Request.Method;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.GracefulShutdownHandler;
import io.undertow.util.HeaderValues;
import io.undertow.util.Methods;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/**
 * The server's socket: reads requests, asks a {@link Handler}, and sends what it says. Pages that
 * are at hand are answered on the I/O thread; all else is looked up on a virtual thread, which may
 * wait, and then sent by the I/O thread.
 */
public final class HttpServer implements Closeable {
  private static final String TOO_MANY_FILES = "Too many open files";
  private static final Duration BUSY = Duration.ofSeconds(5);
  private static final Logger LOG = System.getLogger(HttpServer.class.getName());
  private static final int BUFFER = 16 << 10;
  private static final int WORKERS = 8;

  private final HttpSettings settings;
  private final Handler handler;
  private final Transmission transmission;

  /** For whatever may wait for a disk or an upstream. What is sent is sent by the I/O threads. */
  private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();

  private @Nullable GracefulShutdownHandler requests;
  private @Nullable XnioWorker worker;
  private @Nullable DefaultByteBufferPool buffers;
  private @Nullable AcceptingChannel<? extends StreamConnection> server;
  private @Nullable AccessLog log;

  /**
   * How long the server waits.
   *
   * @param idle for a request on an open connection
   * @param request for a request to be complete
   * @param stall for a client to take some bytes of a file. What it does take is seen late: the
   *     system holds some megabytes for it
   * @param drain for running transfers when it is closed
   */
  public record Timeouts(Duration idle, Duration request, Duration stall, Duration drain) {
    /** The usual ones. */
    public static final Timeouts USUAL =
        new Timeouts(
            Duration.ofMinutes(2),
            Duration.ofSeconds(30),
            Duration.ofMinutes(30),
            Duration.ofSeconds(5));
  }

  /** A server that is not started. */
  public HttpServer(HttpSettings settings, Handler handler) {
    this.settings = settings;
    this.handler = handler;
    this.transmission = new Transmission(settings.timeouts().stall());
  }

  /**
   * Starts to listen.
   *
   * @throws ListenException when the address cannot be had
   * @throws IOException when the certificate, the key or the tokens cannot be used
   */
  public synchronized void start() throws IOException {
    Optional<ServerKeys> keys =
        settings.tls().isPresent()
            ? Optional.of(new ServerKeys(settings.tls().get()))
            : Optional.empty();
    HttpHandler root = handlers();
    int ioThreads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
    worker =
        Xnio.getInstance(HttpServer.class.getClassLoader())
            .createWorker(
                OptionMap.builder()
                    .set(Options.WORKER_NAME, "airlock")
                    .set(Options.WORKER_IO_THREADS, ioThreads)
                    .set(Options.WORKER_TASK_CORE_THREADS, WORKERS)
                    .set(Options.WORKER_TASK_MAX_THREADS, WORKERS)
                    .set(Options.TCP_NODELAY, true)
                    .set(Options.CORK, true)
                    .getMap());
    buffers = new DefaultByteBufferPool(true, BUFFER);
    var acceptor = new Acceptor(settings, worker, buffers, root);
    try {
      server = keys.isPresent() ? acceptor.listen(keys.get().context()) : acceptor.listen();
    } catch (IOException e) {
      close();
      throw new ListenException("cannot listen at " + settings.listen() + ": " + message(e), e);
    }
  }

  private HttpHandler handlers() throws IOException {
    Optional<ReadTokens> tokens =
        settings.tokens().isPresent()
            ? Optional.of(new ReadTokens(settings.tokens().get(), System::nanoTime))
            : Optional.empty();
    var doorkeeper =
        new Doorkeeper(tokens, new Penalties(System::nanoTime), this::refuse, this::receive);
    var graceful = new GracefulShutdownHandler(doorkeeper);
    requests = graceful;
    Optional<AccessLog> lines = settings.accessLog().map(AccessLog::new);
    log = lines.orElse(null);
    return new AccessHandler(lines, graceful);
  }

  /** The address it listens at, with the port that was free when none was named. */
  public synchronized InetSocketAddress address() {
    if (server == null) {
      throw new IllegalStateException("the server is not started");
    }
    return server.getLocalAddress(InetSocketAddress.class);
  }

  /** Stops to listen, lets running transfers come to their end for a while, then cuts them. */
  @Override
  public synchronized void close() {
    if (server != null) {
      IoUtils.safeClose(server);
      server = null;
    }
    if (requests != null) {
      drain(requests);
      requests = null;
    }
    stopThreads();
    transmission.close();
    if (log != null) {
      log.close();
      log = null;
    }
  }

  private void drain(GracefulShutdownHandler running) {
    Duration drain = settings.timeouts().drain();
    running.shutdown();
    try {
      if (!running.awaitShutdown(drain.toMillis())) {
        LOG.log(Level.WARNING, "transfers were cut after {0} s", drain.toSeconds());
      }
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    }
  }

  private void stopThreads() {
    waiting.shutdownNow();
    if (worker != null) {
      worker.shutdownNow();
      try {
        worker.awaitTermination(1, TimeUnit.SECONDS);
      } catch (InterruptedException hurry) {
        Thread.currentThread().interrupt();
      }
      worker = null;
    }
    if (buffers != null) {
      buffers.close();
      buffers = null;
    }
  }

  private void receive(HttpServerExchange exchange) {
    Optional<Method> method = method(exchange);
    Request request;
    try {
      request = request(exchange, method.orElse(Method.GET));
    } catch (BadRequestException e) {
      send(exchange, ready(Request.unreadable(arrival(exchange)), Response.badRequest(message(e))));
      return;
    }
    AccessHandler.asked(exchange, request, handler);
    if (method.isEmpty()) {
      exchange.setPersistent(false);
      send(
          exchange,
          ready(request, Response.methodNotAllowed(exchange.getRequestMethod().toString())));
      return;
    }
    Optional<Response> ready = ready(request);
    if (ready.isPresent()) {
      send(exchange, ready(request, ready.get()));
    } else {
      exchange.dispatch(
          waiting,
          (HttpHandler)
              later ->
                  later.dispatch(later.getIoThread(), sending(ready(request, handle(request)))));
    }
  }

  private Optional<Response> ready(Request request) {
    try {
      return handler.ready(request);
    } catch (RuntimeException e) {
      return Optional.of(failed(request, e));
    }
  }

  private Response handle(Request request) {
    try {
      return handler.handle(request);
    } catch (IOException | RuntimeException e) {
      return failed(request, e);
    }
  }

  private static Response failed(Request request, Exception e) {
    if (e instanceof FileSystemException && message(e).contains(TOO_MANY_FILES)) {
      LOG.log(Level.WARNING, "no file can be opened: " + message(e));
      return Response.unavailable("the mirror has too many files open: ask again", BUSY);
    }
    LOG.log(Level.ERROR, "cannot answer /" + String.join("/", request.segments()), e);
    return Response.failed(
        "the mirror failed to answer: "
            + message(e)
            + ". Its log tells more; if the store is on a disk that was removed, attach it again");
  }

  private HttpHandler sending(Transmission.Ready ready) {
    return exchange -> send(exchange, ready);
  }

  private void refuse(HttpServerExchange exchange, Response response) {
    send(exchange, ready(Request.unreadable(arrival(exchange)), response));
  }

  private void send(HttpServerExchange exchange, Transmission.Ready ready) {
    AccessHandler.answering(exchange);
    transmission.send(exchange, ready);
  }

  /** What a response is on the wire, its file opened. */
  private Transmission.Ready ready(Request request, Response response) {
    try {
      return Transmission.open(
          Delivery.of(request, settings.tokens().isPresent() ? response.asPrivate() : response));
    } catch (Supply.FailedException e) {
      return Transmission.inMemory(Delivery.of(request, Response.badGateway(message(e))));
    } catch (IOException e) {
      return Transmission.inMemory(Delivery.of(request, failed(request, e)));
    }
  }

  private static Optional<Method> method(HttpServerExchange exchange) {
    if (exchange.getRequestMethod().equals(Methods.GET)) {
      return Optional.of(Method.GET);
    }
    return exchange.getRequestMethod().equals(Methods.HEAD)
        ? Optional.of(Method.HEAD)
        : Optional.empty();
  }

  private Request request(HttpServerExchange exchange, Method method) throws BadRequestException {
    String path = AccessHandler.path(exchange);
    Map<String, String> headers = new HashMap<>();
    for (HeaderValues values : exchange.getRequestHeaders()) {
      headers.put(
          values.getHeaderName().toString().toLowerCase(Locale.ROOT), String.join(", ", values));
    }
    return Request.parse(method, path, exchange.getQueryString(), headers, arrival(exchange));
  }

  private Arrival arrival(HttpServerExchange exchange) {
    return new Arrival(
        exchange.getConnection().getPeerAddress(InetSocketAddress.class),
        exchange.getConnection().getLocalAddress(InetSocketAddress.class),
        settings.scheme(),
        settings.publicUrl());
  }

  private static String message(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
