package dev.airlock.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PipConfigTest {
  @TempDir Path home;

  /** Reads with no file but those below {@code home}, whatever this machine has in /etc. */
  private PipConfig read(String... variablesAndValues) throws IOException {
    Map<String, String> environment = new TreeMap<>();
    environment.put("XDG_CONFIG_DIRS", home.resolve("xdg").toString());
    for (int i = 0; i < variablesAndValues.length; i += 2) {
      environment.put(variablesAndValues[i], variablesAndValues[i + 1]);
    }
    return PipConfig.read(environment, home, home.resolve("etc/pip.conf"));
  }

  private Path write(String path, String text) throws IOException {
    Path file = home.resolve(path);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    return Files.writeString(file, text);
  }

  private static URI https(String host) {
    return URI.create("https://" + host + "/simple");
  }

  private static String index(String host) {
    return "[global]\nindex-url = https://" + host + "/simple\n";
  }

  @Test
  void takesEachFileOverTheOneBefore() throws IOException {
    List<String> files =
        List.of(
            "xdg/pip/pip.conf",
            "etc/pip.conf",
            ".pip/pip.conf",
            ".config/pip/pip.conf",
            "venv/pip.conf");
    for (String file : files) {
      write(file, index(file.replaceAll("[^a-z]", "")));
      assertThat(read("VIRTUAL_ENV", home.resolve("venv").toString()).index())
          .contains(https(file.replaceAll("[^a-z]", "")));
    }
  }

  @Test
  void takesTheEnvironmentOverEveryFile() throws IOException {
    write(".config/pip/pip.conf", index("file"));
    assertThat(read("PIP_INDEX_URL", "https://env/simple").index()).contains(https("env"));
    assertThat(read("PIP_INDEX_URL", "").index()).contains(https("file"));
  }

  @Test
  void takesTheNamedFileInPlaceOfTheUsers() throws IOException {
    write(".config/pip/pip.conf", index("user") + "extra-index-url = https://more/simple\n");
    Path named = write("named.conf", index("named"));
    PipConfig config = read("PIP_CONFIG_FILE", named.toString());
    assertThat(config.index()).contains(https("named"));
    assertThat(config.extraIndexes()).isEmpty();
    assertThat(read("PIP_CONFIG_FILE", home.resolve("absent").toString()).index())
        .contains(https("user"));
  }

  @Test
  void readsNoFileWhenTheNamedOneIsNothing() throws IOException {
    write(".config/pip/pip.conf", index("user"));
    assertThat(read("PIP_CONFIG_FILE", "/dev/null")).isEqualTo(PipConfig.NONE);
    assertThat(PipConfig.NONE.isNone()).isTrue();
    PipConfig config = read("PIP_CONFIG_FILE", "/dev/null", "PIP_INDEX_URL", "https://env/simple");
    assertThat(config.index()).contains(https("env"));
    assertThat(config.isNone()).isFalse();
  }

  @Test
  void findsTheUsersFileWhereTheEnvironmentSays() throws IOException {
    write("elsewhere/pip/pip.conf", index("elsewhere"));
    assertThat(read("XDG_CONFIG_HOME", home.resolve("elsewhere").toString()).index())
        .contains(https("elsewhere"));
  }

  @Test
  void takesTheCommandsOwnSectionOverTheGlobalOne() throws IOException {
    write(
        ".config/pip/pip.conf",
        "[install]\nindex-url = https://install/simple\n[list]\nindex-url = https://list/simple\n"
            + index("global"));
    assertThat(read().index()).contains(https("install"));
    write("xdg/pip/pip.conf", "[download]\nindex-url = https://download/simple\n");
    assertThat(read().index()).contains(https("download"));
  }

  @Test
  void readsContinuedLinesCommentsAndBothSeparators() throws IOException {
    write(
        ".config/pip/pip.conf",
        """
        # index-url = https://comment/simple
        [ignored]
        index-url = https://ignored/simple
        [global]
        ; index-url = https://comment/simple
        Index_URL: https://one/simple
        extra-index-url =
            https://two/simple
            # not this one
            https://three/simple
        timeout = 60
            https://not-an-index/simple
        find-links = /wheels file:///more ./here
        no-index = yes
        """);
    PipConfig config = read();
    assertThat(config.index()).contains(https("one"));
    assertThat(config.extraIndexes()).containsExactly(https("two"), https("three"));
    assertThat(config.findLinks())
        .containsExactly(
            Path.of("/wheels").toUri(),
            URI.create("file:///more"),
            Path.of("here").toAbsolutePath().toUri());
    assertThat(config.noIndex()).isTrue();
  }

  @Test
  void readsListsFromTheEnvironment() throws IOException {
    PipConfig config =
        read(
            "PIP_EXTRA_INDEX_URL", "https://a/simple https://b/simple",
            "PIP_FIND_LINKS", "/x /y");
    assertThat(config.extraIndexes()).containsExactly(https("a"), https("b"));
    assertThat(config.findLinks()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "true", "Yes", "on", "y", "t"})
  void knowsTheWordsForYes(String word) throws IOException {
    assertThat(read("PIP_NO_INDEX", word).noIndex()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "false", "no", "off", ""})
  void knowsTheWordsForNo(String word) throws IOException {
    assertThat(read("PIP_NO_INDEX", word).noIndex()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ftp://host/simple", "file://host/wheels", "git+https://host/x", "http:///simple"})
  void refusesWhatIsNoAddressHere(String text) {
    assertThatThrownBy(() -> read("PIP_INDEX_URL", text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "' is no address");
  }

  @Test
  void readsFileAddressesOfThisMachine() {
    assertThat(Addresses.parse("file://localhost/wheels")).isEqualTo(URI.create("file:///wheels"));
    assertThat(Addresses.parse("file:///wheels")).isEqualTo(URI.create("file:///wheels"));
  }

  @ParameterizedTest
  @CsvSource({
    "http://usr:hun ter2@h/simple, http://***@h/simple",
    "http://usr:hun/ter2@h/simple, http://***@h/simple",
    "http://usr:hunter2@/simple, http://***@/simple",
    "http://usr:hun#ter2@h/simple, http://***@h/simple",
    "ftp://usr:hunter2@h/simple, ftp://***@h/simple",
    "file://usr:hunter2@h/simple, file://***@h/simple",
  })
  void refusesAnAddressWithoutRepeatingItsCredentials(String text, String masked) {
    assertThatThrownBy(() -> Addresses.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + masked + "' is no address")
        .hasMessageContaining("accepted ")
        .hasMessageNotContaining("ter2");
  }

  @Test
  void takesNoEmptyAddressForTheWorkingDirectory() {
    assertThatThrownBy(() -> Addresses.parse(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("it is empty: accepted are http, https, file and paths");
  }
}
