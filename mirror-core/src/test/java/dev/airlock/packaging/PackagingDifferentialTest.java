package dev.airlock.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.airlock.fixtures.Python;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.marker.Environment;
import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.marker.Variable;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.tag.Tag;
import dev.airlock.packaging.version.Specifier;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Our answers and those of Python's {@code packaging} to the same generated questions. Where they
 * differ, a rule below says why we mean to.
 *
 * <p>{@code packaging} 26.2 or newer is the measure: since then texts have no order in markers, and
 * {@code <} and {@code >} exclude the pre- and post-releases of the version itself only.
 */
class PackagingDifferentialTest {
  private static final int QUESTIONS = 20_000;
  private static final int SHOWN = 10;
  private static final String REFUSED = "refused";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RECENT =
      """
      from packaging import __version__
      from packaging.version import Version
      assert Version(__version__) >= Version("26.2")
      """;

  private static Optional<Python> python = Optional.empty();

  @BeforeAll
  static void findPackaging() {
    python = Python.forWhich(RECENT);
    assumeTrue(python.isPresent(), "no Python with packaging 26.2 or newer here");
  }

  @Test
  void readsVersionsAlike() throws IOException {
    var generator = new Texts(1);
    compare(
        "version",
        QUESTIONS,
        () -> List.of(generator.oddVersion()),
        question -> Version.parse(question.getFirst()).toString(),
        (question, theirs) -> false);
  }

  @Test
  void ordersVersionsAlike() throws IOException {
    var generator = new Texts(2);
    compare(
        "order",
        QUESTIONS,
        () -> {
          String left = generator.version();
          return List.of(left, generator.near(left));
        },
        question ->
            Integer.toString(
                Integer.signum(
                    Version.parse(question.get(0)).compareTo(Version.parse(question.get(1))))),
        (question, theirs) -> false);
  }

  @Test
  void admitsVersionsAlike() throws IOException {
    var generator = new Texts(3);
    compare(
        "contains",
        2 * QUESTIONS,
        () -> {
          String version = generator.version();
          return List.of(generator.specifiers(version), generator.near(version));
        },
        question ->
            Boolean.toString(
                SpecifierSet.parse(question.get(0)).contains(Version.parse(question.get(1)))),
        (question, theirs) -> packagingSplitsTheSpelling(question.getFirst()));
  }

  /** The series of {@code ~=2.2.rev1} is cut from the text, not from the version it spells. */
  private static boolean packagingSplitsTheSpelling(String specifiers) {
    return Arrays.stream(specifiers.split(",", -1))
        .filter(clause -> clause.strip().startsWith("~="))
        .map(clause -> clause.strip().substring(2).strip())
        .anyMatch(spelt -> !Version.parse(spelt).toString().equals(spelt));
  }

  @Test
  void seesWhoAsksForPrereleasesAlike() throws IOException {
    var generator = new Texts(4);
    compare(
        "prereleases",
        QUESTIONS,
        () -> List.of(generator.specifiers(generator.version())),
        question -> Boolean.toString(SpecifierSet.parse(question.getFirst()).asksForPrereleases()),
        (question, theirs) -> false);
  }

  @Test
  void evaluatesMarkersAlike() throws IOException {
    var generator = new Texts(5);
    compare(
        "marker",
        2 * QUESTIONS,
        () -> List.of(generator.marker(), generator.environment()),
        question -> {
          Map<?, ?> values = JSON.readValue(question.get(1), Map.class);
          return Boolean.toString(evaluate(Marker.parse(question.get(0)), values));
        },
        (question, theirs) ->
            (theirs.equals(REFUSED) && hasUndefinedComparison(question.getFirst()))
                || hasOddExtraInParentheses(question.getFirst()));
  }

  private static boolean evaluate(Marker marker, Map<?, ?> values) {
    var variables = new EnumMap<Variable, String>(Variable.class);
    for (Variable variable : Variable.values()) {
      if (variable != Variable.EXTRA && values.get(variable.toString()) instanceof String text) {
        variables.put(variable, text);
      }
    }
    var environment = new Environment(variables);
    String extra = String.valueOf(values.get("extra"));
    return extra.isEmpty()
        ? environment.satisfies(marker)
        : environment.satisfies(marker, new ExtraName(extra));
  }

