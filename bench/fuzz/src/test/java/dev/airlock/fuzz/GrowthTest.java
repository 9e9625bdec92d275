package dev.airlock.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.fixtures.Adversary;
import java.util.ArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * How the time of adversarial inputs grows with their size. It measures, so it is no test of a
 * build: {@code bench/fuzz/growth} asks for it.
 */
@EnabledIfEnvironmentVariable(named = "AIRLOCK_GROWTH", matches = "1")
class GrowthTest {
  private static final int QUARTER = 1 << 18;

  /** Four times the input may take sixteen times as long where it is quadratic; so much is odd. */
  private static final int MOST = 12;

  private static final int TIMES = 5;

  /** In milliseconds; what is over so soon is not worth measuring. */
  private static final long SHORT = 500;

  @Test
  void isAboutLinear() {
    var steep = new ArrayList<String>();
    for (Adversary adversary : Adversary.all()) {
      if (milliseconds(adversary, 4 * QUARTER) > SHORT) {
        long quarter = Math.max(1, best(adversary, QUARTER));
        long whole = best(adversary, 4 * QUARTER);
        if (whole > MOST * quarter) {
          steep.add(adversary + ": " + quarter + " ms, then " + whole + " ms");
        }
      }
    }
    assertThat(steep).isEmpty();
  }

  /** The best of some: others work on this machine too, and the collector of garbage. */
  private static long best(Adversary adversary, int size) {
    return LongStream.generate(() -> milliseconds(adversary, size))
        .limit(TIMES)
        .min()
        .orElseThrow();
  }

  private static long milliseconds(Adversary adversary, int size) {
    byte[] bytes = adversary.bytes(size);
    long begun = System.nanoTime();
    var _ = adversary.parser().understands(bytes);
    return (System.nanoTime() - begun) / 1_000_000;
  }
}
