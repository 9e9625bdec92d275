package dev.airlock.packaging.version;

/** A comparison operator of a version specifier, named as in PEP 440. */
public enum Operator {
  /** {@code ~=}: at least this version, in the same series. */
  COMPATIBLE("~="),
  /** {@code ===}: the same text. */
  ARBITRARY("==="),
  /** {@code ==}: this version, or with {@code .*} any version with this prefix. */
  EQUAL("=="),
  /** {@code !=}: the opposite of {@code ==}. */
  NOT_EQUAL("!="),
  /** {@code <=}: this version or an earlier one. */
  AT_MOST("<="),
  /** {@code >=}: this version or a later one. */
  AT_LEAST(">="),
  /** {@code <}: an earlier version, but no pre-release of this one. */
  LESS("<"),
  /** {@code >}: a later version, but no post-release or local version of this one. */
  GREATER(">");

  private final String symbol;

  Operator(String symbol) {
    this.symbol = symbol;
  }

  /** The operator as written in a specifier. */
  public String symbol() {
    return symbol;
  }
}