  /**
   * {@code ~=} and {@code ===} on texts that are no versions: {@code packaging} gives up on the
   * whole marker when it comes to one, we take {@code ~=} for false and {@code ===} for equality.
   */
  private static boolean hasUndefinedComparison(String marker) {
    return marker.contains("~=") || marker.contains("===");
  }

  /** Within parentheses {@code packaging} forgets to normalise the extra it compares with. */
  private static boolean hasOddExtraInParentheses(String marker) {
    return marker.contains("(")
        && (marker.matches(".*extra[ =!<>notin]*['\"][^'\"]*[^a-z0-9-][^'\"]*['\"].*")
            || marker.matches(".*['\"][^'\"]*[^a-z0-9-][^'\"]*['\"][ =!<>notin]*extra.*"));
  }

  @Test
  void readsRequirementsAlike() throws IOException {
    var generator = new Texts(6);
    compare(
        "requirement",
        2 * QUESTIONS,
        () -> List.of(generator.requirement()),
        question -> {
          Requirement parsed = Requirement.parse(question.getFirst());
          return String.join(
              "|",
              parsed.project().value(),
              parsed.extras().stream()
                  .map(ExtraName::value)
                  .sorted()
                  .distinct()
                  .collect(Collectors.joining(",")),
              parsed.specifier().clauses().stream()
                  .map(Specifier::toString)
                  .sorted()
                  .distinct()
                  .collect(Collectors.joining(",")),
              parsed.url().orElse(""),
              parsed.marker().equals(Marker.always()) ? "" : "marker");
        },
        (question, theirs) ->
            comparesTwoTextsOrEndsANameWithADash(question.getFirst())
                || (theirs.equals(REFUSED) && question.getFirst().contains("===")));
  }

  /**
   * {@code packaging} takes the comma behind {@code ===1.0} for a part of it. {@code "a" == "b"}
   * without a variable parses in {@code packaging} and fails when it is evaluated; a name may end
   * with {@code _} there, although no project of such a name can exist.
   */
  private static boolean comparesTwoTextsOrEndsANameWithADash(String requirement) {
    return requirement.matches("(?s).*['\"]\\s*(not\\s+in|in|[<>=!~]+)\\s*['\"].*")
        || requirement.matches("(?s).*_\\s*([\\[\\](,;<>=!~@].*)?");
  }

  @Test
  void readsWheelNamesAlike() throws IOException {
    var generator = new Texts(7);
    compare(
        "wheel",
        QUESTIONS,
        () -> List.of(generator.wheel()),
        question -> {
          WheelFilename parsed = WheelFilename.parse(question.getFirst());
          return String.join(
              "|",
              parsed.project().value(),
              parsed.version().toString(),
              parsed.build().number() < 0 ? "" : parsed.build().number() + parsed.build().rest(),
              parsed.tags().stream()
                  .map(Tag::toString)
                  .sorted()
                  .distinct()
                  .collect(Collectors.joining(",")));
        },
        (question, theirs) -> isNoPortableName(question.getFirst(), theirs));
  }

