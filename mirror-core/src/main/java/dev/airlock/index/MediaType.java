package dev.airlock.index;

import java.util.Locale;
import java.util.Optional;

/** The forms of a simple index page, by their media types (PEP 691). */
public enum MediaType {
  /** HTML under its old name, which every installer takes. */
  HTML("text/html"),
  /** HTML under its versioned name. pip before 22.2 refuses it. */
  HTML_V1("application/vnd.pypi.simple.v1+html"),
  /** JSON. */
  JSON_V1("application/vnd.pypi.simple.v1+json");

  private final String text;

  MediaType(String text) {
    this.text = text;
  }

  /** The form of a {@code Content-Type}, parameters passed over; empty for any other document. */
  public static Optional<MediaType> of(String contentType) {
    String bare = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    for (MediaType known : values()) {
      if (known.text.equals(bare)) {
        return Optional.of(known);
      }
    }
    return bare.equals("application/vnd.pypi.simple.latest+json")
        ? Optional.of(JSON_V1)
        : bare.equals("application/xhtml+xml")
                || bare.equals("application/vnd.pypi.simple.latest+html")
            ? Optional.of(HTML)
            : Optional.empty();
  }

  /** The media type. */
  @Override
  public String toString() {
    return text;
  }
}
