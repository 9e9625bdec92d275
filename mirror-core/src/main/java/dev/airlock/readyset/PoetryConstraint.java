package dev.airlock.readyset;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version constraint as Poetry writes it: specifiers, with {@code ^}, {@code ~}, {@code *} and
 * {@code ||} besides.
 *
 * @param choices the specifiers of which one has to hold
 * @see <a href="https://python-poetry.org/docs/dependency-specification/">Dependency
 *     specification</a>
 */
record PoetryConstraint(List<SpecifierSet> choices) {
  private static final Pattern CLAUSE =
      Pattern.compile("(\\^|~=|~|===|==|!=|>=|<=|>|<|=|)\\s*([^\\s,|<>=!~^]+)[\\s,]*");
  private static final Pattern RELEASE = Pattern.compile("v?(\\d{1,9}(?:\\.\\d{1,9})*)(?!\\d).*");

  PoetryConstraint {
    choices = List.copyOf(choices);
  }

  /**
   * Reads a constraint.
   *
   * @throws IllegalArgumentException when it is none
   */
  static PoetryConstraint parse(String text) {
    var choices = new ArrayList<SpecifierSet>();
    for (String choice : text.split("\\|\\|?", -1)) {
      choices.add(choice(choice.strip(), text));
    }
    return new PoetryConstraint(choices);
  }

  private static SpecifierSet choice(String choice, String whole) {
    SpecifierSet all = SpecifierSet.ANY;
    Matcher clause = CLAUSE.matcher(choice);
    int end = 0;
    while (end < choice.length()) {
      if (!clause.find(end) || clause.start() != end) {
        throw new IllegalArgumentException(
            "'"
                + MalformedException.abridge(whole)
                + "' is no version constraint: accepted are >=3.9,<4.0, ^3.9, ~3.9, 3.* and *");
      }
      end = clause.end();
      all = all.and(SpecifierSet.parse(specifier(clause.group(1), clause.group(2))));
    }
    return all;
  }

  private static String specifier(String operator, String version) {
    return switch (operator) {
      case "^" -> ">=" + version + ",<" + afterCaret(numbers(version));
      case "~" -> ">=" + version + ",<" + next(numbers(version), 1);
      case "", "=" -> version.equals("*") ? "" : "==" + version;
      default -> version.equals("*") ? "" : operator + version;
    };
  }

  /** {@code ^} keeps the first number that is not zero. */
  private static String afterCaret(List<Integer> numbers) {
    for (int i = 0; i < numbers.size(); i++) {
      if (numbers.get(i) > 0) {
        return next(numbers, i);
      }
    }
    return next(numbers, numbers.size() - 1);
  }

  /** The least version whose number at a place is higher; the last one where it has no such. */
  private static String next(List<Integer> numbers, int place) {
    var next = new StringBuilder();
    int last = Math.min(place, numbers.size() - 1);
    for (int i = 0; i < last; i++) {
      next.append(numbers.get(i)).append('.');
    }
    return next.append(numbers.get(last) + 1).toString();
  }

  private static List<Integer> numbers(String version) {
    Matcher release = RELEASE.matcher(version);
    if (!release.matches()) {
      throw new IllegalArgumentException(
          "'" + MalformedException.abridge(version) + "' is no version");
    }
    var numbers = new ArrayList<Integer>();
    for (String number : release.group(1).split("\\.", -1)) {
      numbers.add(Integer.parseInt(number));
    }
    return numbers;
  }

  boolean contains(Version version) {
    return choices.stream().anyMatch(choice -> choice.contains(version));
  }
}
