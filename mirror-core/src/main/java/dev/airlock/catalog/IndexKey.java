package dev.airlock.catalog;

import dev.airlock.digest.Sha256;
import dev.airlock.index.Authority;
import dev.airlock.packaging.MalformedException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The identity of an index in the store, made from its declared address: {@code
 * download.pytorch.org-whl-cu118}. It does not change when the address is replaced for one machine.
 *
 * @param value lower-case letters, digits, {@code .}, {@code _} and {@code -}
 */
public record IndexKey(String value) implements Comparable<IndexKey> {
  private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9._-]{0,119}");
  private static final Pattern PLAIN = Pattern.compile("(/[a-z0-9._]+)*");
  private static final int DISTINCTION = 8;

  /**
   * Checks the form.
   *
   * @throws MalformedException when it is no key
   */
  public IndexKey {
    if (!FORM.matcher(value).matches()) {
      throw new MalformedException(
          "index key", value, "it has to be lower-case letters, digits, '.', '_' and '-'");
    }
  }

  /**
   * The key of an index by its declared address. Addresses that differ in more than a trailing
   * slash differ in it.
   */
  public static IndexKey of(URI address) {
    String host = Authority.of(address).map(Authority::host).orElse("local");
    String path = address.getPath() == null ? "" : address.getPath();
    while (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    boolean plain =
        "https".equals(address.getScheme())
            && address.getPort() < 0
            && address.getHost() != null
            && address.getRawQuery() == null
            && PLAIN.matcher(path).matches();
    String slug =
        (host + path)
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9._]+", "-")
            .replaceAll("^[-._]+", "");
    if (plain && slug.length() <= 100) {
      return new IndexKey(slug);
    }
    String query = address.getRawQuery() == null ? "" : "?" + address.getRawQuery();
    String distinction =
        Sha256.of(
                (address.getScheme() + "://" + address.getRawAuthority() + path + query)
                    .getBytes(StandardCharsets.UTF_8))
            .hex()
            .substring(0, DISTINCTION);
    return new IndexKey(slug.substring(0, Math.min(slug.length(), 100)) + "-" + distinction);
  }

  @Override
  public int compareTo(IndexKey other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
