package dev.airlock.readyset;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads the addresses of indexes that stand in the files of other tools. Their credentials are left
 * out, for a preset and a store have none.
 */
final class IndexAddresses {
  private static final Pattern CREDENTIALS = Pattern.compile("^(https?://)[^/]*@");
  private static final String ACCEPTED =
      "accepted are http, https and file addresses, and the paths of folders";

  private IndexAddresses() {}

  /**
   * Reads an address, or a path from a folder.
   *
   * @param notes gets a sentence on credentials that were left out
   * @throws IllegalArgumentException when it is neither
   */
  static URI read(String text, Path folder, List<String> notes) {
    if (text.startsWith("http://") || text.startsWith("https://")) {
      String shown = CREDENTIALS.matcher(text).replaceFirst("$1");
      if (!shown.equals(text)) {
        notes.add(
            "the credentials in the address " + shown + " are not kept: put them into ~/.netrc");
      }
      return remote(shown);
    }
    if (text.isBlank() || (text.contains("://") && !text.startsWith("file:"))) {
      throw new IllegalArgumentException(ACCEPTED);
    }
    try {
      return text.startsWith("file:")
          ? Path.of(new URI(text.replaceFirst("^file://localhost/", "file:///"))).toUri()
          : folder.resolve(text).toAbsolutePath().normalize().toUri();
    } catch (URISyntaxException | InvalidPathException e) {
      throw new IllegalArgumentException(ACCEPTED, e);
    }
  }

  private static URI remote(String text) {
    try {
      URI address = new URI(text);
      if (address.getRawAuthority() != null) {
        return address;
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(ACCEPTED, e);
    }
    throw new IllegalArgumentException("it names no host: " + ACCEPTED);
  }
}
