package dev.airlock.packaging.marker;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.Spaces;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A recursive-descent reader of the grammar of PEP 508, for requirements and for markers alone. */
final class RequirementParser {
  private static final List<String> OPERATORS =
      List.of("===", "~=", "==", "!=", "<=", ">=", "<", ">");
  private static final Pattern DOUBLE_COMMA = Pattern.compile(",\\s*,");
  private static final int DEEPEST = 100;

  private final String text;
  private final String what;
  private int at;
  private int depth;

  RequirementParser(String text, String what) {
    this.text = text;
    this.what = what;
  }

  Requirement wholeRequirement() {
    skipSpace();
    ProjectName project = project();
    skipSpace();
    List<ExtraName> extras = peek() == '[' ? extras() : List.of();
    skipSpace();
    Optional<String> url = Optional.empty();
    SpecifierSet specifier = SpecifierSet.ANY;
    if (peek() == '@') {
      at++;
      url = Optional.of(url());
    } else {
      specifier = specifier();
    }
    skipSpace();
    Marker marker = Marker.always();
    if (peek() == ';') {
      at++;
      marker = either();
      skipSpace();
    }
    expectEnd();
    return new Requirement(project, extras, specifier, url, marker);
  }

  Marker wholeMarker() {
    Marker marker = either();
    skipSpace();
    expectEnd();
    return marker;
  }

  private ProjectName project() {
    int start = at;
    while (isNamePart(peek())) {
      at++;
    }
    if (at == start) {
      throw malformed("it has to begin with the name of a project");
    }
    try {
      return new ProjectName(text.substring(start, at));
    } catch (MalformedException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
  }

  private List<ExtraName> extras() {
    at++;
    var extras = new ArrayList<ExtraName>();
    skipSpace();
    while (peek() != ']') {
      int start = at;
      while (isNamePart(peek())) {
        at++;
      }
      if (start == at) {
        throw malformed("the name of an extra, or ']', is missing at character " + (at + 1));
      }
      extras.add(new ExtraName(text.substring(start, at)));
      skipSpace();
      if (peek() == ',') {
        at++;
        skipSpace();
        if (peek() == ']') {
          throw malformed("the name of an extra is missing behind the last ','");
        }
      } else if (peek() != ']') {
        throw malformed("the extras have to be separated by ',' and end with ']'");
      }
    }
    at++;
    return extras;
  }

  private String url() {
    skipSpace();
    int start = at;
    while (at < text.length() && !Spaces.isSpace(text.charAt(at))) {
      at++;
    }
    if (start == at) {
      throw malformed("an address is missing behind '@'");
    }
    return text.substring(start, at);
  }

  private SpecifierSet specifier() {
    boolean parenthesised = peek() == '(';
    if (parenthesised) {
      at++;
    }
    int start = at;
    while (at < text.length() && peek() != ';' && peek() != ')') {
      at++;
    }
    String clauses = text.substring(start, at);
    if (parenthesised) {
      if (peek() != ')') {
        throw malformed("the ')' behind the versions is missing");
      }
      at++;
    }
    if (clauses.strip().startsWith(",") || DOUBLE_COMMA.matcher(clauses).find()) {
      throw malformed("a version is missing before a ','");
    }
    try {
      return SpecifierSet.parse(clauses);
    } catch (MalformedException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
  }

  private Marker either() {
    if (++depth > DEEPEST) {
      throw malformed("it is nested more than " + DEEPEST + " deep");
    }
    var parts = new ArrayList<Marker>();
    do {
      Marker part = both();
      if (part instanceof Marker.Any any) {
        parts.addAll(any.parts());
      } else {
        parts.add(part);
      }
    } while (takeWord("or"));
    depth--;
    return parts.size() == 1 ? parts.getFirst() : new Marker.Any(parts);
  }

  private Marker both() {
    var parts = new ArrayList<Marker>();
    do {
      Marker part = atom();
      if (part instanceof Marker.All all) {
        parts.addAll(all.parts());
      } else {
        parts.add(part);
      }
    } while (takeWord("and"));
    return parts.size() == 1 ? parts.getFirst() : new Marker.All(parts);
  }

  private Marker atom() {
    skipSpace();
    if (peek() == '(') {
      at++;
      Marker inner = either();
      skipSpace();
      if (peek() != ')') {
        throw malformed("a ')' is missing at character " + (at + 1));
      }
      at++;
      return inner;
    }
    Marker.Operand left = operand();
    String operator = operator();
    Marker.Operand right = operand();
    if (left instanceof Marker.Operand.Literal && right instanceof Marker.Operand.Literal) {
      throw malformed(
          "one side of '"
              + MalformedException.abridge(left + " " + operator + " " + right)
              + "' has to be a variable");
    }
    return new Marker.Comparison(left, operator, right);
  }

  private Marker.Operand operand() {
    skipSpace();
    char quote = peek();
    if (quote == '"' || quote == '\'') {
      int end = text.indexOf(quote, at + 1);
      if (end < 0) {
        throw malformed("the text that begins at character " + (at + 1) + " has no closing quote");
      }
      String literal = text.substring(at + 1, end);
      at = end + 1;
      return new Marker.Operand.Literal(literal);
    }
    int start = at;
    while (isNamePart(peek())) {
      at++;
    }
    String name = text.substring(start, at);
    return Variable.named(name)
        .map(Marker.Operand.Named::new)
        .orElseThrow(() ->
            malformed(
                "'"
                    + MalformedException.abridge(name)
                    + "' is not a variable of environment markers"));
  }

  private String operator() {
    skipSpace();
    if (takeWord("not")) {
      if (!takeWord("in")) {
        throw malformed("'in' is missing behind 'not'");
      }
      return "not in";
    }
    if (takeWord("in")) {
      return "in";
    }
    for (String operator : OPERATORS) {
      if (text.startsWith(operator, at)) {
        at += operator.length();
        return operator;
      }
    }
    throw malformed(
        "a comparison is missing at character "
            + (at + 1)
            + "; accepted are "
            + OPERATORS
            + ", in, not in");
  }

  private boolean takeWord(String word) {
    skipSpace();
    int end = at + word.length();
    if (!text.startsWith(word, at) || (end < text.length() && isNamePart(text.charAt(end)))) {
      return false;
    }
    at = end;
    return true;
  }

  private void expectEnd() {
    if (at < text.length()) {
      throw malformed(
          "'" + MalformedException.abridge(text.substring(at)) + "' has no place there");
    }
  }

  private void skipSpace() {
    while (at < text.length() && isSpace(text.charAt(at))) {
      at++;
    }
  }

  /** The grammar has blanks and tabs; lines were joined before. */
  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t';
  }

  private char peek() {
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private static boolean isNamePart(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_'
        || c == '.';
  }

  private MalformedException malformed(String reason) {
    return new MalformedException(what, text, reason);
  }
}
