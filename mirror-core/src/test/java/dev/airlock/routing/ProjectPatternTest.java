package dev.airlock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.name.ProjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProjectPatternTest {
  @ParameterizedTest
  @CsvSource({
    "torch, torch",
    "Torch, TORCH",
    "foo_bar, Foo..Bar",
    "Foo-*, foo_bar",
    "nvidia_*, NVIDIA.cudnn-cu12",
    "*-cu12, nvidia-cublas-cu12",
    "*, anything",
    "torch*, torch",
    "torch**, torchvision",
    "a*b*c, a-b-b-c",
    "*a*, banana",
  })
  void matches(String pattern, String project) {
    assertThat(new ProjectPattern(pattern).matches(new ProjectName(project))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "torch, torchvision",
    "torch-*, torch",
    "internal-*, internals",
    "*-cu12, nvidia-cublas-cu120",
    "a*b*c, a-c-b",
    "torch, tor",
  })
  void doesNotMatch(String pattern, String project) {
    assertThat(new ProjectPattern(pattern).matches(new ProjectName(project))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-foo", "foo-", "foo/bar", "fo?o", "\u017foo", "foo bar", "../x", "\u212a*"})
  void refusesWhatIsNoName(String text) {
    assertThatThrownBy(() -> new ProjectPattern(text))
        .isInstanceOf(MalformedException.class)
        .hasMessage(
            "'"
                + text
                + "' is not a valid project pattern: accepted is the name of a project, in which *"
                + " stands for any characters");
  }

  @Test
  void isEqualWhateverWayItIsWritten() {
    assertThat(new ProjectPattern("Nvidia_.*")).isEqualTo(new ProjectPattern("nvidia-**"));
  }

  @Test
  void takesNoLongWhereManyStarsNearlyMatch() {
    var pattern = new ProjectPattern("a*".repeat(120) + "b");
    assertThat(pattern.matches(new ProjectName("a".repeat(250)))).isFalse();
  }
}
