package dev.airlock.server.pullthrough;

import dev.airlock.files.NoSpaceException;
import dev.airlock.files.ReadOnlyException;
import dev.airlock.upstream.UpstreamException;
import java.nio.file.FileSystemException;
import java.time.Duration;

/**
 * Why something cannot be had that perhaps exists.
 *
 * @param reason the cause, as a clause
 * @param passes whether it may pass by itself
 * @param retryAfter when it makes sense to ask again
 */
public record Trouble(String reason, boolean passes, Duration retryAfter) {
  private static final String TOO_MANY_FILES = "Too many open files";
  private static final Duration SOON = Duration.ofSeconds(5);

  /** Nobody is sent away for longer, whatever an upstream asks for. */
  private static final Duration LONGEST = Duration.ofMinutes(5);

  static Trouble of(Exception cause) {
    String reason =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    return switch (cause) {
      case UpstreamException e when e.isTransient() || e.isUnreachable() ->
          new Trouble(reason, true, due(e.retryAfter()));
      case NoSpaceException _, ReadOnlyException _ -> new Trouble(reason, true, SOON);
      case FileSystemException _ when reason.contains(TOO_MANY_FILES) ->
          new Trouble("the mirror has too many files open", true, SOON);
      default -> new Trouble(reason, false, Duration.ZERO);
    };
  }

  private static Duration due(Duration asked) {
    if (!asked.isPositive()) {
      return SOON;
    }
    return asked.compareTo(LONGEST) < 0 ? asked : LONGEST;
  }
}
