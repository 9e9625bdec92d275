package dev.airlock.upstream;

import java.net.URI;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import okhttp3.HttpUrl;

/**
 * The way of one request from address to address (RFC 9110, section 15.4). It never leaves TLS,
 * never goes in a circle, and goes to allowed addresses only. Not for several threads.
 */
final class Redirects {
  private static final int MOST = 10;

  private final Egress egress;
  private final Set<HttpUrl> visited = new LinkedHashSet<>();

  Redirects(Egress egress) {
    this.egress = egress;
  }

  /**
   * Where an answer leads to; empty when it is the answer itself that was wanted.
   *
   * @param asked the address that it was given at
   * @throws UpstreamException when that is nowhere to go
   */
  Optional<HttpUrl> next(Reply reply, HttpUrl asked) throws UpstreamException {
    Optional<String> location =
        reply.response().isRedirect() ? reply.header("Location") : Optional.empty();
    if (location.isEmpty()) {
      return Optional.empty();
    }
    try {
      HttpUrl next = target(asked, location.get());
      reply.breaker().answered();
      return Optional.of(next);
    } catch (UpstreamException e) {
      reply.close();
      throw e;
    }
  }

  private HttpUrl target(HttpUrl asked, String location) throws UpstreamException {
    URI from = asked.uri();
    HttpUrl resolved = asked.resolve(location);
    if (resolved == null) {
      throw UpstreamException.refused(
          from, shown(location), "accepted are addresses of http and https");
    }
    // Credentials in it are the upstream's idea, not the user's.
    HttpUrl next = resolved.newBuilder().username("").password("").fragment(null).build();
    if (asked.isHttps() && !next.isHttps()) {
      throw UpstreamException.refused(from, next.toString(), "it leaves TLS");
    }
    Optional<String> refusal = egress.refusal(next.uri());
    if (refusal.isPresent()) {
      throw UpstreamException.refused(from, next.toString(), refusal.get());
    }
    visited.add(asked);
    if (visited.contains(next)) {
      throw UpstreamException.unexpected(from, "it redirects in a circle, to " + next + " again");
    }
    if (visited.size() > MOST) {
      throw UpstreamException.unexpected(
          from, "it redirects to " + next + ", after " + MOST + " redirects before");
    }
    return next;
  }

  private static String shown(String location) {
    return Addresses.masked(location.length() > 200 ? location.substring(0, 200) + "…" : location);
  }
}
