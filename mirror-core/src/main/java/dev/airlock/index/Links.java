package dev.airlock.index;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.Set;

/**
 * Where the links of a page lead: to http and https, and to files from a page that is a file
 * itself.
 */
final class Links {
  private static final Set<String> REMOTE = Set.of("http", "https");

  private Links() {}

  /**
   * The address a link leads to; empty for a link that is none, or that no page of this origin may
   * have.
   */
  static Optional<URI> resolve(URI base, String link) {
    if (link.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI target = base.resolve(new URI(link));
      String scheme = target.getScheme();
      boolean allowed =
          scheme != null
              && target.getPath() != null
              && (REMOTE.contains(scheme)
                  || (scheme.equals("file") && "file".equals(base.getScheme())));
      return allowed ? Optional.of(withSlashes(target)) : Optional.empty();
    } catch (URISyntaxException | IllegalArgumentException notALink) {
      return Optional.empty();
    }
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
