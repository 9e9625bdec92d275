package dev.airlock.upstream;

import dev.airlock.index.Authority;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.HttpUrl;

/**
 * The credentials of hosts: from the addresses that users write, else from {@code ~/.netrc}. Those
 * of an address are for its scheme, host and port alone.
 */
final class Logins {
  private final Netrc netrc;
  private final Map<String, Netrc.Login> ofAddresses = new ConcurrentHashMap<>();

  Logins(Netrc netrc) {
    this.netrc = netrc;
  }

  /** Takes note of the credentials in an address. */
  void note(URI address, HttpUrl url) {
    Authority.of(address)
        .flatMap(Authority::userInfo)
        .map(Netrc.Login::ofAddress)
        .ifPresent(login -> ofAddresses.putIfAbsent(Breakers.origin(url), login));
  }

  Optional<Netrc.Login> of(HttpUrl url) {
    return Optional.ofNullable(ofAddresses.get(Breakers.origin(url)))
        .or(() -> netrc.of(url.host()));
  }
}
