package dev.airlock.server.http;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * The way a request came in.
 *
 * @param remote the client's end of the connection
 * @param local the server's end of it
 * @param scheme {@code http} or {@code https}: what is spoken on the connection, whatever a header
 *     claims
 * @param publicUrl the address that clients know the server by, where one is configured
 */
public record Arrival(
    InetSocketAddress remote,
    InetSocketAddress local,
    String scheme,
    Optional<PublicUrl> publicUrl) {
  /** The server's root: as it is configured, else as the client reached it. */
  String root() {
    return publicUrl
        .map(PublicUrl::toString)
        .orElseGet(() -> scheme + "://" + host(local) + ":" + local.getPort() + "/");
  }

  /** An address as it stands in a URL, IPv6 in brackets and without a zone. */
  static String host(InetSocketAddress address) {
    String host = plainHost(address);
    return host.contains(":") ? "[" + host + "]" : host;
  }

  /** An address without a zone: that names one of our interfaces, not the other side. */
  static String plainHost(InetSocketAddress address) {
    return address.getAddress().getHostAddress().replaceFirst("%.*", "");
  }
}
