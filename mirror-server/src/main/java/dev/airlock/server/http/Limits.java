package dev.airlock.server.http;

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
  /** The usual ones: pip has 10 connections, uv 50 streams. */
  public static final Limits USUAL = new Limits(8192, 32 << 10, 100, 100, 200);

  /** How long resets are counted together. */
  static final int RESET_WINDOW_MILLIS = 30_000;
}
