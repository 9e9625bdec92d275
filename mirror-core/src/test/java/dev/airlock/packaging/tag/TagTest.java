package dev.airlock.packaging.tag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.packaging.MalformedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TagTest {
  @Test
  void expandsACompressedSet() {
    assertThat(Tag.parse("py2.py3-none-any"))
        .containsExactly(new Tag("py2", "none", "any"), new Tag("py3", "none", "any"));
    assertThat(Tag.parse("cp39.cp310-abi3.none-linux_x86_64.win32")).hasSize(8);
  }

  @Test
  void ignoresCase() {
    assertThat(Tag.parse("CP310-CP310-Win_AMD64"))
        .containsExactly(new Tag("cp310", "cp310", "win_amd64"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "py3", "py3-none", "py3-none-any-any"})
  void refusesWhatHasNotThreeParts(String text) {
    assertThatThrownBy(() -> Tag.parse(text))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("py3-none-any");
  }

  @Test
  void refusesASetThatExpandsWithoutEnd() {
    String many = "a.".repeat(100) + "a";

    assertThatThrownBy(() -> Tag.parse(many + "-" + many + "-" + many))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("10000");
  }
}
