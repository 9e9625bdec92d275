package dev.airlock.packaging.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.tag.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
  private static final Target UBUNTU =
      Target.of("3.10.12", Platform.parse("manylinux_2_35_x86_64"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          python_version == "3.10"                          | true
          python_full_version >= "3.10.12"                  | true
          python_full_version > "3.10.12"                   | false
          implementation_version == "3.10.*"                | true
          sys_platform == "linux"                           | true
          platform_system == "Linux"                        | true
          platform_machine == "x86_64"                      | true
          os_name == "posix" and os_name != "nt"            | true
          implementation_name == "cpython"                  | true
          platform_python_implementation == "CPython"       | true
          platform_release >= "5"                           | false
          extra == "test"                                   | false
          """)
  void answersMarkers(String marker, boolean holds) {
    assertThat(UBUNTU.environment().satisfies(Marker.parse(marker))).isEqualTo(holds);
  }

  @Test
  void satisfiesItsOwnMarkerAndNoOtherOnes() {
    Target mac = Target.of("3.10", Platform.parse("macosx_14_0_arm64"));
    Target windows = Target.of("3.12", Platform.parse("win_amd64"));

    assertThat(UBUNTU.environment().satisfies(Marker.parse(UBUNTU.marker()))).isTrue();
    assertThat(mac.environment().satisfies(Marker.parse(UBUNTU.marker()))).isFalse();
    assertThat(windows.environment().satisfies(Marker.parse(windows.marker()))).isTrue();
  }

  @Test
  void runsTheWheelsOfItsPythonOnly() {
    assertThat(Target.of("3.13t", Platform.parse("win_amd64")).tags().tags().getFirst())
        .hasToString("cp313-cp313t-win_amd64");
    assertThat(UBUNTU.tags().tags().getFirst()).hasToString("cp310-cp310-manylinux_2_35_x86_64");
  }

  @Test
  void hasTheSameNameForTheSameThing() {
    assertThat(UBUNTU).hasToString("cp310.12-manylinux_2_35_x86_64");
    assertThat(UBUNTU).isEqualTo(Target.of("3.10.12", Platform.parse("manylinux_2_35_x86_64")));
    assertThat(UBUNTU).isNotEqualTo(Target.of("3.10", Platform.parse("manylinux_2_35_x86_64")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "3", "2.7", "3.x", "3.10.1.2", "cp310", "3.10-dev", "4.0"})
  void refusesWhatIsNoPythonVersion(String python) {
    assertThatThrownBy(() -> Target.of(python, Platform.parse("win_amd64")))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("accepted are 3.10");
  }
}
