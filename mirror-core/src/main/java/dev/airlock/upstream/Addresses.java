package dev.airlock.upstream;

import dev.airlock.index.Authority;
import java.net.URI;
import java.nio.file.Path;

/** Addresses of upstreams: shown without credentials, and read from what users write. */
public final class Addresses {
  private Addresses() {}

  /** The text of an address without the credentials in it. */
  public static String shown(URI address) {
    return Authority.shown(address);
  }

  /** The address without the credentials in it. */
  public static URI withoutCredentials(URI address) {
    return Authority.withoutUserInfo(address);
  }

  /**
   * Reads an address as pip does: a URL, or the path of a file or folder.
   *
   * @throws IllegalArgumentException when it is neither
   */
  public static URI parse(String text) {
    if (text.startsWith("http://") || text.startsWith("https://")) {
      URI address = URI.create(text);
      if (address.getRawAuthority() == null) {
        throw new IllegalArgumentException("'" + text + "' is no address: it names no host");
      }
      return address;
    }
    if (text.startsWith("file:")) {
      return file(text);
    }
    if (text.contains("://")) {
      throw new IllegalArgumentException(
          "'" + text + "' is no address: accepted are http, https, file and paths");
    }
    String home = System.getProperty("user.home");
    Path path =
        text.startsWith("~/") && home != null ? Path.of(home, text.substring(2)) : Path.of(text);
    return path.toAbsolutePath().normalize().toUri();
  }

  private static URI file(String text) {
    URI address = URI.create(text.replaceFirst("^file://localhost/", "file:///"));
    try {
      var _ = Path.of(address);
      return address;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is no address of a file here: accepted is file:///PATH", e);
    }
  }

  /** An address that relative links resolve below: with a slash at its end. */
  static URI directory(URI address) {
    String text = address.toString();
    return text.endsWith("/") ? address : URI.create(text + "/");
  }

  static boolean isFile(URI address) {
    return "file".equals(address.getScheme());
  }
}
