package dev.airlock.packaging.tag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.packaging.MalformedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlatformTest {
  @ParameterizedTest
  @CsvSource({
    "manylinux_2_35_x86_64, LINUX, x86_64",
    "manylinux2014_aarch64, LINUX, aarch64",
    "manylinux1_i686, LINUX, i686",
    "musllinux_1_2_ppc64le, LINUX, ppc64le",
    "linux_armv7l, LINUX, armv7l",
    "macosx_14_0_arm64, MACOS, arm64",
    "macosx_10_9_x86_64, MACOS, x86_64",
    "win_amd64, WINDOWS, AMD64",
    "win32, WINDOWS, x86",
    "win_arm64, WINDOWS, ARM64",
  })
  void knowsTheSystemAndTheMachine(String tag, Platform.Family family, String machine) {
    Platform platform = Platform.parse(tag);

    assertThat(platform.family()).isEqualTo(family);
    assertThat(platform.machine()).isEqualTo(machine);
    assertThat(platform.toString()).isEqualTo(tag);
    assertThat(platform.tags()).contains(tag).doesNotHaveDuplicates();
  }

  @Test
  void takesTheBareLinuxTagUnderWhichPyTorchPublishes() {
    assertThat(Platform.parse("manylinux_2_35_x86_64").tags()).endsWith("linux_x86_64");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "any",
        "manylinux",
        "manylinux_2_x86_64",
        "manylinux_3_1_x86_64",
        "manylinux_2_99999_x86_64",
        "musllinux_2_0_x86_64",
        "macosx_14_arm64",
        "macosx_14_0_universal2",
        "win_x86",
        "freebsd_13_amd64",
        "manylinux_2_35_x86-64",
      })
  void refusesOtherPlatformsAndNamesTheAcceptedForms(String tag) {
    assertThatThrownBy(() -> Platform.parse(tag))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("'" + tag + "' is not a valid platform tag")
        .hasMessageContaining("manylinux_2_35_x86_64");
  }

  @Test
  void refusesAGlibcThatNoMachineHasBeforeItMakesThousandsOfTags() {
    assertThatThrownBy(() -> Platform.parse("manylinux_2_9999_x86_64"))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> Platform.parse("macosx_9999_0_arm64"))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> Platform.parse("macosx_9_0_x86_64"))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> Platform.parse("manylinux_2_4_x86_64"))
        .isInstanceOf(MalformedException.class);
  }
}
