package dev.airlock.server.simple;

import dev.airlock.index.MediaType;
import dev.airlock.server.http.Request;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Chooses the form of a page. Who asks for nothing that we have gets plain HTML, which pip before
 * 22.2 needs: it takes no page under the versioned name.
 *
 * @see <a href="https://peps.python.org/pep-0691/#version-format-selection">PEP 691</a>
 */
final class Negotiation {
  private static final Pattern QUALITY =
      Pattern.compile("\\s*[qQ]\\s*=\\s*([01](?:\\.\\d{0,3})?)\\s*");

  private Negotiation() {}

  /** The form to answer in; empty when the query asks for one by a name that means none. */
  static Optional<MediaType> form(Request request) {
    String named = request.query().get("format");
    if (named != null) {
      return Arrays.stream(MediaType.values())
          .filter(form -> names(form).contains(named.toLowerCase(Locale.ROOT)))
          .findFirst();
    }
    return Optional.of(form(request.header("accept").orElse("*/*")));
  }

  static MediaType form(String accept) {
    MediaType best = MediaType.HTML;
    double bestQuality = 0;
    for (MediaType form : MediaType.values()) {
      double quality =
          names(form).stream().mapToDouble(name -> quality(accept, name)).max().orElse(0);
      if (quality > bestQuality) {
        best = form;
        bestQuality = quality;
      }
    }
    return best;
  }

  private static List<String> names(MediaType form) {
    return switch (form) {
      case HTML -> List.of(form.toString());
      case HTML_V1 -> List.of(form.toString(), "application/vnd.pypi.simple.latest+html");
      case JSON_V1 -> List.of(form.toString(), "application/vnd.pypi.simple.latest+json");
    };
  }

  /** How much a type is wanted, by the range that names it most closely. */
  private static double quality(String accept, String type) {
    double quality = 0;
    int closest = 0;
    for (String part : accept.split(",", -1)) {
      String[] parameters = part.split(";", -1);
      int closeness = closeness(parameters[0].strip().toLowerCase(Locale.ROOT), type);
      if (closeness > closest) {
        closest = closeness;
        quality = quality(parameters);
      }
    }
    return quality;
  }

  private static int closeness(String range, String type) {
    if (range.equals(type)) {
      return 3;
    }
    if (range.equals("*/*")) {
      return 1;
    }
    return range.endsWith("/*") && type.startsWith(range.substring(0, range.length() - 1)) ? 2 : 0;
  }

  private static double quality(String[] parameters) {
    for (int i = 1; i < parameters.length; i++) {
      Matcher matcher = QUALITY.matcher(parameters[i]);
      if (matcher.matches()) {
        return Double.parseDouble(matcher.group(1));
      }
    }
    return 1;
  }
}
