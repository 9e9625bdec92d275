package dev.airlock.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SingleFlightTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final SingleFlight<String, Integer> flight = new SingleFlight<>();
  private final AtomicInteger done = new AtomicInteger();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  private int work() throws InterruptedException {
    begun.countDown();
    goOn.await();
    return done.incrementAndGet();
  }

  @Test
  void doesTheWorkOnceForAllWhoAskMeanwhileAndAgainForWhoAsksLater() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> first = threads.submit(() -> flight.run("a", this::work));
      begun.await();
      Future<Integer> second = threads.submit(() -> flight.run("a", this::work, threads, LONG));
      assertThat(flight.run("b", () -> 7)).isEqualTo(7);
      goOn.countDown();

      assertThat(first.get()).isEqualTo(1);
      assertThat(second.get()).isIn(1, 2);
      assertThat(flight.run("a", this::work)).isEqualTo(done.get());
    }
  }

  /** A key that does something when its work has ended and is about to be taken out. */
  private static final class Key {
    private final Runnable atEnd;
    private int looks;

    Key(Runnable atEnd) {
      this.atEnd = atEnd;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key;
    }

    @Override
    public int hashCode() {
      looks++;
      if (looks == 2) {
        atEnd.run();
      }
      return 0;
    }
  }

  @Test
  void doesTheWorkAgainForWhoAsksWhenItsEndIsKnown() throws Exception {
    var flights = new SingleFlight<Key, Integer>();
    var later = new AtomicInteger();
    var key =
        new Key(() -> {
          try {
            later.set(flights.run(new Key(() -> {}), () -> 2));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });

    assertThat(flights.run(key, () -> 1)).isEqualTo(1);

    assertThat(later).hasValue(2);
  }

  @Test
  void goesOnWithWhatSomebodyWaitsForNoLonger() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThatThrownBy(() -> flight.run("a", this::work, threads, Duration.ZERO))
          .isInstanceOf(TimeoutException.class);
      begun.await();
      Future<Integer> other = threads.submit(() -> flight.run("a", () -> -1, threads, LONG));
      goOn.countDown();

      assertThat(other.get()).isIn(1, -1);
    }
    assertThat(done).hasValue(1);
  }

  @Test
  void passesOnWhatWentWrong() {
    Callable<Integer> failing =
        () -> {
          throw new IOException("no");
        };

    assertThatThrownBy(() -> flight.run("a", failing))
        .isInstanceOf(IOException.class)
        .hasMessage("no");
    assertThatThrownBy(() -> flight.run("a", () -> Integer.parseInt("x")))
        .isInstanceOf(NumberFormatException.class);
  }
}
