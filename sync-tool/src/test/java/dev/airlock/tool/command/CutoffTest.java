package dev.airlock.tool.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CutoffTest {
  private static final InstantSource NOW =
      InstantSource.fixed(Instant.parse("2024-07-08T09:10:11.5Z"));

  @ParameterizedTest
  @CsvSource({
    "2024-06-30T12:00:00Z, 2024-06-30T12:00:00Z",
    "2024-06-30T12:00:00.25+02:00, 2024-06-30T10:00:00.250Z",
    "2024-06-30, 2024-06-30T23:59:59.999999Z",
    "2023-12-31, 2023-12-31T23:59:59.999999Z",
    "7 days, 2024-07-01T09:10:11Z",
    "1 Week, 2024-07-01T09:10:11Z",
    "24hours, 2024-07-07T09:10:11Z",
    "30 minutes, 2024-07-08T08:40:11Z",
    "P7D, 2024-07-01T09:10:11Z",
    "p1w, 2024-07-01T09:10:11Z",
    "PT12H, 2024-07-07T21:10:11Z",
    "P1DT1H, 2024-07-07T08:10:11Z"
  })
  void readsTimesDatesAndAges(String text, Instant expected) {
    assertThat(Cutoff.parse(text, NOW)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "soon",
        "2024",
        "2024-13-01",
        "2024-06-30T12:00:00",
        "7",
        "7 months",
        "P1M",
        "-P7D",
        "P-7D",
        "P999999999999D",
        "P",
        "999999 weeks ago",
        "+1000000000-01-01"
      })
  void refusesWhatIsNone(String text) {
    assertThatThrownBy(() -> Cutoff.parse(text, NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .isNotBlank();
  }
}
