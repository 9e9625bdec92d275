package dev.airlock.server.simple;

/** Text inside HTML. */
final class Html {
  /** The content type of pages for people. */
  static final String TYPE = "text/html; charset=utf-8";

  private Html() {}

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
