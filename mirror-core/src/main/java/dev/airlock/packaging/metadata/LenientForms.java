package dev.airlock.packaging.metadata;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.Spaces;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.version.SpecifierSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The forms outside the standards that stand in real, published metadata and mean one thing only.
 * They are tried when the strict reading fails: what is rejected strictly and stays unclear is
 * rejected.
 */
public final class LenientForms {
  private record Rewrite(Pattern pattern, String replacement) {}

  private static final List<Rewrite> REWRITES =
      List.of(
          // >=1.9.* means >=1.9; the same for the other ordered comparisons
          new Rewrite(Pattern.compile("(>=|<=|>|<)(\\s*[0-9][0-9a-zA-Z.!]*?)\\.\\*"), "$1$2"),
          // !=~5.0 means !=5.0.*
          new Rewrite(Pattern.compile("!=\\s*~\\s*([0-9][0-9.]*)"), "!=$1.*"),
          // >=7.2.0<8: a comma is missing
          new Rewrite(Pattern.compile("([0-9*])\\s*(>=|<=|!=|==|~=|>|<)(?=\\s*[0-9])"), "$1,$2"),
          // >= '3.6' with quotes around the version
          new Rewrite(
              Pattern.compile("(>=|<=|!=|==|~=|>|<)\\s*['\"]([0-9][0-9a-zA-Z.*!]*)['\"]"), "$1$2"),
          // >=3.6' with a stray quote at the end of the versions
          new Rewrite(Pattern.compile("([0-9*])['\"](?=\\s*(?:,|;|\\)|$))"), "$1"),
          // >=1.0.: a dot too many
          new Rewrite(Pattern.compile("([0-9])\\.(?=\\s*(?:,|;|\\)|$))"), "$1"),
          // =>1.0
          new Rewrite(Pattern.compile("=>"), ">="));

  /** In characters; nothing longer is guessed at. */
  private static final int LONGEST = 10_000;

  private LenientForms() {}

  /**
   * Reads a dependency.
   *
   * @throws MalformedException when it is not understood leniently either
   */
  public static Requirement requirement(String text) {
    try {
      return Requirement.parse(text);
    } catch (MalformedException strict) {
      String line = onOneLine(text);
      int semicolon = line.indexOf(';');
      String head = semicolon < 0 ? line : line.substring(0, semicolon);
      String rest = semicolon < 0 ? "" : line.substring(semicolon);
      try {
        return Requirement.parse(rewritten(head) + rest);
      } catch (MalformedException lenient) {
        throw strict;
      }
    }
  }

  /**
   * Reads the Pythons that a distribution is for. A value that is not understood restricts nothing,
   * as in pip.
   */
  public static SpecifierSet requiresPython(String text) {
    return specifiers(text).or(() -> specifiers(rewritten(text))).orElse(SpecifierSet.ANY);
  }

  private static Optional<SpecifierSet> specifiers(String text) {
    try {
      return Optional.of(SpecifierSet.parse(text));
    } catch (MalformedException notSpecifiers) {
      return Optional.empty();
    }
  }

  /** Reads the name of an extra; one that is no name cannot be asked for and is left out. */
  static Optional<ExtraName> extra(String text) {
    try {
      return Optional.of(new ExtraName(text));
    } catch (MalformedException notAName) {
      return Optional.empty();
    }
  }

  /** With a blank for every other white space: a field may be folded, or hold hard blanks. */
  private static String onOneLine(String text) {
    var line = new StringBuilder(text.length());
    text.chars().forEach(c -> line.append(Spaces.isSpace(c) ? ' ' : (char) c));
    return line.toString();
  }

  private static String rewritten(String text) {
    if (text.length() > LONGEST) {
      return text;
    }
    String form = text;
    for (Rewrite rewrite : REWRITES) {
      form = rewrite.pattern().matcher(form).replaceAll(rewrite.replacement());
    }
    return form;
  }
}
