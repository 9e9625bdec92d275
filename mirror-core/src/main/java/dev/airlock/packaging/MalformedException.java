package dev.airlock.packaging;

/**
 * A text that is not what its standard says it has to be. The message quotes the text and names the
 * rule, so that it can be shown to a user as it is.
 */
public final class MalformedException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;
  private static final int QUOTED = 200;

  private final String reason;

  /**
   * Says that {@code text} is not a {@code what}, because of {@code reason}.
   *
   * @param what the thing expected, in the field's words: "version", "wheel filename"
   * @param text the text found
   * @param reason the rule it breaks and, where there is one, the accepted form
   */
  public MalformedException(String what, String text, String reason) {
    super("'" + abridge(text) + "' is not a valid " + what + ": " + reason);
    this.reason = reason;
  }

  /** The rule that was broken, without the text that broke it. */
  public String reason() {
    return reason;
  }

  /** A text for a message: its beginning and its length where it is long. */
  public static String abridge(String text) {
    return text.length() <= QUOTED
        ? text
        : text.substring(0, QUOTED) + "… (" + text.length() + " characters)";
  }
}
