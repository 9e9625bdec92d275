package dev.airlock.program;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as people write them: {@code 30s}, {@code 90m}, {@code 24h}, {@code 7d}. */
public final class TimeSpan {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9})\\s*([smhd]?)");

  private static final Map<String, Duration> UNITS =
      Map.of(
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  private TimeSpan() {}

  /**
   * The span of time. A number needs a unit, but for 0.
   *
   * @throws IllegalArgumentException when it is none; the message quotes it and says what is
   *     accepted
   */
  public static Duration parse(String text) {
    Matcher parts = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (parts.matches()) {
      int count = Integer.parseInt(parts.group(1));
      Duration unit = UNITS.get(parts.group(2));
      if (unit != null || count == 0) {
        return unit == null ? Duration.ZERO : unit.multipliedBy(count);
      }
    }
    throw new IllegalArgumentException("'" + text + "': accepted are times such as 90m, 24h or 7d");
  }
}