  /**
   * We refuse what could be a path or that no file system takes, and names that begin or end with a
   * separator: no project is called so.
   */
  private static boolean isNoPortableName(String filename, String theirs) {
    return !theirs.equals(REFUSED)
        && (!filename.matches("[A-Za-z0-9._+!-]*")
            || !theirs.matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?\\|.*"));
  }

  @Test
  void readsSdistNamesAlike() throws IOException {
    var generator = new Texts(8);
    compare(
        "sdist",
        QUESTIONS,
        () -> List.of(generator.sdist()),
        question -> {
          String name = question.getFirst();
          int dash = name.lastIndexOf('-');
          if (dash < 0) {
            throw new MalformedException("sdist filename", name, "it has no '-'");
          }
          var project = new ProjectName(name.substring(0, dash));
          return project + "|" + SdistFilename.parse(name, project).version();
        },
        (question, theirs) ->
            isNoPortableName(question.getFirst(), theirs)
                || question.getFirst().matches(".*\\.(tgz|tar\\.bz2|tar\\.xz)"));
  }

  // --- asking both

  /** Gives our answer; what it refuses counts as an answer too. */
  private interface Answer {
    String to(List<String> question) throws IOException;
  }

  /** Makes a question. */
  private interface Questions {
    List<String> next() throws IOException;
  }

  private static void compare(
      String kind,
      int count,
      Questions questions,
      Answer ours,
      BiFunction<List<String>, String, Boolean> explained)
      throws IOException {
    List<List<String>> asked = new ArrayList<>();
    var input = new StringBuilder();
    for (int i = 0; i < count; i++) {
      List<String> question = questions.next();
      asked.add(question);
      var line = new ArrayList<String>();
      line.add(kind);
      line.addAll(question);
      input.append(JSON.writeValueAsString(line)).append('\n');
    }
    List<String> theirs =
        python.orElseThrow().output(script(), List.of(), input.toString()).lines().toList();
    assertThat(theirs).hasSameSizeAs(asked);
    Map<List<String>, String> differences = new LinkedHashMap<>();
    int refused = 0;
    for (int i = 0; i < count; i++) {
      String expected = JSON.readValue(theirs.get(i), String.class);
      String actual = answer(ours, asked.get(i));
      refused += expected.equals(REFUSED) ? 1 : 0;
      if (!actual.equals(expected) && !explained.apply(asked.get(i), expected)) {
        differences.putIfAbsent(asked.get(i), "packaging: " + expected + ", we: " + actual);
      }
    }
    assertThat(differences.entrySet().stream().limit(SHOWN))
        .as("%d differences, the first of which are", differences.size())
        .isEmpty();
    assertThat(refused).as("how many questions test nothing but refusal").isLessThan(count * 3 / 4);
  }

  private static String answer(Answer ours, List<String> question) throws IOException {
    try {
      return ours.to(question);
    } catch (MalformedException refused) {
      return REFUSED;
    }
  }

  private static String script() throws IOException {
    try (InputStream script =
        Objects.requireNonNull(
            PackagingDifferentialTest.class.getResourceAsStream("differential.py"))) {
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Generated texts, the same for the same seed. */
  private static final class Texts {
    private final Random random;

    Texts(long seed) {
      random = new Random(seed);
    }

    private String oneOf(String... choices) {
      return choices[random.nextInt(choices.length)];
    }

    private boolean oneIn(int n) {
      return random.nextInt(n) == 0;
    }

    private String number() {
      return switch (random.nextInt(12)) {
        case 0 -> "0";
        case 1 -> "00" + random.nextInt(20);
        case 2 -> Integer.toString(random.nextInt(3000));
        case 3 -> "9223372036854775808" + random.nextInt(100);
        default -> Integer.toString(random.nextInt(4));
      };
    }

    private String release() {
      var text = new StringBuilder(number());
      for (int i = random.nextInt(4); i > 0; i--) {
        text.append('.').append(number());
      }
      return text.toString();
    }

    private String part(String... labels) {
      return oneOf("", ".", "-", "_")
          + oneOf(labels)
          + (oneIn(4) ? "" : oneOf("", "", ".", "-", "_") + number());
    }

    /** A version in any spelling. */
    String version() {
      var text = new StringBuilder();
      text.append(oneIn(20) ? oneOf("v", "V") : "");
      text.append(oneIn(8) ? number() + "!" : "");
      text.append(release());
      if (oneIn(3)) {
        text.append(
            part("a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "A", "RC", "Alpha"));
      }
      if (oneIn(4)) {
        text.append(oneIn(4) ? "-" + number() : part("post", "rev", "r", "POST"));
      }
      if (oneIn(4)) {
        text.append(part("dev", "DEV"));
      }
      if (oneIn(5)) {
        text.append('+').append(oneOf("cu118", "1", "abc", "Ubuntu", "0", "01", "1a"));
        for (int i = random.nextInt(3); i > 0; i--) {
          text.append(oneOf(".", "-", "_")).append(oneOf("1", "2", "10", "x", "X1"));
        }
      }
      return text.toString();
    }

    /** A version, or something that is nearly one. */
    String oddVersion() {
      return oneIn(2) ? version() : mutated(version(), ".-_+!*v1a rpostdev \u212a\u0660");
    }

    /** A version that is close to another: the same with another end, the same, or any. */
    String near(String version) {
      String base = version.split("[+]", -1)[0];
      return switch (random.nextInt(6)) {
        case 0 -> version;
        case 1 -> base + "+" + oneOf("cu118", "1", "abc.2");
        case 2 -> Version.parse(version).base() + oneOf(".post1", ".dev0", "a1", ".0", ".1", "");
        case 3 -> Version.parse(base) + ".0".repeat(base.matches("[0-9.]+") ? 2 : 0);
        default -> version();
      };
    }

    private String mutated(String text, String alphabet) {
      var mutated = new StringBuilder(text);
      for (int i = 1 + random.nextInt(2); i > 0; i--) {
        int at = random.nextInt(mutated.length() + 1);
        if (oneIn(2) && at < mutated.length()) {
          mutated.deleteCharAt(at);
        } else {
          mutated.insert(at, alphabet.charAt(random.nextInt(alphabet.length())));
        }
      }
      return mutated.toString();
    }

    /** Clauses about a version. */
    String specifiers(String version) {
      var clauses = new ArrayList<String>();
      for (int i = oneIn(4) ? 2 : 1; i > 0; i--) {
        String wanted = near(version);
        if (oneIn(3)) {
          wanted = wanted.split("[+]", -1)[0];
        }
        String operator = oneOf("==", "!=", "<", ">", "<=", ">=", "~=", "===");
        if (operator.equals("~=")) {
          wanted = Version.parse(wanted).withoutLocal().toString();
        }
        clauses.add(
            operator
                + oneOf("", "", " ")
                + (oneIn(5) ? Version.parse(wanted).base() + ".*" : wanted));
      }
      String text = String.join(oneOf(",", ", ", " ,"), clauses);
      return oneIn(15) ? mutated(text, ",.*=<>~! ") : text;
    }

    private static final String[] VARIABLES = {
      "python_version",
      "python_full_version",
      "os_name",
      "os.name",
      "sys_platform",
      "platform_machine",
      "platform.machine",
      "platform_release",
      "platform_system",
      "platform_python_implementation",
      "python_implementation",
      "implementation_name",
      "implementation_version",
      "extra",
      "platform_version",
      "sys.platform",
    };

    private String literal() {
      String quote = oneOf("'", "\"");
      return quote
          + switch (random.nextInt(8)) {
            case 0 -> oneOf("linux", "posix", "win32", "Linux", "x86_64", "CPython", "lin", "");
            case 1 -> oneOf("test", "Foo_Bar", "foo-bar", "a.b", "foo bar");
            case 2 -> oneOf("3.8,3.9", "3.10 3.11", "2.7, 3.11", "3.8.*", "3.11.*", "3.11,<4");
            case 3 -> version();
            default -> oneOf("3.8", "3.10", "3.11", "3.11.7", "3.12", "3", "3.11.0rc1", "3.11.7.0");
          }
          + quote;
    }

    private String comparison() {
      String variable = oneOf(VARIABLES);
      String operator =
          oneOf(
              "==",
              "!=",
              "<",
              ">",
              "<=",
              ">=",
              "==",
              "!=",
              ">=",
              "<",
              "in",
              "not in",
              "not  in",
              oneIn(5) ? "~=" : "==",
              oneIn(8) ? "===" : "!=");
      String space = operator.endsWith("in") ? " " : oneOf("", " ", "  ");
      return oneIn(5)
          ? literal() + space + operator + space + variable
          : variable + space + operator + space + literal();
    }

    /** A marker. */
    String marker() {
      String marker = marker(3);
      return oneIn(15) ? mutated(marker, "()'\"= andor") : marker;
    }

    private String marker(int deepest) {
      if (deepest == 0 || oneIn(2)) {
        return comparison();
      }
      String left = marker(deepest - 1);
      String right = marker(deepest - 1);
      String together = left + " " + oneOf("and", "or") + " " + right;
      return oneIn(3) ? oneOf("(", "( ") + together + oneOf(")", " )") : together;
    }

    /** An environment, as JSON. */
    String environment() throws IOException {
      String full = oneOf("3.8.18", "3.10.0", "3.11.7", "3.12.0", "3.11.0rc1", "3.11.7+local");
      Map<String, String> values = new LinkedHashMap<>();
      values.put("python_full_version", full);
      values.put("python_version", full.replaceAll("^(\\d+\\.\\d+).*", "$1"));
      values.put("implementation_version", full);
      values.put("os_name", oneOf("posix", "nt"));
      values.put("sys_platform", oneOf("linux", "win32", "darwin"));
      values.put("platform_machine", oneOf("x86_64", "aarch64", "arm64"));
      values.put("platform_release", oneOf("", "6.5.0-14-generic", "5.10", "3.11"));
      values.put("platform_system", oneOf("Linux", "Windows", "Darwin"));
      values.put("platform_version", oneOf("", "#15-Ubuntu SMP", "3.11"));
      values.put("platform_python_implementation", "CPython");
      values.put("implementation_name", "cpython");
      values.put("extra", oneOf("", "test", "foo-bar", "Foo.Bar"));
      return JSON.writeValueAsString(values);
    }

    private String name() {
      return oneOf("foo", "Foo.Bar", "foo_bar", "a", "A-b.C_d", "x2", "numpy", "oslo.config");
    }

    /** A requirement. */
    String requirement() {
      var text = new StringBuilder(oneOf("", "", " ")).append(name()).append(oneOf("", " "));
      if (oneIn(3)) {
        text.append(
            oneOf(
                "[test]", "[ a , b ]", "[]", "[ ]", "[Foo_Bar,foo-bar]", "[a,]", "[,a]", "[a b]"));
        text.append(oneOf("", " "));
      }
      switch (random.nextInt(5)) {
        case 0 ->
            text.append("@ ")
                .append(oneOf("https://h/x-1.0.whl", "file:///x.whl", "git+ssh://a@b/c;d"))
                .append(oneOf("", " "));
        case 1 -> text.append('(').append(specifiers(version())).append(')').append(oneOf("", " "));
        case 2 -> {}
        default -> text.append(specifiers(version())).append(oneOf("", " ", ","));
      }
      if (oneIn(3)) {
        text.append(oneOf(";", "; ", " ; ")).append(marker(1));
      }
      String requirement = text.toString();
      return oneIn(6) ? mutated(requirement, "()[],;@ .-_=<>'\"") : requirement;
    }

    private String tag() {
      return oneOf("py3", "py2.py3", "cp310", "cp39.cp310", "CP311")
          + "-"
          + oneOf("none", "cp310", "abi3", "cp310.abi3")
          + "-"
          + oneOf(
              "any",
              "linux_x86_64",
              "manylinux2014_x86_64.manylinux_2_17_x86_64",
              "macosx_11_0_arm64");
    }

    /** The name of a wheel. */
    String wheel() {
      String name =
          name().replace('-', '_')
              + "-"
              + version().replace('-', '_')
              + (oneIn(4) ? "-" + oneOf("1", "0", "007", "2local", "1_a.b", "x1") : "")
              + "-"
              + tag()
              + ".whl";
      return oneIn(6) ? mutated(name, "-_.+ /\u00e9A1") : name;
    }

    /** The name of an sdist. */
    String sdist() {
      String name =
          name()
              + "-"
              + version().replace('-', '.').toLowerCase(Locale.ROOT)
              + oneOf(".tar.gz", ".tar.gz", ".zip", ".tgz", ".tar.bz2");
      return oneIn(6) ? mutated(name, "_.+ /\u00e9A1") : name;
    }
  }
}
