package dev.airlock.upstream;

import java.io.IOException;
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
import java.util.stream.Stream;
import okhttp3.Authenticator;
import okhttp3.Credentials;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;

/**
 * The proxies of {@code HTTP_PROXY}, {@code HTTPS_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY},
 * in lower or upper case; the lower case wins, as in curl and Python. Loopback addresses are always
 * reached directly.
 */
final class EnvironmentProxies extends ProxySelector implements Authenticator {
  private final Map<String, URI> proxies = new HashMap<>();
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
        proxies.put(scheme, address(name.get(), environment.getOrDefault(name.get(), "")));
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

  private static URI address(String name, String value) throws IOException {
    try {
      URI address = new URI(value.contains("://") ? value : "http://" + value);
      if (address.getHost() != null) {
        return address;
      }
    } catch (URISyntaxException notAnAddress) {
      // Told below, without the value: it may have a password in it.
    }
    throw new IOException(
        name + " is no address of a proxy: accepted is http://HOST:PORT, or HOST:PORT");
  }

  private Optional<URI> proxyAddress(String scheme) {
    return Optional.ofNullable(proxies.get(scheme));
  }

  @Override
  public List<Proxy> select(URI target) {
    String host = String.valueOf(target.getHost()).toLowerCase(Locale.ROOT);
    Optional<URI> proxy = proxyAddress(String.valueOf(target.getScheme()));
    if (proxy.isEmpty() || isException(host, target.getPort())) {
      return List.of(Proxy.NO_PROXY);
    }
    URI address = proxy.get();
    boolean socks = address.getScheme().startsWith("socks");
    int port = address.getPort() >= 0 ? address.getPort() : socks ? 1080 : 3128;
    return List.of(
        new Proxy(
            socks ? Proxy.Type.SOCKS : Proxy.Type.HTTP,
            InetSocketAddress.createUnresolved(address.getHost(), port)));
  }

  private boolean isException(String host, int port) {
    if (host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]")) {
      return true;
    }
    return exceptions.stream()
        .anyMatch(entry -> {
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
    Optional<String> userInfo =
        proxyAddress(response.request().url().scheme())
            .map(URI::getUserInfo)
            .filter(text -> text.contains(":"));
    if (userInfo.isEmpty() || response.request().header("Proxy-Authorization") != null) {
      return null;
    }
    String[] parts = userInfo.get().split(":", 2);
    return response
        .request()
        .newBuilder()
        .header("Proxy-Authorization", Credentials.basic(parts[0], parts[1]))
        .build();
  }
}
