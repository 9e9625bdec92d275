package dev.airlock.index;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Where the links of a page lead: to http and https, and to files from a page that is a file
 * itself.
 */
final class Links {
  private static final Set<String> REMOTE = Set.of("http", "https");

  /** In characters; what is longer is no link to a file. */
  private static final int LONGEST = 8192;

  private Links() {}

  /**
   * The address a link leads to, without credentials: what a page says ends in locks and on the
   * pages that we serve. Empty for a link that is none, or that no page of this origin may have.
   */
  static Optional<URI> resolve(URI base, String link) {
    if (link.isEmpty() || link.length() > LONGEST) {
      return Optional.empty();
    }
    try {
      URI target = rooted(base).resolve(new URI(link));
      String scheme = String.valueOf(target.getScheme()).toLowerCase(Locale.ROOT);
      boolean allowed =
          target.getPath() != null
              && ((REMOTE.contains(scheme) && Authority.of(target).isPresent())
                  || (scheme.equals("file") && "file".equalsIgnoreCase(base.getScheme())));
      return allowed
          ? Optional.of(withSlashes(Authority.withoutUserInfo(target)))
          : Optional.empty();
    } catch (URISyntaxException | IllegalArgumentException notALink) {
      return Optional.empty();
    }
  }

  /** {@code https://host} with the path that it stands for, without which relative links fail. */
  private static URI rooted(URI base) {
    return base.getRawAuthority() != null && base.getRawPath().isEmpty() ? base.resolve("/") : base;
  }

  /** The address alone; what stands behind {@code #} speaks about the link. */
  static URI withoutFragment(URI target) {
    String text = target.toString();
    int fragment = text.indexOf('#');
    return fragment < 0 ? target : URI.create(text.substring(0, fragment));
  }

  /**
   * Files as {@code file:///path}: resolving a relative link leaves {@code file:/path}, which not
   * every tool reads.
   */
  private static URI withSlashes(URI target) {
    String text = target.toString();
    return text.startsWith("file:/") && !text.startsWith("file://")
        ? URI.create("file://" + text.substring("file:".length()))
        : target;
  }
}
