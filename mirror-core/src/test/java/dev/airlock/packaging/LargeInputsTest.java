package dev.airlock.packaging;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.airlock.fixtures.Adversary;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Inputs of a megabyte that were made to keep a reader busy, or to bring it down. */
class LargeInputsTest {
  private static final int MEGABYTE = 1 << 20;

  /** Against hanging; {@code bench/fuzz} measures how the time grows. */
  private static final Duration LONG = Duration.ofSeconds(60);

  static Stream<Adversary> adversaries() {
    return Adversary.all().stream();
  }

  @ParameterizedTest
  @MethodSource("adversaries")
  void endsWithAnAnswer(Adversary adversary) {
    byte[] bytes = adversary.bytes(MEGABYTE);
    assertTimeoutPreemptively(LONG, () -> adversary.parser().understands(bytes));
  }
}
