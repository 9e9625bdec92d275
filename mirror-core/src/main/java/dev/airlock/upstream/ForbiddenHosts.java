package dev.airlock.upstream;

import dev.airlock.index.Authority;
import java.net.URI;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * The hosts that are known to answer 403 for what they do not have. Everywhere else a 403 is a
 * refusal: it says nothing of whether there is such a project.
 *
 * @param hosts names, or names with {@code :PORT} for one port, in lower case
 */
record ForbiddenHosts(Set<String> hosts) {
  /** The one list: public buckets without a right to list them. */
  static final ForbiddenHosts USUAL =
      new ForbiddenHosts(Set.of("download.pytorch.org", "download-r2.pytorch.org"));

  ForbiddenHosts {
    hosts = Set.copyOf(hosts);
  }

  /** These and more. */
  ForbiddenHosts and(Collection<String> more) {
    var all = new HashSet<>(hosts);
    more.forEach(host -> all.add(host.toLowerCase(Locale.ROOT)));
    return new ForbiddenHosts(all);
  }

  /** Whether 403 from an address means that there is no such thing. */
  boolean has(URI address) {
    return Authority.of(address)
        .filter(authority -> {
          String host = authority.host().toLowerCase(Locale.ROOT);
          return hosts.contains(host) || hosts.contains(host + ":" + authority.port());
        })
        .isPresent();
  }
}
