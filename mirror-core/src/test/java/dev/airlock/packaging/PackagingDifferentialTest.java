package dev.airlock.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.airlock.fixtures.LocalIndexes;
import dev.airlock.fixtures.PackagingTexts;
import dev.airlock.fixtures.Python;
import dev.airlock.fixtures.ReferencePackaging;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.marker.Environment;
import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.marker.Variable;
import dev.airlock.packaging.metadata.CoreMetadata;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.tag.Platform;
import dev.airlock.packaging.tag.SupportedTags;
import dev.airlock.packaging.tag.Tag;
import dev.airlock.packaging.version.Specifier;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Our answers and those of Python's {@code packaging} to the same questions, generated and real.
 * Where they differ, a {@link PackagingDifference} says why we mean to.
 *
 * <p>{@code packaging} 26.2 is the measure, which pip 26.2 carries too: since then texts have no
 * order in markers, and {@code <} and {@code >} exclude the pre- and post-releases of the version
 * itself only.
 */
class PackagingDifferentialTest {
  /** The answer to what is not understood. */
  static final String REFUSED = "refused";

  private static final int QUESTIONS = 20_000;
  private static final int MUTANTS = 6;
  private static final int SHOWN = 10;
  private static final ObjectMapper JSON = new ObjectMapper();

  private static Optional<Python> python = Optional.empty();

  @BeforeAll
  static void findPackaging() {
    python = ReferencePackaging.find();
    assumeTrue(python.isPresent(), "no Python with packaging 26.2 here, nor one with pip 26.2");
  }

  @Test
  void readsVersionsAlike() throws IOException {
    var texts = new PackagingTexts(1);
    compare("version", generated(QUESTIONS, () -> List.of(texts.oddVersion())));
  }

  @Test
  void ordersVersionsAlike() throws IOException {
    var texts = new PackagingTexts(2);
    compare(
        "order",
        generated(
            QUESTIONS,
            () -> {
              String left = texts.version();
              return List.of(left, texts.near(left));
            }));
  }

  @Test
  void admitsVersionsAlike() throws IOException {
    var texts = new PackagingTexts(3);
    compare(
        "contains",
        generated(
            2 * QUESTIONS,
            () -> {
              String version = texts.version();
              return List.of(texts.specifiers(version), texts.near(version));
            }));
  }

  @Test
  void choosesPrereleasesAlike() throws IOException {
    var texts = new PackagingTexts(9);
    compare(
        "choose",
        generated(
            QUESTIONS,
            () -> {
              List<String> versions = texts.versions();
              return Stream.concat(
                      Stream.of(texts.specifiers(versions.getFirst())), versions.stream())
                  .toList();
            }));
  }

  @Test
  void seesWhoAsksForPrereleasesAlike() throws IOException {
    var texts = new PackagingTexts(4);
    compare("prereleases", generated(QUESTIONS, () -> List.of(texts.specifiers(texts.version()))));
  }

  @Test
  void evaluatesMarkersAlike() throws IOException {
    var texts = new PackagingTexts(5);
    compare("marker", generated(2 * QUESTIONS, () -> List.of(texts.marker(), texts.environment())));
  }

  @Test
  void evaluatesMarkersOfLocksAlike() throws IOException {
    var texts = new PackagingTexts(10);
    compare(
        "lockmarker",
        generated(
            QUESTIONS / 2,
            () ->
                List.of(
                    texts.lockMarker(),
                    texts.environment(),
                    texts.oneOf("dev", "foo.bar"),
                    texts.oneOf("x", "y"))));
  }

  @Test
  void readsRequirementsAlike() throws IOException {
    var texts = new PackagingTexts(6);
    compare("requirement", generated(2 * QUESTIONS, () -> List.of(texts.requirement())));
  }

  @Test
  void readsWheelNamesAlike() throws IOException {
    var texts = new PackagingTexts(7);
    compare("wheel", generated(QUESTIONS, () -> List.of(texts.wheel())));
  }

  @Test
  void readsSdistNamesAlike() throws IOException {
    var texts = new PackagingTexts(8);
    compare("sdist", generated(QUESTIONS, () -> List.of(texts.sdist())));
  }

