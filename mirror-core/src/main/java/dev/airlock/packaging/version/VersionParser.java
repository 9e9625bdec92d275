package dev.airlock.packaging.version;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.Spaces;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads one version by hand, in one pass: PEP 440, appendix B, in the lenient spellings that it
 * normalises.
 */
final class VersionParser {
  private static final Map<String, Version.Phase> PHASES =
      Map.of(
          "alpha", Version.Phase.ALPHA,
          "a", Version.Phase.ALPHA,
          "beta", Version.Phase.BETA,
          "b", Version.Phase.BETA,
          "preview", Version.Phase.CANDIDATE,
          "pre", Version.Phase.CANDIDATE,
          "rc", Version.Phase.CANDIDATE,
          "c", Version.Phase.CANDIDATE);
  private static final List<String> PRE =
      List.of("alpha", "a", "beta", "b", "preview", "pre", "rc", "c");
  private static final List<String> POST = List.of("post", "rev", "r");
  private static final List<String> DEV = List.of("dev");
  private static final int LONGEST = 10_000;

  private final String original;
  private final String text;
  private int at;

  private VersionParser(String original) {
    this.original = original;
    this.text = lowerCase(Spaces.strip(original));
  }

  static Version parse(String text) {
    if (text.length() > LONGEST) {
      throw new MalformedException("version", text, "it is longer than " + LONGEST + " characters");
    }
    return new VersionParser(text).version();
  }

  private Version version() {
    if (peek() == 'v') {
      at++;
    }
    BigInteger first = number();
    BigInteger epoch = BigInteger.ZERO;
    if (peek() == '!') {
      at++;
      epoch = first;
      first = number();
    }
    var release = new ArrayList<BigInteger>();
    release.add(first);
    while (peek() == '.' && isDigit(at + 1)) {
      at++;
      release.add(number());
    }
    Version.@Nullable Pre pre = null;
    String label = label(PRE);
    if (label != null) {
      pre = new Version.Pre(Objects.requireNonNull(PHASES.get(label)), optionalNumber());
    }
    BigInteger post = post();
    BigInteger dev = label(DEV) != null ? optionalNumber() : null;
    List<String> local = peek() == '+' ? local() : List.of();
    if (at != text.length()) {
      throw malformed(
          "'"
              + MalformedException.abridge(text.substring(at))
              + "' has no place in a version such as 1!2.3.4rc5.post6.dev7+local.8");
    }
    return new Version(epoch, release, pre, post, dev, local);
  }

  private @Nullable BigInteger post() {
    if (peek() == '-' && isDigit(at + 1)) {
      at++;
      return number();
    }
    return label(POST) != null ? optionalNumber() : null;
  }

  /**
   * Takes a separator and one of the labels, longest first; stays where it is when there is none.
   */
  private @Nullable String label(List<String> labels) {
    int start = at;
    if (isSeparator(peek())) {
      at++;
    }
    for (String label : labels) {
      if (text.startsWith(label, at)) {
        at += label.length();
        return label;
      }
    }
    at = start;
    return null;
  }

  /** The number behind a label, with at most one separator between; 0 where none is written. */
  private BigInteger optionalNumber() {
    if (isSeparator(peek()) && isDigit(at + 1)) {
      at++;
      return number();
    }
    if (isDigit(at)) {
      return number();
    }
    if (isSeparator(peek()) && !startsLaterPart()) {
      at++;
    }
    return BigInteger.ZERO;
  }

  /**
   * Whether the separator here belongs to a post or dev part rather than to the label before it.
   */
  private boolean startsLaterPart() {
    return POST.stream().anyMatch(this::followsHere) || DEV.stream().anyMatch(this::followsHere);
  }

  private boolean followsHere(String label) {
    return text.startsWith(label, at + 1);
  }

  private List<String> local() {
    at++;
    var segments = new ArrayList<String>();
    int start = at;
    while (at <= text.length()) {
      char c = peek();
      if (isDigit(at) || (c >= 'a' && c <= 'z')) {
        at++;
        continue;
      }
      if (start == at) {
        throw malformed(
            "the local label behind '+' has to be letters and digits, separated by '.', '-' or"
                + " '_'");
      }
      String segment = text.substring(start, at);
      segments.add(
          segment.chars().allMatch(d -> d >= '0' && d <= '9')
              ? new BigInteger(segment).toString()
              : segment);
      if (!isSeparator(c)) {
        break;
      }
      at++;
      start = at;
    }
    return segments;
  }

  private BigInteger number() {
    int start = at;
    while (isDigit(at)) {
      at++;
    }
    if (start == at) {
      throw malformed("a number is missing at character " + (at + 1));
    }
    return new BigInteger(text.substring(start, at));
  }

  /** Lower case for ASCII alone: other letters never belong in a version, whatever they fold to. */
  private static String lowerCase(String text) {
    var lower = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      lower.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
    }
    return lower.toString();
  }

  private char peek() {
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private boolean isDigit(int index) {
    return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
  }

  private static boolean isSeparator(char c) {
    return c == '.' || c == '-' || c == '_';
  }

  private MalformedException malformed(String reason) {
    return new MalformedException("version", original, reason);
  }
}
