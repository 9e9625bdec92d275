package dev.airlock.packaging;

import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** A rule by which we answer otherwise than Python's {@code packaging}, and why. */
@SuppressWarnings("ImmutableEnumChecker") // lambdas and List.of are immutable
enum PackagingDifference {
  /**
   * The series of {@code ~=2.2.rev1} is cut there from the text, here from the version that it
   * spells: PEP 440 speaks of versions.
   */
  SERIES_OF_THE_SPELLING(
      "contains", (question, theirs) -> hasOddSeries(question.getFirst()), "~=2.2.rev1", "2.3"),

  /** The same, where versions are chosen. */
  SERIES_OF_THE_SPELLING_CHOSEN(
      "choose", (question, theirs) -> hasOddSeries(question.getFirst()), "~=2.2.rev1", "2.3"),

  /**
   * {@code ~=} and {@code ===} on texts that are no versions: it gives up on the whole marker when
   * it comes to one; we take {@code ~=} for false and {@code ===} for equality.
   */
  UNDEFINED_COMPARISON(
      "marker",
      (question, theirs) ->
          isRefused(theirs)
              && (question.getFirst().contains("~=") || question.getFirst().contains("===")),
      "os_name ~= 'posix'",
      Samples.ENVIRONMENT),

  /** The same in the markers of locks. */
  UNDEFINED_COMPARISON_IN_LOCKS(
      "lockmarker",
      (question, theirs) ->
          isRefused(theirs)
              && (question.getFirst().contains("~=") || question.getFirst().contains("===")),
      "os_name ~= 'posix'",
      Samples.ENVIRONMENT,
      "dev"),

  /** In a lock it refuses {@code extra}, which has no meaning there; here none is asked for. */
  EXTRA_IN_LOCKS(
      "lockmarker",
      (question, theirs) -> isRefused(theirs) && question.getFirst().contains("extra"),
      "extra == 'x'",
      Samples.ENVIRONMENT,
      "dev"),

  /** Within parentheses it forgets to normalise the extra that it compares with. */
  EXTRA_IN_PARENTHESES(
      "marker",
      (question, theirs) ->
          question.getFirst().contains("(")
              && Samples.ODD_EXTRA.matcher(question.getFirst()).find(),
      "(extra == 'Foo_Bar' or os_name == '')",
      Samples.ENVIRONMENT),

  /**
   * Of two variables it compares the first with the <em>name</em> of the second; PEP 508 means its
   * value.
   */
  TWO_VARIABLES(
      "marker",
      (question, theirs) -> Samples.TWO_VARIABLES.matcher(question.getFirst()).find(),
      "python_version <= python_full_version",
      Samples.ENVIRONMENT),

  /** The same in the markers of locks. */
  TWO_VARIABLES_IN_LOCKS(
      "lockmarker",
      (question, theirs) -> Samples.TWO_VARIABLES.matcher(question.getFirst()).find(),
      "python_version <= python_full_version",
      Samples.ENVIRONMENT,
      "dev"),

  /**
   * It reads a backslash as Python does; the grammar of PEP 508 has none, and here it is a
   * backslash.
   */
  BACKSLASH(
      "marker",
      (question, theirs) -> question.getFirst().contains("\\"),
      "os_name == '\\x70osix'",
      Samples.ENVIRONMENT),

  /** It takes commas behind {@code ===1.0} for a part of the version. */
  COMMA_BEHIND_ARBITRARY(
      "requirement",
      (question, theirs) -> Samples.COMMA.matcher(question.getFirst()).find(),
      "foo===1.0, <2"),

  /** {@code "a" == "b"} parses there and fails when it is evaluated. */
  TWO_TEXTS(
      "requirement",
      (question, theirs) ->
          isRefusedByUs(question.getFirst(), Requirement::parse)
              && Samples.TWO_TEXTS.matcher(question.getFirst()).find(),
      "foo; 'a' == 'b'"),

  /** A name may end with {@code _} there, although no project of such a name can exist. */
  NAME_ENDS_WITH_A_DASH(
      "requirement",
      (question, theirs) ->
          isRefusedByUs(question.getFirst(), Requirement::parse)
              && Samples.DASHED.matcher(question.getFirst()).matches(),
      "foo_"),

