package dev.airlock.readyset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.packaging.version.Version;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples are those of Poetry's documentation. */
class PoetryConstraintTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          ^1.2.3         ; >=1.2.3,<2
          ^1.2           ; >=1.2,<2
          ^1             ; >=1,<2
          ^0.2.3         ; >=0.2.3,<0.3
          ^0.0.3         ; >=0.0.3,<0.0.4
          ^0.0           ; >=0.0,<0.1
          ^0             ; >=0,<1
          ~1.2.3         ; >=1.2.3,<1.3
          ~1.2           ; >=1.2,<1.3
          ~1             ; >=1,<2
          ~=1.2.3        ; ~=1.2.3
          *              ; ''
          1.*            ; ==1.*
          1.2.3          ; ==1.2.3
          = 1.2.3        ; ==1.2.3
          >= 1.2, < 1.5  ; >=1.2,<1.5
          >=3.7 <4.0     ; >=3.7,<4.0
          >=2.7, !=3.0.* ; >=2.7,!=3.0.*
          """)
  void meansWhatPoetryMeans(String constraint, String specifier) {
    assertThat(PoetryConstraint.parse(constraint).choices()).hasToString("[" + specifier + "]");
  }

  @ParameterizedTest
  @CsvSource({"2.7.1, true", "3.5, false", "3.8, true", "4.0, false"})
  void takesOneOfSeveral(String version, boolean contained) {
    assertThat(PoetryConstraint.parse("~2.7 || ^3.6").contains(Version.parse(version)))
        .isEqualTo(contained);
  }

  @ParameterizedTest
  @ValueSource(strings = {"^", "^x", ">=1 &&", "^99999999999", ">>1"})
  void refusesWhatIsNone(String constraint) {
    assertThatThrownBy(() -> PoetryConstraint.parse(constraint))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
