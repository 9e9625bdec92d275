package dev.airlock.upstream;

import java.io.Closeable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import okhttp3.HttpUrl;

/**
 * The circuit breakers of all hosts. Where hosts are not to be left alone, none ever opens. Safe
 * for several threads.
 */
final class Breakers implements Closeable {
  private final boolean rests;
  private final Function<HttpUrl, Breaker.Probe> probe;
  private final Machine machine;
  private final Map<String, Breaker> breakers = new ConcurrentHashMap<>();
  private final ExecutorService probes =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("airlock-probe").factory());

  /**
   * Breakers that are all closed.
   *
   * @param rests whether they open at all
   * @param probe how to find out whether the host of an address is back
   */
  Breakers(boolean rests, Function<HttpUrl, Breaker.Probe> probe, Machine machine) {
    this.rests = rests;
    this.probe = probe;
    this.machine = machine;
  }

  /** The breaker of the host, port and scheme of an address. */
  Breaker of(HttpUrl url) {
    return breakers.computeIfAbsent(
        origin(url), _ -> new Breaker(rests, probe.apply(url), machine, probes));
  }

  /** Whom an address speaks to: another port or plain http is somebody else. */
  static String origin(HttpUrl url) {
    return url.scheme() + "://" + url.host() + ":" + url.port();
  }

  @Override
  public void close() {
    probes.shutdownNow();
  }
}
