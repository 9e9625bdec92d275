package dev.airlock.packaging.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.packaging.MalformedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProjectNameTest {
  @ParameterizedTest
  @CsvSource({
    "Foo.Bar_baz, foo-bar-baz",
    "a, a",
    "A--b, a-b",
    "a-._b, a-b",
    "GPUtil, gputil",
    "0, 0",
  })
  void isNormalisedFromTheStart(String text, String normal) {
    assertThat(new ProjectName(text)).hasToString(normal).isEqualTo(new ProjectName(normal));
    assertThat(new ExtraName(text)).hasToString(normal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-a", "a-", ".a", "a.", "_", "a b", "a/b", "..", "a\0", "\u00e4", "\u212a"})
  void refusesWhatIsNoName(String text) {
    assertThatThrownBy(() -> new ProjectName(text))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("'" + text + "' is not a valid project name: ");
    assertThatThrownBy(() -> new ExtraName(text)).isInstanceOf(MalformedException.class);
  }

  @Test
  void isShortEnoughForAFileName() {
    assertThatThrownBy(() -> new ProjectName("a".repeat(251))).hasMessageContaining("250");
  }
}
