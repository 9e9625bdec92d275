package dev.airlock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.fixtures.Surroundings;
import dev.airlock.preset.Problem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  @TempDir Path directory;

  private Settings read(String text) throws IOException, InvalidSettingsException {
    return Settings.read(Files.writeString(directory.resolve(Settings.FILE), text));
  }

  @Test
  void readsTheExampleOfTheDocumentation() throws IOException, InvalidSettingsException {
    String page = Files.readString(Surroundings.repository("docs/routing.md").orElseThrow());
    int begin = page.indexOf("```json\n") + "```json\n".length();
    Settings settings = read(page.substring(begin, page.indexOf("```", begin)));

    URI pypi = URI.create("https://pypi.org/simple/");
    URI torch = URI.create("https://download.pytorch.org/whl/cu118");
    assertThat(settings.indexes())
        .containsExactly(
            new Settings.Index(RoutedIndex.of("pypi", pypi), List.of(), true),
            new Settings.Index(
                RoutedIndex.of("pytorch", torch),
                List.of(
                    new ProjectPattern("torch"),
                    new ProjectPattern("torch*"),
                    new ProjectPattern("nvidia-*")),
                false));
    assertThat(settings.deny())
        .containsExactly(new ProjectPattern("evil"), new ProjectPattern("internal-*"));
    assertThat(settings.hosts())
        .containsExactly(
            "download-r2.pytorch.org", "files.example.org", "*.cdn.example.org", "10.0.0.5:8080");
    assertThat(settings.freshness()).isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void readsTheQuota() throws IOException, InvalidSettingsException {
    assertThat(read("{\"schema\": 1, \"quota\": \"50GB\"}").quota()).hasValue(50_000_000_000L);
  }

  @Test
  void needsNothingButTheSchema() throws IOException, InvalidSettingsException {
    assertThat(read("{\"schema\": 1}")).isEqualTo(Settings.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                                                                | schema: it is missing; "schema": 1 is accepted
          {"schema": 2}                                                     | schema: 2: accepted is 1
          []                                                                | it has to be an object, {…}
          {"schema": 1, "schema": 1}                                        | line 1: it is not JSON: Duplicate field 'schema'
          {"schema": 1, "allow": []}                                        | allow: unknown key; known here are [$schema, deny, forbidden_means_absent, freshness, hosts, indexes, quota, schema]
          {"schema": 1, "quota": "much"}                                    | quota: 'much': 'much': accepted are sizes such as 500MB, 2.5GiB or 4096
          {"schema": 1, "indexes": []}                                      | indexes: []: it has to be an object, {…}
          {"schema": 1, "indexes": {"A": {"url": "https://a.org", "projects": []}}} | indexes.A: {"url":"https://a.org","projects":[]}: the name of an index has to be lower-case letters, digits, '.', '_' and '-'
          {"schema": 1, "indexes": {"a": {"default": true}}}                | indexes.a.url: it is missing
          {"schema": 1, "indexes": {"a": {"url": "ftp://a.org", "default": true}}} | indexes.a.url: 'ftp://a.org': accepted are http, https and file addresses, as in https://pypi.org/simple/
          {"schema": 1, "indexes": {"a": {"url": "https://u:p@a.org", "default": true}}} | indexes.a.url: 'https://***@a.org': credentials belong in ~/.netrc, not in this file
          {"schema": 1, "indexes": {"a": {"url": "https://a.org"}}}         | indexes.a: nothing would come from it: accepted are "projects" that it claims, "searched": true and "default": true
          {"schema": 1, "indexes": {"a": {"url": "https://a.org", "default": true, "searched": true}}} | indexes.a.searched: true: the default index is asked anyway, after all others
          {"schema": 1, "indexes": {"a": {"url": "https://a.org", "default": true, "format": "html"}}} | indexes.a.format: 'html': accepted are "simple" and "flat"
          {"schema": 1, "forbidden_means_absent": ["https://a.org"]}        | forbidden_means_absent[0]: 'https://a.org': accepted is a host, as in download.example.org, or a host with its port, as in 10.0.0.5:8080
          {"schema": 1, "indexes": {"a": {"url": "https://a.org", "projects": ["*"]}}} | indexes.a.projects[0]: '*': for all other projects there is "default": true
          {"schema": 1, "indexes": {"a": {"url": "https://a.org", "projects": ["-x"]}}} | indexes.a.projects[0]: '-x': '-x' is not a valid project pattern: accepted is the name of a project, in which * stands for any characters
          {"schema": 1, "indexes": {"a": {"url": "https://a.org", "default": true}, "b": {"url": "https://b.org", "default": true}}} | indexes: 2 indexes have "default": true; accepted is one at most
          {"schema": 1, "indexes": {"a": {"url": "https://a.org", "default": true}, "b": {"url": "https://a.org/", "projects": ["b"]}}} | indexes.b.url: 'https://a.org/': the index 'a' has this address too: make them one
          {"schema": 1, "deny": [1]}                                        | deny[0]: 1: it has to be a text in quotes
          {"schema": 1, "freshness": -1}                                    | freshness: -1: accepted are seconds, a whole number from 0 to 31536000
          {"schema": 1, "freshness": "600"}                                 | freshness: '600': accepted are seconds, a whole number from 0 to 31536000
          {"schema": 1, "freshness": 99999999999}                           | freshness: 99999999999: accepted are seconds, a whole number from 0 to 31536000
          """)
  void refuses(String text, String problem) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage(directory.resolve(Settings.FILE) + ": " + problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://a.org",
        "a.org/",
        "*",
        "*.*",
        "a.*.org",
        "a.org:0",
        "a.org:65536",
        "u@a.org",
        "-a.org",
        "",
        "a..org"
      })
  void refusesWhatIsNoHost(String host) {
    assertThatThrownBy(() -> read("{\"schema\": 1, \"hosts\": [\"" + host + "\"]}"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("hosts[0]: ")
        .hasMessageEndingWith("and either with a port, as in 10.0.0.5:8080");
  }

  @Test
  void takesHostsInAnyCase() throws IOException, InvalidSettingsException {
    assertThat(read("{\"schema\": 1, \"hosts\": [\"Files.Example.ORG\", \"[FD00::1]:8080\"]}"))
        .extracting(Settings::hosts)
        .isEqualTo(List.of("files.example.org", "[fd00::1]:8080"));
  }

  @Test
  void tellsAllMistakesAtOnce() {
    assertThatThrownBy(
            () -> read("{\"schema\": 0, \"deny\": [\"?\"], \"hosts\": [\"/\"], \"x\": 1}"))
        .isInstanceOfSatisfying(
            InvalidSettingsException.class,
            e ->
                assertThat(e.problems())
                    .map(Problem::place)
                    .containsExactly("schema", "deny[0]", "hosts[0]", "x"));
  }

  @Test
  void saysThatThereIsNoSuchFile() {
    assertThatThrownBy(() -> Settings.read(directory.resolve("absent.json")))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage(
            directory.resolve("absent.json")
                + ": there is no such file: name one with --config or AIRLOCK_CONFIG");
  }

  @Test
  void isFoundByOptionThenVariableThenInTheUsersConfiguration() throws IOException {
    Path home = directory.resolve("home");
    Path xdg = directory.resolve("xdg");
    Path named = Path.of("named.json");
    Map<String, String> both =
        Map.of("AIRLOCK_CONFIG", "v.json", "XDG_CONFIG_HOME", xdg.toString());
    Map<String, String> one = Map.of("XDG_CONFIG_HOME", xdg.toString());

    assertThat(Settings.locate(Optional.of(named), both, home)).contains(named);
    assertThat(Settings.locate(Optional.empty(), both, home)).contains(Path.of("v.json"));
    assertThat(Settings.locate(Optional.empty(), one, home)).isEmpty();
    assertThat(Settings.locate(Optional.empty(), Map.of(), home)).isEmpty();

    Path inXdg = Files.createDirectories(xdg.resolve("airlock")).resolve(Settings.FILE);
    Path inHome = Files.createDirectories(home.resolve(".config/airlock")).resolve(Settings.FILE);
    Files.writeString(inXdg, "");
    Files.writeString(inHome, "");
    assertThat(Settings.locate(Optional.empty(), one, home)).contains(inXdg);
    assertThat(Settings.locate(Optional.empty(), Map.of(), home)).contains(inHome);
  }
}
