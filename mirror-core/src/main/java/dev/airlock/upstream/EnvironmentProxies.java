package dev.airlock.upstream;

import dev.airlock.index.Authority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import okhttp3.Authenticator;
import okhttp3.Credentials;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;

/**
 * The proxies of {@code HTTP_PROXY}, {@code HTTPS_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY},
 * in lower or upper case; the lower case wins, as in curl and Python. {@code NO_PROXY} may name
 * ranges ({@code 10.0.0.0/8}), which are for hosts that are written as addresses. Loopback
 * addresses are always reached directly.
 */
final class EnvironmentProxies extends ProxySelector implements Authenticator {
  private static final Set<String> SCHEMES =
      Set.of("http", "https", "socks", "socks4", "socks4a", "socks5", "socks5h");

  private final Map<String, Gateway> proxies = new HashMap<>();
  private final List<String> exceptions;

  /**
   * Reads the variables.
   *
   * @throws IOException when one of them is no address of a proxy
   */
  EnvironmentProxies(Map<String, String> environment) throws IOException {
    for (String scheme : List.of("http", "https")) {
      Optional<String> name =
          variable(environment, scheme + "_proxy").or(() -> variable(environment, "all_proxy"));
      if (name.isPresent()) {
        proxies.put(scheme, Gateway.parse(name.get(), environment.getOrDefault(name.get(), "")));
      }
    }
    String unproxied =
        variable(environment, "no_proxy")
            .map(name -> environment.getOrDefault(name, ""))
            .orElse("");
    this.exceptions =
        Arrays.stream(unproxied.split(",", -1))
            .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
            .filter(entry -> !entry.isEmpty())
            .toList();
  }

  /** The name under which a variable is set. */
  private static Optional<String> variable(Map<String, String> environment, String lowerCase) {
    return Stream.of(lowerCase, lowerCase.toUpperCase(Locale.ROOT))
        .filter(name -> !environment.getOrDefault(name, "").isBlank())
        .findFirst();
  }

  /** A proxy, and the credentials that it wants. */
  private record Gateway(Proxy proxy, Optional<Netrc.Login> login) {
    static Gateway parse(String name, String value) throws IOException {
      String text = value.strip();
      try {
        URI address = new URI(text.contains("://") ? text : "http://" + text);
        Optional<Authority> authority = Authority.of(address);
        String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
        boolean bare =
            Set.of("", "/").contains(String.valueOf(address.getRawPath()))
                && address.getRawQuery() == null
                && address.getRawFragment() == null;
        if (authority.isPresent() && bare && SCHEMES.contains(scheme)) {
          return of(authority.get(), scheme.startsWith("socks"));
        }
      } catch (URISyntaxException | IllegalArgumentException notAnAddress) {
        // Told below, without the value: it may have a password in it.
      }
      throw new IOException(
          name
              + " is no address of a proxy: accepted is http://user:password@proxy:3128 (special"
              + " characters of the password as %XX), http://HOST:PORT or HOST:PORT");
    }

    private static Gateway of(Authority authority, boolean socks) {
      int port = authority.port() >= 0 ? authority.port() : socks ? 1080 : 3128;
      return new Gateway(
          new Proxy(
              socks ? Proxy.Type.SOCKS : Proxy.Type.HTTP,
              InetSocketAddress.createUnresolved(authority.host(), port)),
          authority.userInfo().filter(text -> text.contains(":")).map(Netrc.Login::ofAddress));
    }
  }

  @Override
  public List<Proxy> select(URI target) {
    String host = Authority.of(target).map(Authority::host).orElse("").toLowerCase(Locale.ROOT);
    int port = Authority.of(target).map(Authority::port).orElse(-1);
    Gateway gateway = proxies.get(String.valueOf(target.getScheme()));
    return List.of(gateway == null || isException(host, port) ? Proxy.NO_PROXY : gateway.proxy());
  }

  /** Whether a connection to this host and port is one to a proxy. */
  boolean isProxy(InetSocketAddress endpoint) {
    return proxies.values().stream()
        .map(gateway -> gateway.proxy().address())
        .anyMatch(address ->
            address instanceof InetSocketAddress proxy
                && proxy.getPort() == endpoint.getPort()
                && proxy.getHostString().equalsIgnoreCase(endpoint.getHostString()));
  }

  private boolean isException(String host, int port) {
    Optional<InetAddress> literal = Subnet.literal(host);
    if (host.equals("localhost") || literal.filter(InetAddress::isLoopbackAddress).isPresent()) {
      return true;
    }
    return exceptions.stream()
        .anyMatch(entry -> {
          if (literal.isPresent() && Subnet.of(entry).isPresent()) {
            return Subnet.of(entry).get().contains(literal.get());
          }
          String name = entry.startsWith("*.") ? entry.substring(1) : entry;
          String bare = name.startsWith(".") ? name.substring(1) : name;
          return entry.equals("*")
              || host.equals(bare)
              || host.endsWith("." + bare)
              || (host + ":" + port).equals(bare);
        });
  }

  @Override
  public void connectFailed(URI target, SocketAddress proxy, IOException failure) {
    // The failure reaches whoever made the request.
  }

  /** Gives the proxy the credentials of its address, once. */
  @Override
  public @Nullable Request authenticate(@Nullable Route route, Response response) {
    Optional<Netrc.Login> login =
        Optional.ofNullable(proxies.get(response.request().url().scheme())).flatMap(Gateway::login);
    if (login.isEmpty() || response.request().header("Proxy-Authorization") != null) {
      return null;
    }
    return response
        .request()
        .newBuilder()
        .header(
            "Proxy-Authorization", Credentials.basic(login.get().user(), login.get().password()))
        .build();
  }
}
