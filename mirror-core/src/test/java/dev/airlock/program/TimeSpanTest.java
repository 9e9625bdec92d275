package dev.airlock.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeSpanTest {
  @ParameterizedTest
  @CsvSource({"30s, PT30S", "90m, PT90M", "24h, PT24H", "7 d, PT168H", "0, PT0S", "0h, PT0S"})
  void readsWhatPeopleWrite(String text, Duration expected) {
    assertThat(TimeSpan.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "24", "h", "1w", "-1h", "1.5h", "99999999999s", "1h30m"})
  void refusesAnythingElse(String text) {
    assertThatThrownBy(() -> TimeSpan.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'" + text + "': accepted are times such as 90m, 24h or 7d");
  }

  @Test
  void takesTheUnitInAnyCase() {
    assertThat(TimeSpan.parse("2H")).isEqualTo(Duration.ofHours(2));
  }
}
