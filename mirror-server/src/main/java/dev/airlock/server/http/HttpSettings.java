package dev.airlock.server.http;

import java.util.Optional;

/**
 * Where a server listens and how it treats its clients.
 *
 * @param listen where it listens
 * @param timeouts how long it waits
 * @param publicUrl the address that its clients know it by, where that is another one
 */
public record HttpSettings(
    Listen listen, HttpServer.Timeouts timeouts, Optional<PublicUrl> publicUrl) {
  /** The usual ones at an address. */
  public static HttpSettings at(Listen listen) {
    return new HttpSettings(listen, HttpServer.Timeouts.USUAL, Optional.empty());
  }

  /** These with other timeouts. */
  public HttpSettings with(HttpServer.Timeouts other) {
    return new HttpSettings(listen, other, publicUrl);
  }

  /** These with an address that clients know the server by. */
  public HttpSettings with(PublicUrl other) {
    return new HttpSettings(listen, timeouts, Optional.of(other));
  }
}
