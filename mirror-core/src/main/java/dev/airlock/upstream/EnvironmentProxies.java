package dev.airlock.upstream;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
  private final Map<String, String> environment;
  private final List<String> exceptions;

  EnvironmentProxies(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
    this.exceptions =
        Arrays.stream(variable("no_proxy").orElse("").split(",", -1))
            .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
            .filter(entry -> !entry.isEmpty())
            .toList();
  }

  private Optional<String> variable(String lowerCase) {
    String value =
        environment.getOrDefault(lowerCase, environment.get(lowerCase.toUpperCase(Locale.ROOT)));
    return Optional.ofNullable(value).filter(text -> !text.isBlank());
  }

  private Optional<URI> proxyAddress(String scheme) {
    return variable(scheme + "_proxy")
        .or(() -> variable("all_proxy"))
        .map(text -> URI.create(text.contains("://") ? text : "http://" + text));
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
