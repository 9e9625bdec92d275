package dev.airlock.packaging.marker;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.version.Operator;
import dev.airlock.packaging.version.Specifier;
import dev.airlock.packaging.version.Version;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An environment marker: a condition on the target machine, as behind the {@code ;} of a
 * requirement.
 *
 * @see <a
 *     href="https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers">
 *     Environment markers (PEP 508)</a>
 */
public sealed interface Marker {
  /** The marker that always holds. */
  static Marker always() {
    return new All(List.of());
  }

  /**
   * Reads a marker.
   *
   * @throws MalformedException when the text is no marker
   */
  static Marker parse(String text) {
    return new RequirementParser(text, "marker").wholeMarker();
  }

  /** Whether the condition holds; {@link Environment#satisfies} is the way to ask. */
  boolean holds(Environment.Context context);

  /** Whether it speaks of the extra that is asked for. */
  default boolean mentionsExtra() {
    return switch (this) {
      case All all -> all.parts().stream().anyMatch(Marker::mentionsExtra);
      case Any any -> any.parts().stream().anyMatch(Marker::mentionsExtra);
      case Comparison comparison ->
          comparison.left().equals(new Operand.Named(Variable.EXTRA))
              || comparison.right().equals(new Operand.Named(Variable.EXTRA));
    };
  }

  /**
   * Conditions that all have to hold.
   *
   * @param parts the conditions; none of them: always
   */
  record All(List<Marker> parts) implements Marker {
    /** Copies the parts. */
    public All {
      parts = List.copyOf(parts);
    }

    @Override
    public boolean holds(Environment.Context context) {
      return parts.stream().allMatch(part -> part.holds(context));
    }

    @Override
    public String toString() {
      return parts.stream()
          .map(part ->
              part instanceof Any any && any.parts().size() > 1 ? "(" + any + ")" : part.toString())
          .collect(Collectors.joining(" and "));
    }
  }

  /**
   * Conditions of which one has to hold.
   *
   * @param parts the conditions
   */
  record Any(List<Marker> parts) implements Marker {
    /** Copies the parts. */
    public Any {
      parts = List.copyOf(parts);
    }

    @Override
    public boolean holds(Environment.Context context) {
      return parts.stream().anyMatch(part -> part.holds(context));
    }

    @Override
    public String toString() {
      return parts.stream().map(Marker::toString).collect(Collectors.joining(" or "));
    }
  }

  /** One side of a comparison. */
  sealed interface Operand {
    /**
     * A variable.
     *
     * @param variable which one
     */
    record Named(Variable variable) implements Operand {
      @Override
      public String toString() {
        return variable.toString();
      }
    }

    /**
     * A text in quotes.
     *
     * @param text without the quotes
     */
    record Literal(String text) implements Operand {
      @Override
      public String toString() {
        char quote = text.indexOf('"') < 0 ? '"' : '\'';
        return quote + text + quote;
      }
    }
  }

  /**
   * A comparison of two operands, one of which at least is a variable.
   *
   * @param left the left side
   * @param operator a version operator, {@code in} or {@code not in}
   * @param right the right side
   */
  record Comparison(Operand left, String operator, Operand right) implements Marker {
    @Override
    public boolean holds(Environment.Context context) {
      if (right instanceof Operand.Named(Variable set)
          && set.isSet()
          && left instanceof Operand.Literal(String text)) {
        return compareMember(text, context.set(set));
      }
      Variable variable = variable();
      String leftText = text(left, context);
      String rightText = text(right, context);
      if (variable == Variable.EXTRA) {
        leftText = normalizedName(leftText);
        rightText = normalizedName(rightText);
      }
      return variable.isVersion()
          ? compareVersions(leftText, rightText)
          : compareTexts(leftText, rightText);
    }

    private Variable variable() {
      if (left instanceof Operand.Named(Variable variable)) {
        return variable;
      }
      if (right instanceof Operand.Named(Variable variable)) {
        return variable;
      }
      throw new IllegalStateException("a comparison without a variable: " + this);
    }

    private static String text(Operand operand, Environment.Context context) {
      return switch (operand) {
        case Operand.Named(Variable variable) -> context.text(variable);
        case Operand.Literal(String text) -> text;
      };
    }

    private static String normalizedName(String name) {
      return name.toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
    }

    /** A name is in a set or it is not; it never equals a set. */
    private boolean compareMember(String text, Set<String> set) {
      boolean member =
          set.stream().anyMatch(name -> normalizedName(name).equals(normalizedName(text)));
      return switch (operator) {
        case "in" -> member;
        case "not in" -> !member;
        default -> operator.equals("!=");
      };
    }

    /**
     * Compares as versions where the right side makes a version specifier; a left side that is no
     * version satisfies none.
     */
    private boolean compareVersions(String leftText, String rightText) {
      if (operator.endsWith("in")) {
        return compareTexts(leftText, rightText);
      }
      Specifier specifier;
      try {
        specifier = Specifier.parse(operator + rightText);
      } catch (MalformedException notAVersion) {
        return compareTexts(leftText, rightText);
      }
      if (specifier.operator() == Operator.ARBITRARY) {
        return leftText.equalsIgnoreCase(rightText.strip());
      }
      try {
        return specifier.contains(Version.parse(leftText));
      } catch (MalformedException notAVersion) {
        return false;
      }
    }

    /** Texts have no order: {@code <=} and {@code >=} mean that they are equal. */
    private boolean compareTexts(String leftText, String rightText) {
      return switch (operator) {
        case "==", "===", "<=", ">=" -> leftText.equals(rightText);
        case "!=" -> !leftText.equals(rightText);
        case "in" -> rightText.contains(leftText);
        case "not in" -> !rightText.contains(leftText);
        default -> false;
      };
    }

    @Override
    public String toString() {
      return left + " " + operator + " " + right;
    }
  }
}
