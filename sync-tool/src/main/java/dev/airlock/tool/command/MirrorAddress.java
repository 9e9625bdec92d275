package dev.airlock.tool.command;

import java.net.URI;
import java.net.URISyntaxException;

/** Addresses of mirrors, as builds are given them. */
final class MirrorAddress {
  private MirrorAddress() {}

  /**
   * The address, without a slash at its end.
   *
   * @throws IllegalArgumentException when it is none; the message quotes it and says what is
   *     accepted
   */
  static URI parse(String text) {
    try {
      var address = new URI(text.replaceFirst("/+$", ""));
      boolean known =
          "http".equalsIgnoreCase(address.getScheme())
              || "https".equalsIgnoreCase(address.getScheme());
      if (known && address.getHost() != null) {
        return address;
      }
    } catch (URISyntaxException notAnAddress) {
      // said below
    }
    throw new IllegalArgumentException(
        "'" + text + "': accepted is the address of a mirror, as in http://HOST:3143");
  }

  /** Whether a host is the machine itself, as whoever asks sees it. */
  static boolean isLoopback(String host) {
    return host.equals("localhost") || host.equals("[::1]") || host.startsWith("127.");
  }
}
