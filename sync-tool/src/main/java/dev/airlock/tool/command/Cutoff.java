package dev.airlock.tool.command;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the time after which uploads do not count, in the forms of uv's {@code --exclude-newer}.
 *
 * @see <a href="https://docs.astral.sh/uv/reference/settings/#exclude-newer">exclude-newer of
 *     uv</a>
 */
final class Cutoff {
  private static final Pattern AGE =
      Pattern.compile("(\\d{1,6})\\s*(minute|hour|day|week)s?", Pattern.CASE_INSENSITIVE);
  private static final Pattern WEEKS = Pattern.compile("P(\\d{1,6})W", Pattern.CASE_INSENSITIVE);

  /** Index times have microseconds. */
  private static final Duration BEFORE_MIDNIGHT = Duration.of(1, ChronoUnit.MICROS);

  private Cutoff() {}

  /**
   * The last moment that counts.
   *
   * @param text a time with its offset; a date, of which the end in UTC is meant; or an age, as in
   *     {@code 7 days}, {@code P7D} or {@code PT12H}, with days of 24 hours
   * @param clock what an age is counted back from
   * @throws IllegalArgumentException when it is none of these
   */
  static Instant parse(String text, InstantSource clock) {
    String stripped = text.strip();
    try {
      Matcher age = AGE.matcher(stripped);
      Matcher weeks = WEEKS.matcher(stripped);
      if (age.matches()) {
        return ago(unit(age.group(2)).multipliedBy(Long.parseLong(age.group(1))), clock);
      }
      if (weeks.matches()) {
        return ago(Duration.ofDays(7 * Long.parseLong(weeks.group(1))), clock);
      }
      if (stripped.toUpperCase(Locale.ROOT).startsWith("P")) {
        return ago(Duration.parse(stripped), clock);
      }
      return stripped.contains(":")
          ? Instant.parse(stripped)
          : LocalDate.parse(stripped)
              .plusDays(1)
              .atStartOfDay()
              .toInstant(ZoneOffset.UTC)
              .minus(BEFORE_MIDNIGHT);
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException(
          "accepted are a time such as 2024-06-30T12:00:00Z, a date such as 2024-06-30, and an age"
              + " such as '7 days', P7D or PT12H",
          e);
    }
  }

  private static Duration unit(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "minute" -> Duration.ofMinutes(1);
      case "hour" -> Duration.ofHours(1);
      case "day" -> Duration.ofDays(1);
      default -> Duration.ofDays(7);
    };
  }

  private static Instant ago(Duration age, InstantSource clock) {
    if (age.isNegative()) {
      throw new IllegalArgumentException("an age counts back from now, and is not negative");
    }
    return clock.instant().truncatedTo(ChronoUnit.SECONDS).minus(age);
  }
}
