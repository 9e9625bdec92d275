package dev.airlock.server.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * The address of the server's root as its clients know it: behind a proxy that is another one than
 * where the server listens.
 *
 * @param root http or https, with a slash at the end
 */
public record PublicUrl(URI root) {
  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException when it is not absolute, not http or https, has no host, or
   *     holds credentials, a query or a fragment
   */
  public static PublicUrl parse(String text) {
    try {
      URI uri = new URI(text.endsWith("/") ? text : text + "/");
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if ((scheme.equals("http") || scheme.equals("https"))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null) {
        return new PublicUrl(uri.normalize());
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(refusal(text), e);
    }
    throw new IllegalArgumentException(refusal(text));
  }

  private static String refusal(String text) {
    return "'"
        + text
        + "' is not the address of a server's root: accepted is http or https, a host, a port and"
        + " a path, as in https://mirror.example.org/python/";
  }

  @Override
  public String toString() {
    return root.toString();
  }
}
