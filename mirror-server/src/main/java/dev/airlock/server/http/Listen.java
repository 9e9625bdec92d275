package dev.airlock.server.http;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where to listen.
 *
 * @param host a name or an address, IPv6 without brackets
 * @param port the port, 0 for one that is free
 */
public record Listen(String host, int port) {
  /** Loopback only: who wants more says so. */
  public static final Listen DEFAULT = new Listen("127.0.0.1", 3143);

  private static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.%a-z]+)]|([^\\[\\]:\\s]*))(?::(\\d{1,5}))?");
  private static final Pattern PORT = Pattern.compile("\\d{1,5}");
  private static final Pattern BARE_IPV6 =
      Pattern.compile("[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  /**
   * Checks the port.
   *
   * @throws IllegalArgumentException when it is none
   */
  public Listen {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(port + " is not a port: it has to be 0 to 65535");
    }
  }

  /**
   * Reads {@code HOST:PORT}, {@code HOST} or {@code PORT}; an IPv6 address with a port stands in
   * brackets.
   *
   * @throws IllegalArgumentException when it is none of these
   */
  public static Listen parse(String text) {
    if (PORT.matcher(text).matches()) {
      return new Listen(DEFAULT.host(), Integer.parseInt(text));
    }
    if (BARE_IPV6.matcher(text).matches()) {
      return new Listen(text, DEFAULT.port());
    }
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches() || text.isEmpty()) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is not an address to listen at: accepted are HOST:PORT, HOST, PORT and"
              + " [IPv6]:PORT, as in 0.0.0.0:3143");
    }
    String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    return new Listen(
        host.isEmpty() ? DEFAULT.host() : host,
        matcher.group(3) == null ? DEFAULT.port() : Integer.parseInt(matcher.group(3)));
  }

  /** Whether only this machine reaches it. A name that is not an address counts as open. */
  public boolean isLoopback() {
    return host.equals("localhost") || host.equals("::1") || host.startsWith("127.");
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