  /**
   * White space other than blanks and tabs is taken there where an expression happens to, before a
   * version but not behind it; here it is taken around versions.
   */
  WHITE_SPACE(
      "requirement",
      (question, theirs) ->
          question.getFirst().chars().anyMatch(c -> Spaces.isSpace(c) && c != ' ' && c != '\t'),
      "foo>=1.0\u00a0"),

  /** We refuse what could be a path, or that no file system takes. */
  NO_PORTABLE_NAME(
      "wheel",
      (question, theirs) ->
          !isRefused(theirs)
              && (!question.getFirst().matches("[A-Za-z0-9._+!-]*")
                  || question.getFirst().length() > 250),
      "caf\u00e9-1.0-py3-none-any.whl"),

  /** It lets names begin and end with a separator; no project is called so. */
  WHEEL_OF_NO_PROJECT(
      "wheel",
      (question, theirs) -> !isRefused(theirs) && isNoName(theirs),
      "_foo-1.0-py3-none-any.whl"),

  /** We refuse what could be a path, or that no file system takes. */
  NO_PORTABLE_SDIST_NAME(
      "sdist",
      (question, theirs) -> !isRefused(theirs) && !question.getFirst().matches("[A-Za-z0-9._+!-]*"),
      "fo/o-1.0.tar.gz"),

  /** It lets names begin and end with a separator; no project is called so. */
  SDIST_OF_NO_PROJECT(
      "sdist", (question, theirs) -> !isRefused(theirs) && isNoName(theirs), "_foo-1.0.tar.gz"),

  /** It knows no sdists but {@code .tar.gz} and {@code .zip}; pip does, and so do we. */
  OTHER_ARCHIVES(
      "sdist",
      (question, theirs) -> question.getFirst().matches("(?s).*\\.(tgz|tar\\.bz2|tar\\.xz)"),
      "foo-1.0.tar.bz2"),

  /** We bound the length of names. */
  LONG_NAME("name", (question, theirs) -> question.getFirst().length() > 250, "a".repeat(251)),

  /** It takes every field for missing that stands twice; pip reads the first, and so do we. */
  FIELD_TWICE(
      "metadata",
      (question, theirs) -> Samples.TWICE.matcher(question.getFirst()).find(),
      "Name: foo\nVersion: 1\nVersion: 2\n"),

  /** Dependencies that are not in the standard's form are read if they mean one thing only. */
  LENIENT_DEPENDENCY(
      "metadata",
      (question, theirs) ->
          isRefused(theirs)
              && fields(question.getFirst(), "requires-dist").stream()
                  .anyMatch(text -> isRefusedByUs(text, Requirement::parse)),
      "Name: foo\nVersion: 1\nRequires-Dist: bar>=1.9.*\n"),

  /** As in requirements: commas behind {@code ===1.0}. */
  COMMA_BEHIND_ARBITRARY_IN_METADATA(
      "metadata",
      (question, theirs) ->
          fields(question.getFirst(), "requires-dist").stream()
              .anyMatch(text -> Samples.COMMA.matcher(text).find()),
      "Name: foo\nVersion: 1\nRequires-Dist: bar===1.0, <2\n"),

  /** As in requirements: a name that ends with {@code _}. */
  NAME_ENDS_WITH_A_DASH_IN_METADATA(
      "metadata",
      (question, theirs) ->
          fields(question.getFirst(), "requires-dist").stream()
              .anyMatch(text -> Samples.DASHED.matcher(text).matches()),
      "Name: foo\nVersion: 1\nRequires-Dist: bar_\n"),

  /**
   * So are the Pythons that it is for; and as with pip, what is not understood restricts nothing.
   */
  LENIENT_PYTHON(
      "metadata",
      (question, theirs) ->
          isRefused(theirs)
              && fields(question.getFirst(), "requires-python").stream()
                  .anyMatch(text -> isRefusedByUs(text, SpecifierSet::parse)),
      "Name: foo\nVersion: 1\nRequires-Python: any\n"),

