package dev.airlock.packaging.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.packaging.MalformedException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecifierTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ==1.1          | 1.1 1.1.0 1.1+cu118        | 1.1.post1 1.1.dev1 1.1a1 1.1.1
          ==1.1+cu118    | 1.1+cu118 1.1+CU118        | 1.1 1.1+cpu 1.1+cu118.1
          ==1.1.*        | 1.1 1.1.1 1.1a1 1.1.post1 1.1+l 1.1.dev0 | 1.10 1.2 1 1!1.1
          ==1.0.0.*      | 1 1.0 1.0.0.1 1rc1         | 1.0.1
          ==1!1.*        | 1!1.5                      | 1.5
          !=1.1          | 1.1.post1 1.2 1.1.dev1     | 1.1 1.1.0 1.1+cu118
          !=1.1+cu118    | 1.1 1.1+cpu                | 1.1+cu118
          !=1.1.*        | 1.2 1.0.9                  | 1.1 1.1.5 1.1rc1
          ~=2.2          | 2.2 2.3 2.99.post1 2.2+l   | 2.1 3.0 2.2rc1 3.0.dev1
          ~=2.2.0        | 2.2.0 2.2.9                | 2.3 2.2rc1
          ~=2.2.post3    | 2.2.post3 2.3              | 2.2 2.2.post2 3
          ~=1.4.5a4      | 1.4.5a4 1.4.5 1.4.9        | 1.4.5a3 1.5
          ~=1!2.2        | 1!2.5                      | 2.5 1!3
          <1.7           | 1.6 1.6.9.post1            | 1.7 1.7rc1 1.7.dev0 1.7+l 1.8
          <1.7rc1        | 1.7b1 1.7.dev0             | 1.7rc1 1.7
          <1.7.post1     | 1.7 1.7rc1                 | 1.7.post1 1.7.post1.dev0
          <=1.7          | 1.7 1.7+l 1.7rc1           | 1.7.post1 1.7.1
          >1.7           | 1.7.1 1.8rc1               | 1.7 1.7.post1 1.7+l 1.7.post1+l
          >1.7.post2     | 1.7.post3 1.8 1.7.post3+l  | 1.7.post2 1.7.post2+l
          >1.7rc1        | 1.7 1.7.post1 1.7rc2       | 1.7rc1 1.7rc1.post1
          >=1.7          | 1.7 1.7+l 1.7.post1        | 1.7rc1 1.7.dev1 1.6
          >=99999999999999999999 | 99999999999999999999 | 9223372036854775807
          ===1.0         | 1.0                        | 1.0.0 1 1.0+l
          ===1.0+CU118   | 1.0+cu118                  | 1.0
          ===anything    |                            | 1.0
          """)
  void admitsAndExcludes(String clause, String admitted, String excluded) {
    Specifier specifier = Specifier.parse(clause);

    assertThat(versions(admitted)).allMatch(version -> specifier.contains(Version.parse(version)));
    assertThat(versions(excluded)).noneMatch(version -> specifier.contains(Version.parse(version)));
  }

  private static String[] versions(String text) {
    return text == null
        ? new String[0]
        : Arrays.stream(text.split(" ", -1))
            .filter(version -> !version.isBlank())
            .toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1.0",
        "=1.0",
        "=>1.0",
        ">",
        ">=",
        "~=1",
        "~=1.*",
        ">=1.*",
        "<1.0.*",
        "==1.*.*",
        "==*",
        "==1.0a1.*",
        "==1.0.post1.*",
        "==1.0.dev1.*",
        "==1.0+l.*",
        "==1.0 .*",
        ">=1.0+l",
        "<1.0+l",
        "~=1.0+l",
        ">=1.0 <2",
        "===1 .0",
        ">=latest",
      })
  void refusesWhatIsNoClauseAndQuotesIt(String clause) {
    assertThatThrownBy(() -> Specifier.parse(clause))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("'" + clause + "' is not a valid version specifier: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          1.0        | it has to begin with one of ~= === == != <= >= < >
          ~=1        | ~= needs a version of two numbers at least, as in ~=1.4
          >=1.*      | '.*' is allowed with == and != only
          ==1a1.*    | '.*' stands directly behind the numbers, as in ==1.2.*
          >=1.0+l    | a local version label is allowed with == and != only
          """)
  void saysWhatIsAccepted(String clause, String rule) {
    assertThatThrownBy(() -> Specifier.parse(clause)).hasMessageContaining(rule);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          >=1.0rc1        | true
          ==1.0.dev1      | true
          >1.0a1          | true
          ===1.0b1        | true
          >=1,<2.0a1      | true
          !=1.0rc1        | false
          >=1.0           | false
          ==1.0.post1     | false
          ===odd          | false
          ==1.*           | false
          """)
  void asksForPrereleasesByNamingOne(String specifier, boolean asks) {
    assertThat(SpecifierSet.parse(specifier).asksForPrereleases()).isEqualTo(asks);
  }

  @ParameterizedTest
  @CsvSource({"==1.0, true", "===1.0, true", "==1.*, false", "~=1.0, false", "<=1.0, false"})
  void pinsByEquality(String specifier, boolean pins) {
    assertThat(SpecifierSet.parse(specifier).isPin()).isEqualTo(pins);
  }

  @Test
  void admitsEverythingWithoutClauses() {
    assertThat(SpecifierSet.parse(" , ")).isEqualTo(SpecifierSet.ANY);
    assertThat(SpecifierSet.ANY.isAny()).isTrue();
    assertThat(SpecifierSet.ANY.contains(Version.parse("0.dev0"))).isTrue();
  }

  @Test
  void needsEveryClause() {
    SpecifierSet specifier = SpecifierSet.parse(">= 1.0, != 1.5 ,<2");

    assertThat(specifier).hasToString(">=1.0,!=1.5,<2");
    assertThat(specifier.contains(Version.parse("1.4"))).isTrue();
    assertThat(specifier.contains(Version.parse("1.5"))).isFalse();
    assertThat(specifier.contains(Version.parse("2"))).isFalse();
    assertThat(SpecifierSet.parse(specifier.toString())).isEqualTo(specifier);
  }

  @Test
  void joinsWithoutRepeating() {
    assertThat(SpecifierSet.parse(">=1,<3").and(SpecifierSet.parse("<3,!=2")))
        .hasToString(">=1,<3,!=2");
    assertThat(SpecifierSet.exactly(Version.parse("2.1.0+cu118"))).hasToString("==2.1.0+cu118");
    assertThat(SpecifierSet.only(Version.parse("2.1.0+cu118"))).hasToString("==2.1.0+cu118");
    assertThat(SpecifierSet.only(Version.parse("2.1.0"))).hasToString("===2.1.0");
    assertThat(SpecifierSet.only(Version.parse("2.1.0")).contains(Version.parse("2.1.0+cu118")))
        .isFalse();
    assertThat(SpecifierSet.only(Version.parse("V2.1RC1")).contains(Version.parse("2.1rc1")))
        .isTrue();
  }
}
