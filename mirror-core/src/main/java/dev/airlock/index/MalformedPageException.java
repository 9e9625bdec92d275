package dev.airlock.index;

/**
 * A page that is no page of a simple index: a login form, an error text, a document of another
 * kind.
 */
public final class MalformedPageException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong with the page. */
  public MalformedPageException(String message) {
    super(message);
  }

  /** Says what is wrong with the page. */
  public MalformedPageException(String message, Throwable cause) {
    super(message, cause);
  }
}
