package dev.airlock.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeliveryTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip                    | true",
        "gzip, deflate           | true",
        "deflate, GZIP;q=0.5     | true",
        "*                       | true",
        "x-gzip                  | true",
        "''                      | false",
        "identity                | false",
        "gzip;q=0                | false",
        "gzip; q=0.000, *        | false",
        "*;q=0                   | false",
        "gzipped                 | false",
      })
  void compressesForWhoTakesIt(String header, boolean accepted) {
    assertThat(Delivery.acceptsGzip(Optional.of(header))).isEqualTo(accepted);
  }

  @Test
  void aRangeOfAnEmptyFileCannotBeSatisfied() {
    assertThat(ByteRange.of(Optional.of("bytes=0-"), 0))
        .isInstanceOf(ByteRange.Unsatisfiable.class);
    assertThat(ByteRange.of(Optional.of("bytes=-5"), 0))
        .isInstanceOf(ByteRange.Unsatisfiable.class);
    assertThat(ByteRange.of(Optional.empty(), 0)).isInstanceOf(ByteRange.Whole.class);
  }

  @Test
  void aRangeMayLieBehindTwoGigabytes() {
    assertThat(ByteRange.of(Optional.of("bytes=3000000000-"), 5_000_000_000L))
        .isEqualTo(new ByteRange.Part(3_000_000_000L, 2_000_000_000L));
  }
}
