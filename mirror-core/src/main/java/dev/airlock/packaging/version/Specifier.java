package dev.airlock.packaging.version;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.Spaces;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One clause of a version specifier, such as {@code >=1.2} or {@code ==2.1.*}.
 *
 * @see <a
 *     href="https://packaging.python.org/en/latest/specifications/version-specifiers/#version-specifiers">Version
 *     specifiers</a>
 */
public final class Specifier {
  private static final String ANY_SUFFIX = ".*";

  private final Operator operator;
  private final String text;
  private final @Nullable Version version;
  private final boolean prefix;

  private Specifier(Operator operator, String text, @Nullable Version version, boolean prefix) {
    this.operator = operator;
    this.text = text;
    this.version = version;
    this.prefix = prefix;
  }

  /**
   * Reads one clause.
   *
   * @throws MalformedException when it has no operator, or a version that this operator does not
   *     take
   */
  public static Specifier parse(String clause) {
    String stripped = Spaces.strip(clause);
    for (Operator operator : Operator.values()) {
      if (stripped.startsWith(operator.symbol())) {
        return of(operator, Spaces.strip(stripped.substring(operator.symbol().length())), clause);
      }
    }
    throw malformed(clause, "it has to begin with one of ~= === == != <= >= < >");
  }

  /** The clause {@code ==version}. */
  public static Specifier exactly(Version version) {
    return new Specifier(Operator.EQUAL, version.toString(), version, false);
  }

  /** The clause {@code ===version}. */
  static Specifier identical(Version version) {
    return new Specifier(Operator.ARBITRARY, version.toString(), null, false);
  }

  private static Specifier of(Operator operator, String text, String clause) {
    if (operator == Operator.ARBITRARY) {
      if (text.chars().anyMatch(c -> Spaces.isSpace(c) || c == ';' || c == ')')) {
        throw malformed(clause, "=== takes one text without spaces");
      }
      return new Specifier(operator, text, null, false);
    }
    boolean equality = operator == Operator.EQUAL || operator == Operator.NOT_EQUAL;
    if (!equality && text.endsWith(ANY_SUFFIX)) {
      throw malformed(clause, "'.*' is allowed with == and != only");
    }
    boolean prefix = equality && text.endsWith(ANY_SUFFIX);
    String written = prefix ? text.substring(0, text.length() - ANY_SUFFIX.length()) : text;
    Version version;
    try {
      version = Version.parse(written);
    } catch (MalformedException e) {
      throw malformed(clause, e.getMessage());
    }
    if (prefix && (!version.isFinal() || !written.equals(Spaces.strip(written)))) {
      throw malformed(clause, "'.*' stands directly behind the numbers, as in ==1.2.*");
    }
    if (!equality && version.hasLocal()) {
      throw malformed(clause, "a local version label is allowed with == and != only");
    }
    if (operator == Operator.COMPATIBLE && version.release().size() < 2) {
      throw malformed(clause, "~= needs a version of two numbers at least, as in ~=1.4");
    }
    return new Specifier(operator, text, version, prefix);
  }

  private static MalformedException malformed(String clause, @Nullable String reason) {
    return new MalformedException(
        "version specifier", clause, Objects.requireNonNullElse(reason, ""));
  }

  /** The comparison operator. */
  public Operator operator() {
    return operator;
  }

  /** Whether this clause pins one version: {@code ===}, or {@code ==} without a wildcard. */
  public boolean isPin() {
    return operator == Operator.ARBITRARY || (operator == Operator.EQUAL && !prefix);
  }

  /**
   * Whether the version of this clause is a pre-release, by which it asks for pre-releases ({@code
   * !=} does not).
   */
  public boolean asksForPrereleases() {
    if (operator == Operator.NOT_EQUAL) {
      return false;
    }
    if (version != null) {
      return version.isPrerelease();
    }
    try {
      return Version.parse(text).isPrerelease();
    } catch (MalformedException notAVersion) {
      return false;
    }
  }

  /** Whether a version satisfies this clause. Pre-releases are compared like all others. */
  public boolean contains(Version candidate) {
    if (version == null) {
      return candidate.toString().equals(text.toLowerCase(Locale.ROOT));
    }
    return switch (operator) {
      case EQUAL -> equalTo(candidate, version);
      case NOT_EQUAL -> !equalTo(candidate, version);
      case AT_MOST -> candidate.withoutLocal().compareTo(version) <= 0;
      case AT_LEAST -> candidate.withoutLocal().compareTo(version) >= 0;
      case LESS -> less(candidate, version);
      case GREATER -> greater(candidate, version);
      case COMPATIBLE ->
          candidate.withoutLocal().compareTo(version) >= 0 && inSeries(candidate, version);
      case ARBITRARY -> throw new IllegalStateException("=== carries no version");
    };
  }

  /**
   * Whether a version is not below everything that this clause admits: the clause without its upper
   * bound. uv compares Pythons with {@code Requires-Python} in this way.
   */
  public boolean isReachedBy(Version candidate) {
    return switch (operator) {
      case AT_LEAST, GREATER -> contains(candidate);
      case EQUAL, COMPATIBLE -> version == null || candidate.compareTo(version) >= 0;
      case AT_MOST, LESS, NOT_EQUAL, ARBITRARY -> true;
    };
  }

  private boolean equalTo(Version candidate, Version wanted) {
    if (prefix) {
      return startsWith(candidate, wanted, wanted.release().size());
    }
    return wanted.hasLocal() ? candidate.equals(wanted) : candidate.withoutLocal().equals(wanted);
  }

  private static boolean less(Version candidate, Version bound) {
    return candidate.compareTo(bound) < 0
        && (bound.isPrerelease()
            || !candidate.isPrerelease()
            || candidate.compareTo(bound.earliestPrerelease()) < 0);
  }

  private static boolean greater(Version candidate, Version bound) {
    boolean postOfBound =
        !bound.isPostrelease()
            && candidate.isPostrelease()
            && candidate.withoutPost().equals(bound);
    boolean localOfBound = candidate.hasLocal() && candidate.withoutLocal().equals(bound);
    return candidate.compareTo(bound) > 0 && !postOfBound && !localOfBound;
  }

  /**
   * Whether a candidate is in the series of {@code ~=}: the same release but for its last number.
   */
  private static boolean inSeries(Version candidate, Version bound) {
    return startsWith(candidate, bound, bound.release().size() - 1);
  }

  private static boolean startsWith(Version candidate, Version wanted, int numbers) {
    if (!candidate.epoch().equals(wanted.epoch())) {
      return false;
    }
    for (int i = 0; i < numbers; i++) {
      BigInteger number =
          i < candidate.release().size() ? candidate.release().get(i) : BigInteger.ZERO;
      if (!number.equals(wanted.release().get(i))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Specifier that && operator == that.operator && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return Objects.hash(operator, text);
  }

  @Override
  public String toString() {
    return operator.symbol() + text;
  }
}
