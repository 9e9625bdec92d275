package dev.airlock.packaging.marker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.name.ExtraName;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MarkerTest {
  private static final Environment LINUX =
      new Environment(
          Map.of(
              Variable.PYTHON_VERSION, "3.10",
              Variable.PYTHON_FULL_VERSION, "3.10.12",
              Variable.SYS_PLATFORM, "linux",
              Variable.OS_NAME, "posix",
              Variable.PLATFORM_MACHINE, "x86_64",
              Variable.PLATFORM_RELEASE, "6.5.0-14-generic",
              Variable.PLATFORM_SYSTEM, "Linux",
              Variable.PLATFORM_PYTHON_IMPLEMENTATION, "CPython",
              Variable.IMPLEMENTATION_NAME, "cpython"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          python_version >= "3.9"                                    | true
          python_version < "3.9"                                     | false
          "3.9" < python_version                                     | true
          python_version == "3.10.*"                                 | true
          python_version ~= "3.9"                                    | true
          python_version === "3.10"                                  | true
          python_version == "3.1"                                    | false
          python_version == "3.10.0"                                 | true
          python_version > "3"                                       | true
          python_full_version >= "3.10.12"                           | true
          python_full_version < "3.10.12"                            | false
          python_version in "3.9 3.10"                               | true
          python_version in "3.9,3.11"                               | false
          "3.1" in python_version                                    | true
          python_version not in "2.7, 3.9"                           | true
          python_version >= "three"                                  | false
          python_version >= "3.9,<4"                                 | false
          platform_release >= "5.0"                                  | false
          platform_release != "5.0"                                  | false
          platform_release == "6.5.0-14-generic"                     | true
          platform_version == ""                                     | true
          sys_platform == 'linux'                                    | true
          sys_platform == "Linux"                                    | false
          sys_platform > "a"                                         | false
          sys_platform >= "linux"                                    | true
          sys_platform <= "linux"                                    | true
          sys_platform ~= "linux"                                    | false
          sys_platform === "linux"                                   | true
          "lin" in sys_platform                                      | true
          "win" not in sys_platform                                  | true
          os.name == "posix" and sys.platform == "linux"             | true
          platform.machine == "x86_64"                               | true
          python_implementation == "CPython"                         | true
          platform.python_implementation != "CPython"                | false
          os_name == sys_platform                                    | false
          extra == "test"                                            | false
          extra == ""                                                | true
          extra != "test"                                            | true
          """)
  void compares(String marker, boolean holds) {
    assertThat(LINUX.satisfies(Marker.parse(marker))).isEqualTo(holds);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          os_name=="nt" and os_name=="nt" or os_name=="posix"        | true
          os_name=="nt" and (os_name=="nt" or os_name=="posix")      | false
          os_name=="posix" or os_name=="posix" and os_name=="nt"     | true
          (os_name=="posix" or os_name=="posix") and os_name=="nt"   | false
          ((os_name=="posix"))                                       | true
          """)
  void bindsAndCloserThanOr(String marker, boolean holds) {
    assertThat(LINUX.satisfies(Marker.parse(marker))).isEqualTo(holds);
  }

  @Test
  void normalisesExtrasOnBothSides() {
    var extra = new ExtraName("Foo.Bar");

    assertThat(LINUX.satisfies(Marker.parse("extra == 'FOO_bar'"), extra)).isTrue();
    assertThat(LINUX.satisfies(Marker.parse("(('foo-Bar' == extra))"), extra)).isTrue();
    assertThat(LINUX.satisfies(Marker.parse("extra == 'foobar'"), extra)).isFalse();
    assertThat(LINUX.satisfies(Marker.parse("extra != 'foo.bar'"), extra)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "build" in dependency_groups              | true
          "Build_Tools" in dependency_groups        | true
          "test" in dependency_groups               | false
          "test" not in dependency_groups           | true
          "build" == dependency_groups              | false
          "build" != dependency_groups              | true
          "build" in extras                         | false
          """)
  void looksIntoTheGroupsOfALock(String marker, boolean holds) {
    assertThat(LINUX.satisfies(Marker.parse(marker), List.of("build", "build-tools")))
        .isEqualTo(holds);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          os.name=='posix'                             | os_name == "posix"
          python_implementation=='x"y'                 | platform_python_implementation == 'x"y'
          os_name   not   in   "a"                     | os_name not in "a"
          ((os_name=="a" and os_name=="b"))and os_name=="c" | os_name == "a" and os_name == "b" and os_name == "c"
          os_name=="a" and (os_name=="b" or extra=="c") | os_name == "a" and (os_name == "b" or extra == "c")
          (os_name=="a" and os_name=="b") or extra=="c" | os_name == "a" and os_name == "b" or extra == "c"
          """)
  void writesWhatItReads(String marker, String text) {
    Marker parsed = Marker.parse(marker);

    assertThat(parsed).hasToString(text);
    assertThat(Marker.parse(text)).isEqualTo(parsed);
  }

  @Test
  void holdsAlwaysWithoutConditions() {
    assertThat(LINUX.satisfies(Marker.always())).isTrue();
  }

  @Test
  void knowsWhetherItSpeaksOfExtras() {
    assertThat(Marker.parse("os_name=='a' or (os_name=='b' and 'c' == extra)").mentionsExtra())
        .isTrue();
    assertThat(Marker.parse("os_name == 'extra'").mentionsExtra()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "os_name",
        "os_name ==",
        "== 'a'",
        "os_name = 'a'",
        "os_name == 'a",
        "os_name == \"a'",
        "os_name == a",
        "platform == 'linux'",
        "os_name == 'a' and",
        "or os_name == 'a'",
        "os_name == 'a' os_name == 'b'",
        "os_name == 'a' xor os_name == 'b'",
        "(os_name == 'a'",
        "os_name == 'a')",
        "os_name not 'a'",
        "os_name notin 'a'",
        "not os_name == 'a'",
        "'a' == 'b'",
        "python_version_x == '3'",
      })
  void refusesWhatIsNoMarker(String text) {
    assertThatThrownBy(() -> Marker.parse(text))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("'" + text + "' is not a valid marker: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          platform == 'linux'   | 'platform' is not a variable of environment markers
          os_name = 'a'         | a comparison is missing at character 9; accepted are
          os_name == 'a         | the text that begins at character 12 has no closing quote
          (os_name == 'a'       | a ')' is missing at character 16
          'a' == 'b'            | has to be a variable
          os_name not 'a'       | 'in' is missing behind 'not'
          """)
  void saysWhatIsMissingAndWhere(String text, String reason) {
    assertThatThrownBy(() -> Marker.parse(text)).hasMessageContaining(reason);
  }

  @Test
  void refusesToBeNestedWithoutEnd() {
    String deep = "(".repeat(100_000) + "os_name == 'a'" + ")".repeat(100_000);

    assertThatThrownBy(() -> Marker.parse(deep))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("nested");
  }
}