  /** An extra whose name is none cannot be asked for, and does no harm. */
  EXTRA_WITHOUT_NAME(
      "metadata",
      (question, theirs) ->
          isRefused(theirs)
              && fields(question.getFirst(), "provides-extra").stream()
                  .anyMatch(text -> !text.matches("[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")),
      "Name: foo\nVersion: 1\nProvides-Extra: a b\n"),

  /** What setuptools once wrote for nothing is nothing. */
  UNKNOWN(
      "metadata",
      (question, theirs) ->
          question.getFirst().toLowerCase(Locale.ROOT).contains("requires-dist: unknown"),
      "Name: foo\nVersion: 1\nRequires-Dist: UNKNOWN\n");

  /** Texts that the rules above need. */
  private static final class Samples {
    static final String ENVIRONMENT =
        """
        {"python_version": "3.11", "python_full_version": "3.11.7", "os_name": "posix",
         "extra": "foo-bar"}
        """;
    private static final String VARIABLE =
        "(python_version|python_full_version|os[._]name|sys[._]platform|platform_(release|system)"
            + "|platform[._](version|machine|python_implementation)|python_implementation"
            + "|implementation_(name|version)|extras?|dependency_groups)";
    private static final String OPERATOR = "\\s*([<>=!~]+|\\bnot\\s+in\\b|\\bin\\b)\\s*";
    static final Pattern TWO_VARIABLES = Pattern.compile(VARIABLE + OPERATOR + VARIABLE);
    static final Pattern TWO_TEXTS = Pattern.compile("['\"]" + OPERATOR + "['\"]");
    static final Pattern ODD_EXTRA =
        Pattern.compile(
            "extra"
                + OPERATOR
                + "['\"][^'\"]*[^a-z0-9-][^'\"]*['\"]|['\"][^'\"]*[^a-z0-9-][^'\"]*['\"]"
                + OPERATOR
                + "extra");
    static final Pattern COMMA = Pattern.compile("===\\s*[^\\s;)]*,");
    static final Pattern DASHED = Pattern.compile("(?s).*_\\s*([\\[\\](,;<>=!~@].*)?");
    static final Pattern TWICE =
        Pattern.compile(
            "(?im)(?:^|\\R)(name|version|metadata-version|requires-python):[^\\n]*(?s:.*)\\n\\1:");

    private Samples() {}
  }

  private final String kind;
  private final BiPredicate<List<String>, String> rule;
  private final List<String> example;

  PackagingDifference(String kind, BiPredicate<List<String>, String> rule, String... example) {
    this.kind = kind;
    this.rule = rule;
    this.example = List.of(example);
  }

  /** The kind of question that it is about. */
  String kind() {
    return kind;
  }

  /** A question that we answer differently. */
  List<String> example() {
    return example;
  }

  /** Whether an answer of {@code packaging} other than ours has this reason. */
  boolean explains(List<String> question, String theirs) {
    return rule.test(question, theirs);
  }

  private static boolean isRefused(String answer) {
    return answer.equals(PackagingDifferentialTest.REFUSED);
  }

  private static boolean isRefusedByUs(String text, Consumer<String> reader) {
    try {
      reader.accept(text);
      return false;
    } catch (MalformedException refused) {
      return true;
    }
  }

  private static boolean isNoName(String answer) {
    return !answer.matches("(?s)[a-z0-9]([a-z0-9-]*[a-z0-9])?\\|.*");
  }

  private static boolean hasOddSeries(String specifiers) {
    return Arrays.stream(specifiers.split(",", -1))
        .filter(clause -> clause.strip().startsWith("~="))
        .map(clause -> clause.strip().substring(2).strip())
        .anyMatch(spelt -> !Version.parse(spelt).toString().equals(spelt));
  }

  private static List<String> fields(String metadata, String field) {
    return metadata
        .replaceAll("\\R[ \t]+", "\u000b")
        .lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(field + ":"))
        .map(line -> line.substring(field.length() + 1).strip())
        .toList();
  }
}
