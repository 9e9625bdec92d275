package dev.airlock.server.http;

import dev.airlock.server.http.Request.Method;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
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
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioWorker;

/**
 * The server's socket: reads requests, asks a {@link Handler}, and sends what it says. Pages that
 * are at hand are answered on the I/O thread; all else is looked up on a virtual thread, which may
 * wait, and then sent by the I/O thread.
 */
public final class HttpServer implements Closeable {
  private static final Logger LOG = System.getLogger(HttpServer.class.getName());
  private static final Logger ACCESS = System.getLogger("dev.airlock.access");
  private static final int BUFFER = 16 << 10;
  private static final int MOST_HEADER_BYTES = 32 << 10;
  private static final int WORKERS = 8;
  private static final String HTTP = "http";

  private final HttpSettings settings;
  private final Handler handler;
  private final Transmission transmission;
  private final GracefulShutdownHandler requests;

  /** For whatever may wait for a disk or an upstream. What is sent is sent by the I/O threads. */
  private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();

  private @Nullable XnioWorker worker;
  private @Nullable DefaultByteBufferPool buffers;
  private @Nullable Undertow undertow;

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
    this.requests = new GracefulShutdownHandler(this::receive);
  }

  /**
   * Starts to listen.
   *
   * @throws ListenException when the address cannot be had
   */
  public synchronized void start() throws IOException {
    Listen listen = settings.listen();
    Timeouts timeouts = settings.timeouts();
    int ioThreads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
    // Ours, so that stopping Undertow stops no more than accepting.
    worker =
        Xnio.getInstance(HttpServer.class.getClassLoader())
            .createWorker(
                OptionMap.builder()
                    .set(Options.WORKER_NAME, "airlock")
                    .set(Options.WORKER_IO_THREADS, ioThreads)
                    .set(Options.WORKER_TASK_CORE_THREADS, WORKERS)
                    .set(Options.WORKER_TASK_MAX_THREADS, WORKERS)
                    .set(Options.CONNECTION_HIGH_WATER, 1_000_000)
                    .set(Options.CONNECTION_LOW_WATER, 1_000_000)
                    .set(Options.TCP_NODELAY, true)
                    .set(Options.CORK, true)
                    .getMap());
    buffers = new DefaultByteBufferPool(true, BUFFER);
    undertow =
        Undertow.builder()
            .addHttpListener(listen.port(), listen.host())
            .setWorker(worker)
            .setByteBufferPool(buffers)
            .setHandler(requests)
            .setSocketOption(Options.BACKLOG, 1024)
            .setServerOption(UndertowOptions.ALWAYS_SET_KEEP_ALIVE, false)
            .setServerOption(UndertowOptions.RECORD_REQUEST_START_TIME, false)
            .setServerOption(UndertowOptions.BUFFER_PIPELINED_DATA, false)
            .setServerOption(UndertowOptions.DECODE_URL, false)
            .setServerOption(UndertowOptions.MAX_HEADER_SIZE, MOST_HEADER_BYTES)
            .setServerOption(UndertowOptions.MAX_HEADERS, 100)
            .setServerOption(UndertowOptions.MAX_PARAMETERS, 20)
            .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, 64L << 10)
            .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, millis(timeouts.request()))
            .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, millis(timeouts.idle()))
            .build();
    try {
      undertow.start();
    } catch (RuntimeException e) {
      close();
      throw new ListenException(
          "cannot listen at " + listen + ": " + message(e.getCause() == null ? e : e.getCause()),
          e);
    }
  }

  /** The address it listens at, with the port that was free when none was named. */
  public synchronized InetSocketAddress address() {
    if (undertow == null || undertow.getListenerInfo().isEmpty()) {
      throw new IllegalStateException("the server is not started");
    }
    return (InetSocketAddress) undertow.getListenerInfo().getFirst().getAddress();
  }

  /** Stops to listen, lets running transfers come to their end for a while, then cuts them. */
  @Override
  public synchronized void close() {
    if (undertow != null) {
      undertow.stop();
      undertow = null;
    }
    requests.shutdown();
    Duration drain = settings.timeouts().drain();
    try {
      if (!requests.awaitShutdown(drain.toMillis())) {
        LOG.log(Level.WARNING, "transfers were cut after {0} s", drain.toSeconds());
      }
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    }
    stopThreads();
    transmission.close();
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
    if (ACCESS.isLoggable(Level.DEBUG)) {
      long began = System.nanoTime();
      exchange.addExchangeCompleteListener((done, next) -> {
        log(done, began);
        next.proceed();
      });
    }
    Optional<Method> method = method(exchange);
    Request request;
    try {
      request = request(exchange, method.orElse(Method.GET));
    } catch (BadRequestException e) {
      send(exchange, ready(Request.unreadable(arrival(exchange)), Response.badRequest(message(e))));
      return;
    }
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
    LOG.log(Level.ERROR, "cannot answer /" + String.join("/", request.segments()), e);
    return Response.failed(
        "the mirror failed to answer: "
            + message(e)
            + ". Its log tells more; if the store is on a disk that was removed, attach it again");
  }

  private HttpHandler sending(Transmission.Ready ready) {
    return exchange -> send(exchange, ready);
  }

  private void send(HttpServerExchange exchange, Transmission.Ready ready) {
    transmission.send(exchange, ready);
  }

  /** What a response is on the wire, its file opened. */
  private static Transmission.Ready ready(Request request, Response response) {
    try {
      return Transmission.open(Delivery.of(request, response));
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
    String path = exchange.getRequestURI();
    if (exchange.isHostIncludedInRequestURI()) {
      int authority = path.indexOf("://");
      int slash = authority < 0 ? -1 : path.indexOf('/', authority + 3);
      path = slash < 0 ? "/" : path.substring(slash);
    }
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
        HTTP,
        settings.publicUrl());
  }

  private static void log(HttpServerExchange exchange, long began) {
    ACCESS.log(
        Level.DEBUG,
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI()
            + " "
            + exchange.getStatusCode()
            + " "
            + exchange.getResponseBytesSent()
            + " bytes "
            + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)
            + " ms");
  }

  private static String message(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static int millis(Duration duration) {
    return Math.toIntExact(duration.toMillis());
  }
}
