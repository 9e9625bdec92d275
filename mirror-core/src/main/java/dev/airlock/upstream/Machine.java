package dev.airlock.upstream;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import okhttp3.Dns;

/**
 * What the client takes from the machine it runs on, so that a test can put something else there.
 *
 * @param dns resolves names
 * @param nanos a clock that only goes forward
 * @param pause how to wait
 * @param chance numbers from 0 to 1
 */
record Machine(Dns dns, LongSupplier nanos, Retries.Pause pause, DoubleSupplier chance) {
  static final Machine REAL =
      new Machine(
          Dns.SYSTEM,
          System::nanoTime,
          duration -> Thread.sleep(duration),
          () -> ThreadLocalRandom.current().nextDouble());
}
