package dev.airlock.server.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much a server takes from its clients before it refuses.
 *
 * @param connections open at a time; who comes then waits until one is closed
 * @param headerBytes of a request, with its address
 * @param headers of a request
 * @param streams of one HTTP/2 connection at a time
 * @param resets of streams of one HTTP/2 connection in {@link #RESET_WINDOW_MILLIS}, the client's
 *     and those that it makes us send; then the connection is closed (CVE-2023-44487,
 *     CVE-2025-9784)
 */
public record Limits(int connections, int headerBytes, int headers, int streams, int resets) {
  private static final int MOST_CONNECTIONS = 8192;
  private static final int LEAST_CONNECTIONS = 16;

  /** Descriptors that are for neither clients nor their files: jars, the store, upstreams. */
  private static final int OTHER_DESCRIPTORS = 300;

  private static final Pattern DESCRIPTORS =
      Pattern.compile("(?m)^Max open files\\s+(\\d{1,18})\\s");

  /**
   * The usual ones: pip has 10 connections, uv 50 streams. There are no more connections than the
   * process may have descriptors for, of which each takes two, for itself and for its file.
   */
  public static final Limits USUAL =
      new Limits(connections(limitsOfThisProcess()), 32 << 10, 100, 100, 200);

  private static String limitsOfThisProcess() {
    try {
      return Files.readString(Path.of("/proc/self/limits"));
    } catch (IOException notLinux) {
      return "";
    }
  }

  /** How many connections there may be by what {@code /proc/self/limits} says, if it says it. */
  static int connections(String limits) {
    Matcher descriptors = DESCRIPTORS.matcher(limits);
    if (!descriptors.find()) {
      return MOST_CONNECTIONS;
    }
    long room = (Long.parseLong(descriptors.group(1)) - OTHER_DESCRIPTORS) / 2;
    return Math.clamp(room, LEAST_CONNECTIONS, MOST_CONNECTIONS);
  }

  /** How long resets are counted together. */
  static final int RESET_WINDOW_MILLIS = 30_000;
}