  @Test
  void normalizesNamesAlike() throws IOException {
    var texts = new PackagingTexts(11);
    compare("name", generated(QUESTIONS, () -> List.of(texts.oddName())));
  }

  @Test
  void readsMetadataAlike() throws IOException {
    var texts = new PackagingTexts(12);
    compare("metadata", generated(QUESTIONS, () -> List.of(texts.metadata())));
  }

  @Test
  void listsTheTagsOfEveryPlatformInTheSameOrder() throws IOException {
    List<List<String>> questions = new ArrayList<>();
    for (String platform : platforms()) {
      for (int minor = 8; minor <= 15; minor++) {
        questions.add(List.of(Integer.toString(minor), "false", platform));
        if (minor >= 13) {
          questions.add(List.of(Integer.toString(minor), "true", platform));
        }
      }
    }
    compare("tags", questions);
  }

  private static List<String> platforms() {
    var platforms = new ArrayList<String>();
    for (String machine : List.of("x86_64", "aarch64")) {
      int oldest = machine.equals("x86_64") ? 5 : 17;
      IntStream.rangeClosed(oldest, 43)
          .forEach(minor -> platforms.add("manylinux_2_" + minor + "_" + machine));
    }
    for (String machine :
        List.of("i686", "armv7l", "ppc64", "ppc64le", "s390x", "riscv64", "loongarch64")) {
      platforms.add("manylinux_2_17_" + machine);
      platforms.add("manylinux_2_39_" + machine);
    }
    for (String machine : List.of("x86_64", "i686")) {
      platforms.add("manylinux1_" + machine);
      platforms.add("manylinux2010_" + machine);
      platforms.add("manylinux2014_" + machine);
    }
    platforms.add("manylinux2014_aarch64");
    for (String machine : List.of("x86_64", "aarch64", "i686", "armv7l", "ppc64le", "s390x")) {
      IntStream.rangeClosed(0, 3)
          .forEach(minor -> platforms.add("musllinux_1_" + minor + "_" + machine));
      platforms.add("linux_" + machine);
    }
    for (int minor = 4; minor <= 16; minor++) {
      platforms.add("macosx_10_" + minor + "_x86_64");
    }
    for (int major = 11; major <= 27; major++) {
      platforms.add("macosx_" + major + "_0_x86_64");
      platforms.add("macosx_" + major + "_0_arm64");
      platforms.add("macosx_" + major + "_6_arm64");
    }
    platforms.addAll(List.of("win32", "win_amd64", "win_arm64"));
    platforms.addAll(List.of("ios_12_0_arm64_iphoneos", "ios_15_4_x86_64_iphonesimulator"));
    platforms.addAll(List.of("ios_26_1_arm64_iphonesimulator", "android_16_x86"));
    platforms.addAll(
        List.of("android_24_arm64_v8a", "android_36_x86_64", "android_21_armeabi_v7a"));
    return platforms;
  }

  @Test
  void readsWhatIsRealAndWhatIsNearlyRealAlike() throws IOException {
    List<Path> wheels = LocalIndexes.wheels();
    assumeFalse(wheels.isEmpty(), "pip is configured with no index in a folder here");
    List<String> names = wheels.stream().map(wheel -> wheel.getFileName().toString()).toList();
    var texts = new PackagingTexts(13);
    compare("wheel", mutants(names, texts, "-_.+ /\u00e9A1"));

    List<String> metadata = new ArrayList<>();
    for (Path wheel : wheels) {
      metadata.add(new String(LocalIndexes.metadata(wheel), StandardCharsets.UTF_8));
    }
    compare("metadata", metadata.stream().map(List::of).toList());
    List<String> requirements = fields(metadata, "Requires-Dist: ");
    compare("requirement", mutants(requirements, texts, "()[],;@ .-_=<>'\"\t"));
    compare("prereleases", mutants(fields(metadata, "Requires-Python: "), texts, ",.*=<>~! 3"));
    List<String> markers =
        requirements.stream()
            .filter(text -> text.contains(";"))
            .map(text -> text.substring(text.indexOf(';') + 1).strip())
            .distinct()
            .toList();
    List<List<String>> evaluated = new ArrayList<>();
    for (List<String> marker : mutants(markers, texts, "()'\"= andor")) {
      evaluated.add(List.of(marker.getFirst(), texts.environment()));
    }
    compare("marker", evaluated);
  }

