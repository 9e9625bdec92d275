package dev.airlock.upstream;

import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import okhttp3.Dns;

/**
 * Resolves names within a limit of time, which the system's resolver has none of, and asks for the
 * same name once however many wait for it.
 */
final class Names implements Dns {
  private final Dns dns;
  private final Duration patience;
  private final Map<String, CompletableFuture<List<InetAddress>>> asked = new ConcurrentHashMap<>();

  Names(Dns dns, Duration patience) {
    this.dns = dns;
    this.patience = patience;
  }

  @Override
  public List<InetAddress> lookup(String name) throws UnknownHostException {
    var mine = new CompletableFuture<List<InetAddress>>();
    CompletableFuture<List<InetAddress>> others = asked.putIfAbsent(name, mine);
    if (others == null) {
      // A thread of the platform: it may hang in the system's resolver for long.
      Thread.ofPlatform().daemon().name("airlock-dns").start(() -> ask(name, mine));
    }
    try {
      return (others == null ? mine : others).get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw failure(name, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw failure(
          name,
          new InterruptedIOException(name + ": no name server answered within " + words(patience)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(name, e);
    }
  }

  static String words(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }

  private static UnknownHostException failure(String name, Throwable cause) {
    String message = cause.getMessage();
    var failure = new UnknownHostException(message == null ? name : message);
    failure.initCause(cause);
    return failure;
  }

  private void ask(String name, CompletableFuture<List<InetAddress>> answer) {
    try {
      List<InetAddress> addresses = dns.lookup(name);
      // First: whoever asks after an answer asks anew.
      asked.remove(name);
      answer.complete(addresses);
    } catch (UnknownHostException | RuntimeException e) {
      asked.remove(name);
      answer.completeExceptionally(e);
    }
  }
}
