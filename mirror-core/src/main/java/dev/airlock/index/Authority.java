package dev.airlock.index;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who an address speaks to, and as whom. {@link URI} itself knows neither where the host has an
 * underscore or the password an {@code @}: it takes the whole for the name of a registry.
 *
 * @param userInfo the credentials as they stand in the address, not decoded
 * @param host the host
 * @param port the port, -1 where none is given
 */
public record Authority(Optional<String> userInfo, String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("(?:(.*)@)?(\\[[^\\[\\]]+]|[^:@\\[\\]]+)(?::(\\d{0,5}))?");

  /** The authority of an address; empty where it has none, or none that names a host. */
  public static Optional<Authority> of(URI address) {
    String text = address.getRawAuthority();
    Matcher matcher = FORM.matcher(text == null ? "" : text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String port = matcher.group(3);
    return Optional.of(
        new Authority(
            Optional.ofNullable(matcher.group(1)),
            matcher.group(2),
            port == null || port.isEmpty() ? -1 : Integer.parseInt(port)));
  }

  /** The address without credentials. */
  public static URI withoutUserInfo(URI address) {
    return URI.create(shown(address));
  }

  /**
   * The text of an address without credentials: without anything up to the last {@code @} of its
   * authority.
   */
  public static String shown(URI address) {
    String text = address.toString();
    String authority = address.getRawAuthority();
    if (authority == null || authority.indexOf('@') < 0) {
      return text;
    }
    int begin = text.indexOf("//") + 2;
    return text.substring(0, begin) + text.substring(begin + authority.lastIndexOf('@') + 1);
  }

  /** Its text shows no credentials. */
  @Override
  public String toString() {
    return (userInfo.isPresent() ? "***@" : "") + host + (port < 0 ? "" : ":" + port);
  }
}
