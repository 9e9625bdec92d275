package dev.airlock.packaging.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.packaging.MalformedException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionTest {
  /** In their order: PEP 440's examples and what lies between. */
  private static final List<String> ORDERED =
      """
      0.dev0
      0
      1.dev0
      1.0.dev456
      1.0a1.dev1
      1.0a1
      1.0a2.dev456
      1.0a12.dev456
      1.0a12
      1.0b1.dev456
      1.0b2
      1.0b2.post345.dev456
      1.0b2.post345
      1.0rc1.dev456
      1.0rc1
      1.0rc1.post1
      1.0
      1.0+abc
      1.0+abc.5
      1.0+abc.7
      1.0+abd
      1.0+5
      1.0+5.a
      1.0+5.0
      1.0+10
      1.0.post456.dev34
      1.0.post456
      1.0.post456+local
      1.0.1.dev1
      1.0.1
      1.0.15
      1.1.dev1
      1.1
      9223372036854775807
      9223372036854775808
      99999999999999999999999999999999999999
      1!0.dev1
      1!1.0a1
      1!1.0
      2!0
      """
          .lines()
          .toList();

  @Test
  void ordersAsPep440Says() {
    for (int i = 0; i < ORDERED.size(); i++) {
      for (int j = 0; j < ORDERED.size(); j++) {
        assertThat(Integer.signum(version(i).compareTo(version(j))))
            .as("%s against %s", version(i), version(j))
            .isEqualTo(Integer.compare(i, j));
        assertThat(version(i).equals(version(j))).isEqualTo(i == j);
      }
    }
  }

  private static Version version(int index) {
    return Version.parse(ORDERED.get(index));
  }

  @Test
  void sortsWhateverTheOrderWas() {
    var shuffled = new ArrayList<>(ORDERED.stream().map(Version::parse).toList());
    Collections.shuffle(shuffled, new Random(440));
    Collections.sort(shuffled);

    assertThat(shuffled).extracting(Version::toString).isEqualTo(ORDERED);
  }

  @ParameterizedTest
  @CsvSource({
    "1.0, 1.0",
    "v1.0, 1.0",
    "' 1.0\t', 1.0",
    "1.0.0, 1.0.0",
    "01.002, 1.2",
    "0!1, 1",
    "01!1, 1!1",
    "1.0ALPHA1, 1.0a1",
    "1.0-beta.2, 1.0b2",
    "1.0_c-3, 1.0rc3",
    "1.0pre, 1.0rc0",
    "1.0preview4, 1.0rc4",
    "1.0.a.post.dev, 1.0a0.post0.dev0",
    "1.0-5, 1.0.post5",
    "1.0-r5, 1.0.post5",
    "1.0rev5, 1.0.post5",
    "1.0.Post-5, 1.0.post5",
    "1.0.dev, 1.0.dev0",
    "1.0-DEV_07, 1.0.dev7",
    "1.0a--1, 1.0a0.post1",
    "1.0+Ubuntu-01_X, 1.0+ubuntu.1.x",
    "2.1.0+cu118, 2.1.0+cu118",
    "1!2.3a4.post5.dev6+7.eight, 1!2.3a4.post5.dev6+7.eight",
  })
  void normalisesEverySpelling(String text, String normal) {
    Version version = Version.parse(text);

    assertThat(version).hasToString(normal);
    assertThat(version).isEqualTo(Version.parse(normal)).hasSameHashCodeAs(Version.parse(normal));
    assertThat(Version.parse(version.toString())).isEqualTo(version);
  }

  @ParameterizedTest
  @CsvSource({"1, 1.0", "1, 1.0.0.0", "0, 0.0", "1.0rc1, 1rc1", "1.0+l, 1+l"})
  void countsTrailingZerosForNothing(String left, String right) {
    assertThat(Version.parse(left))
        .isEqualTo(Version.parse(right))
        .hasSameHashCodeAs(Version.parse(right));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "v",
        "vv1",
        ".1",
        "1..2",
        "1.",
        "1.0.x",
        "1.0foo",
        "latest",
        "1.0+",
        "1.0+a..b",
        "1.0+.a",
        "1.0+a_",
        "1.0+a+b",
        "1.0--1",
        "1.0-",
        "1!",
        "!1",
        "1!2!3",
        "-1",
        "1 .0",
        "1.0 a1",
        "1.0a1b1",
        "1.0.dev1.post1",
        "1.0post1post2",
        "\u0661.0",
        "1.0+\u212a",
        "1.0\u00df",
        "1,0",
        "1.0.*",
        "1.0\0",
      })
  void refusesWhatIsNoVersion(String text) {
    assertThatThrownBy(() -> Version.parse(text))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("'" + text + "' is not a valid version: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          latest | a number is missing at character 1
          1.0.x  | '.x' has no place in a version such as 1!2.3.4rc5.post6.dev7+local.8
          1.0+é  | the local label behind '+' has to be letters and digits
          """)
  void saysWhatIsWrongAndWhatIsAccepted(String text, String reason) {
    assertThatThrownBy(() -> Version.parse(text)).hasMessageContaining(reason);
  }

  @Test
  void refusesAMegabyteAtOnceAndQuotesItsBeginningOnly() {
    assertThatThrownBy(() -> Version.parse("1".repeat(1_000_000)))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("10000 characters")
        .satisfies(e -> assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(400));
  }

  @Test
  void tellsItsParts() {
    Version version = Version.parse("1!2.0rc1.post2.dev3+cu118.1");

    assertThat(version.epoch()).isEqualTo(1);
    assertThat(version.release()).map(Number::intValue).containsExactly(2, 0);
    assertThat(version.isPrerelease()).isTrue();
    assertThat(version.isPostrelease()).isTrue();
    assertThat(version.local()).isEqualTo("cu118.1");
    assertThat(version.withoutLocal()).hasToString("1!2.0rc1.post2.dev3");
    assertThat(version.base()).hasToString("1!2.0");
    assertThat(Version.parse("1.0.dev1").isPrerelease()).isTrue();
    assertThat(Version.parse("1.0.post1").isPrerelease()).isFalse();
    assertThat(Version.parse("1.0").hasLocal()).isFalse();
  }
}
