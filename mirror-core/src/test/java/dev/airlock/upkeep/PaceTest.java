package dev.airlock.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {
  private final AtomicLong now = new AtomicLong(7);
  private final List<Duration> pauses = new ArrayList<>();

  private Pace pace(long bytesPerSecond) {
    return Pace.of(
        bytesPerSecond,
        now::get,
        pause -> {
          pauses.add(pause);
          now.addAndGet(pause.toNanos());
        });
  }

  @Test
  void waitsForAsLongAsReadingWasTooFast() throws InterruptedIOException {
    Pace pace = pace(1000);

    pace.read(500);
    now.addAndGet(Duration.ofMillis(200).toNanos());
    pace.read(500);
    now.addAndGet(Duration.ofSeconds(5).toNanos());
    pace.read(1000);

    assertThat(pauses).containsExactly(Duration.ofMillis(500), Duration.ofMillis(300));
  }

  @Test
  void neverWaitsWhereNoRateIsGiven() throws InterruptedIOException {
    Pace.free().read(Long.MAX_VALUE);
    assertThat(pauses).isEmpty();
  }

  @Test
  void refusesARateAtWhichNothingIsRead() {
    assertThatThrownBy(() -> pace(0)).hasMessageContaining("accepted is 1 or more");
  }

  @Test
  void endsWhenItIsInterrupted() {
    Pace pace =
        Pace.of(
            1,
            now::get,
            _ -> {
              throw new InterruptedException();
            });

    assertThatThrownBy(() -> pace.read(10)).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
