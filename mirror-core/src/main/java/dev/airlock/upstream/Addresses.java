package dev.airlock.upstream;

import dev.airlock.index.Authority;
import dev.airlock.packaging.MalformedException;
import dev.airlock.program.HomeFolder;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Addresses of upstreams: shown without credentials, and read from what users write. */
public final class Addresses {
  private static final Pattern CREDENTIALS =
      Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*+:/*+).*@", Pattern.DOTALL);

  /** In characters. */
  private static final int LONGEST = 8192;

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
   * What somebody wrote as an address, for messages: {@code ***} for anything that may be
   * credentials, be it an address or not.
   */
  public static String masked(String text) {
    return CREDENTIALS.matcher(text).replaceFirst("$1***@");
  }

  /**
   * Reads an address as pip does: a URL, or the path of a file or folder.
   *
   * @throws IllegalArgumentException when it is neither; its message shows no credentials
   */
  public static URI parse(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("it is empty: accepted are http, https, file and paths");
    }
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException(
          "'"
              + MalformedException.abridge(masked(text))
              + "' is longer than "
              + LONGEST
              + " characters: accepted are http, https, file and paths");
    }
    if (text.startsWith("http://") || text.startsWith("https://")) {
      return remote(text);
    }
    if (text.startsWith("file:")) {
      return file(text);
    }
    if (text.contains("://")) {
      throw new IllegalArgumentException(
          "'" + masked(text) + "' is no address: accepted are http, https, file and paths");
    }
    Path path =
        text.startsWith("~/")
            ? HomeFolder.of(System.getenv()).resolve(text.substring(2))
            : Path.of(text);
    return path.toAbsolutePath().normalize().toUri();
  }

  private static URI remote(String text) {
    String problem = "it names no host";
    try {
      URI address = new URI(text);
      if (Authority.of(address).isPresent()) {
        return address;
      }
    } catch (URISyntaxException e) {
      // Without its message, which quotes the credentials.
      problem = e.getReason();
    }
    throw new IllegalArgumentException(
        "'"
            + masked(text)
            + "' is no address: "
            + problem
            + "; accepted is http://HOST:PORT/PATH, special characters as %XX");
  }

  private static URI file(String text) {
    try {
      URI address = new URI(text.replaceFirst("^file://localhost/", "file:///"));
      var _ = Path.of(address);
      return address;
    } catch (URISyntaxException | IllegalArgumentException notAFile) {
      throw new IllegalArgumentException(
          "'" + masked(text) + "' is no address of a file here: accepted is file:///PATH");
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
