package dev.airlock.routing;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.name.ProjectName;
import java.util.regex.Pattern;

/**
 * A project name in which {@code *} stands for any characters: {@code torch}, {@code nvidia-*}. It
 * matches normalised names, so case and runs of {@code -_.} make no difference.
 *
 * @param text the normalised form; the constructor normalises what it is given
 */
public record ProjectPattern(String text) {
  private static final int LONGEST = 250;
  private static final Pattern FORM = Pattern.compile("[a-z0-9*](?:[a-z0-9*-]*[a-z0-9*])?");

  /**
   * Normalises a pattern.
   *
   * @throws MalformedException when the text is none
   */
  public ProjectPattern {
    if (text.length() > LONGEST) {
      throw malformed(text, "it is longer than " + LONGEST + " characters");
    }
    String normal = normalized(text);
    if (!FORM.matcher(normal).matches()) {
      throw malformed(
          text, "accepted is the name of a project, in which * stands for any characters");
    }
    text = normal;
  }

  private static MalformedException malformed(String text, String reason) {
    return new MalformedException("project pattern", text, reason);
  }

  /** Only ASCII letters have a lower case here: any other character is refused afterwards. */
  private static String normalized(String text) {
    var normal = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        c = (char) (c + ('a' - 'A'));
      } else if (c == '_' || c == '.') {
        c = '-';
      }
      boolean repeated =
          (c == '-' || c == '*') && !normal.isEmpty() && normal.charAt(normal.length() - 1) == c;
      if (!repeated) {
        normal.append(c);
      }
    }
    return normal.toString();
  }

  /** Whether every project matches. */
  public boolean isAny() {
    return text.equals("*");
  }

  /** Whether a project's name matches. */
  public boolean matches(ProjectName project) {
    String name = project.value();
    int p = 0;
    int n = 0;
    int star = -1;
    int resume = 0;
    while (n < name.length()) {
      if (p < text.length() && text.charAt(p) == '*') {
        star = p++;
        resume = n;
      } else if (p < text.length() && text.charAt(p) == name.charAt(n)) {
        p++;
        n++;
      } else if (star >= 0) {
        p = star + 1;
        n = ++resume;
      } else {
        return false;
      }
    }
    return text.substring(p).chars().allMatch(c -> c == '*');
  }

  @Override
  public String toString() {
    return text;
  }
}