  private static List<String> fields(List<String> metadata, String field) {
    return metadata.stream()
        .flatMap(String::lines)
        .filter(line -> line.startsWith(field))
        .map(line -> line.substring(field.length()))
        .distinct()
        .toList();
  }

  /** The real ones, and some that are not quite them any more. */
  private static List<List<String>> mutants(
      List<String> real, PackagingTexts texts, String alphabet) {
    List<List<String>> questions = new ArrayList<>();
    for (String text : real) {
      questions.add(List.of(text));
      for (int i = 0; i < MUTANTS; i++) {
        questions.add(List.of(texts.mutated(text, alphabet)));
      }
    }
    return questions;
  }

  @ParameterizedTest
  @EnumSource
  void everyDifferenceIsStillThere(PackagingDifference difference) throws IOException {
    List<String> question = difference.example();
    String theirs = theirs(difference.kind(), List.of(question)).getFirst();

    assertThat(ours(difference.kind(), question)).isNotEqualTo(theirs);
    assertThat(difference.explains(question, theirs)).isTrue();
  }

  // --- asking both

  /** Makes a question. */
  private interface Questions {
    List<String> next() throws IOException;
  }

  private static List<List<String>> generated(int count, Questions questions) throws IOException {
    List<List<String>> generated = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      generated.add(questions.next());
    }
    return generated;
  }

  private static void compare(String kind, List<List<String>> questions) throws IOException {
    List<String> theirs = theirs(kind, questions);
    assertThat(theirs).hasSameSizeAs(questions);
    Map<List<String>, String> differences = new LinkedHashMap<>();
    int refused = 0;
    for (int i = 0; i < theirs.size(); i++) {
      List<String> question = questions.get(i);
      String expected = theirs.get(i);
      String actual = ours(kind, question);
      refused += expected.equals(REFUSED) ? 1 : 0;
      if (!actual.equals(expected)
          && Arrays.stream(PackagingDifference.values())
              .noneMatch(
                  known -> known.kind().equals(kind) && known.explains(question, expected))) {
        differences.putIfAbsent(question, "packaging: " + expected + ", we: " + actual);
      }
    }
    assertThat(differences.entrySet().stream().limit(SHOWN))
        .as("%d differences, the first of which are", differences.size())
        .isEmpty();
    assertThat(refused)
        .as("how many questions test nothing but refusal")
        .isLessThan(questions.size() * 3 / 4);
  }

  private static List<String> theirs(String kind, List<List<String>> questions) throws IOException {
    var input = new StringBuilder();
    for (List<String> question : questions) {
      var line = new ArrayList<String>();
      line.add(kind);
      line.addAll(question);
      input.append(JSON.writeValueAsString(line)).append('\n');
    }
    List<String> answers = new ArrayList<>();
    for (String line :
        python.orElseThrow().output(script(), List.of(), input.toString()).lines().toList()) {
      answers.add(JSON.readValue(line, String.class));
    }
    return answers;
  }

  private static String script() throws IOException {
    try (InputStream script =
        Objects.requireNonNull(
            PackagingDifferentialTest.class.getResourceAsStream("differential.py"))) {
      return ReferencePackaging.PRELUDE + new String(script.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  // --- our answers, in the form of differential.py

  private static String ours(String kind, List<String> question) throws IOException {
    String first = question.getFirst();
    try {
      return switch (kind) {
        case "version" -> Version.parse(first).toString();
        case "order" ->
            Integer.toString(
                Integer.signum(Version.parse(first).compareTo(Version.parse(question.get(1)))));
        case "contains" ->
            Boolean.toString(SpecifierSet.parse(first).contains(Version.parse(question.get(1))));
        case "choose" ->
            chosen(
                SpecifierSet.parse(first), question.stream().skip(1).map(Version::parse).toList());
        case "prereleases" -> Boolean.toString(SpecifierSet.parse(first).asksForPrereleases());
        case "marker" -> Boolean.toString(holds(Marker.parse(first), question.get(1)));
        case "lockmarker" ->
            Boolean.toString(
                environment(question.get(1))
                    .satisfies(Marker.parse(first), question.subList(2, question.size())));
        case "requirement" -> shown(Requirement.parse(first));
        case "wheel" -> wheel(WheelFilename.parse(first));
        case "sdist" -> sdist(first);
        case "name" -> new ProjectName(first).value();
        case "metadata" -> metadata(CoreMetadata.parse(first.getBytes(StandardCharsets.UTF_8)));
        case "tags" ->
            tags(
                SupportedTags.cpython(
                    3,
                    Integer.parseInt(first),
                    Boolean.parseBoolean(question.get(1)),
                    Platform.parse(question.get(2))));
        default -> throw new IllegalArgumentException("no answers to " + kind);
      };
    } catch (MalformedException refused) {
      return REFUSED;
    }
  }

  /** Pre-releases where they are asked for, or where nothing else is admitted (PEP 440). */
  private static String chosen(SpecifierSet specifier, List<Version> versions) {
    List<Version> admitted = versions.stream().filter(specifier::contains).toList();
    List<Version> stable = admitted.stream().filter(v -> !v.isPrerelease()).toList();
    List<Version> chosen = specifier.asksForPrereleases() || stable.isEmpty() ? admitted : stable;
    return chosen.stream().map(Version::toString).collect(Collectors.joining(" "));
  }

  private static boolean holds(Marker marker, String values) throws IOException {
    String extra = JSON.readTree(values).path("extra").asText();
    return extra.isEmpty()
        ? environment(values).satisfies(marker)
        : environment(values).satisfies(marker, new ExtraName(extra));
  }

  private static Environment environment(String values) throws IOException {
    Map<?, ?> named = JSON.readValue(values, Map.class);
    var variables = new EnumMap<Variable, String>(Variable.class);
    for (Variable variable : Variable.values()) {
      if (variable != Variable.EXTRA && named.get(variable.toString()) instanceof String text) {
        variables.put(variable, text);
      }
    }
    return new Environment(variables);
  }

  private static String shown(Requirement parsed) {
    return String.join(
        "|",
        parsed.project().value(),
        sorted(parsed.extras().stream().map(ExtraName::value)),
        sorted(parsed.specifier().clauses().stream().map(Specifier::toString)),
        parsed.url().orElse(""),
        parsed.marker().equals(Marker.always()) ? "" : "marker");
  }

  private static String sorted(Stream<String> texts) {
    return texts.sorted().distinct().collect(Collectors.joining(","));
  }

  private static String wheel(WheelFilename parsed) {
    return String.join(
        "|",
        parsed.project().value(),
        parsed.version().toString(),
        parsed.build().number().signum() < 0 ? "" : parsed.build().number() + parsed.build().rest(),
        sorted(parsed.tags().stream().map(Tag::toString)));
  }

  private static String sdist(String name) {
    int dash = name.lastIndexOf('-');
    if (dash < 0) {
      throw new MalformedException("sdist filename", name, "it has no '-'");
    }
    var project = new ProjectName(name.substring(0, dash));
    return project + "|" + SdistFilename.parse(name, project).version();
  }

  private static String metadata(CoreMetadata parsed) {
    var lines = new ArrayList<String>();
    lines.add(parsed.project().value());
    lines.add(parsed.version().toString());
    lines.add(sorted(parsed.requiresPython().clauses().stream().map(Specifier::toString)));
    parsed.requiresDist().forEach(requirement -> lines.add(shown(requirement)));
    lines.add(sorted(parsed.providesExtra().stream().map(ExtraName::value)));
    return String.join("\n", lines);
  }

  private static String tags(SupportedTags supported) {
    String all = supported.tags().stream().map(Tag::toString).collect(Collectors.joining("\n"));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
      return supported.tags().size() + " " + HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
