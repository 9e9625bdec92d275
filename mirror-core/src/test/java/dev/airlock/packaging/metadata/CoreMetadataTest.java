package dev.airlock.packaging.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.version.SpecifierSet;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CoreMetadataTest {
  @Test
  void readsWhatInstallersNeed() {
    CoreMetadata metadata =
        parse(
            """
            Metadata-Version: 2.1
            Name: Foo.Bar
            Version: 1.0.0
            Summary: colons: everywhere; Name: not this
            Requires-Python: >=3.8,<4
            Requires-Dist: numpy (>=1.20)
            Requires-Dist: pytest ; extra == 'Test_All'
            Provides-Extra: Test_All
            Provides-Extra: docs

            Requires-Dist: body
            Name: body
            """);

    assertThat(metadata.project()).hasToString("foo-bar");
    assertThat(metadata.version()).hasToString("1.0.0");
    assertThat(metadata.requiresPython()).hasToString(">=3.8,<4");
    assertThat(metadata.requiresDist())
        .map(Object::toString)
        .containsExactly("numpy>=1.20", "pytest; extra == \"Test_All\"");
    assertThat(metadata.providesExtra())
        .containsExactlyInAnyOrder(new ExtraName("test-all"), new ExtraName("docs"));
  }

  @Test
  void joinsFoldedLines() {
    assertThat(
            parse(
                    """
                    Name: foo
                    Version: 1
                    Description: first
                            second
                    \tName: third
                    Requires-Dist: bar>=1,
                      <2
                    """)
                .requiresDist())
        .map(Object::toString)
        .containsExactly("bar>=1,<2");
  }

  @Test
  void readsLinesThatEndInCarriageReturns() {
    assertThat(parse("Name: foo\r\nVersion: 1.0\r\nRequires-Dist: bar\r\n\r\nName: body\r\n"))
        .satisfies(metadata -> assertThat(metadata.version()).hasToString("1.0"))
        .satisfies(metadata -> assertThat(metadata.requiresDist()).hasSize(1));
  }

  @Test
  void takesFieldNamesInAnyCaseAndUnknownForNothing() {
    CoreMetadata metadata =
        parse("NAME: foo\nversion: 1\nREQUIRES-PYTHON: UNKNOWN\nrequires-dist: UNKNOWN\n");

    assertThat(metadata.requiresPython()).isEqualTo(SpecifierSet.ANY);
    assertThat(metadata.requiresDist()).isEmpty();
  }

  @Test
  void readsBytesThatAreNoUtf8AndAMarkInFront() {
    byte[] latin =
        "Name: foo\nAuthor: M\u00fcller\nVersion: 1\n".getBytes(StandardCharsets.ISO_8859_1);

    assertThat(CoreMetadata.parse(latin).version()).hasToString("1");
    assertThat(parse("\ufeffName: foo\nVersion: 1\n").project()).hasToString("foo");
  }

  @ParameterizedTest
  @CsvSource({"'', Name", "'Name: foo\n', Version", "'\n\nName: foo\nVersion: 1\n', Name"})
  void refusesWhatLacksANameOrVersion(String text, String field) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("the field " + field + " is missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bar=1", "bar>=1 or 2", "bar; python = '3'", "bar (1.0)"})
  void refusesADependencyThatItDoesNotUnderstand(String requirement) {
    assertThatThrownBy(() -> parse("Name: foo\nVersion: 1\nRequires-Dist: " + requirement + "\n"))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("'" + requirement + "'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          bar (>=1.9.*)                     | bar>=1.9
          bar !=~5.0                        | bar!=5.0.*
          bar (>=7.2.0<8)                   | bar>=7.2.0,<8
          bar (>=3.6')                      | bar>=3.6
          bar >='3.6'                       | bar>=3.6
          bar (>=1.0.)                      | bar>=1.0
          bar (=>1.0)                       | bar>=1.0
          bar (>=1.9.*); os_name == '=>1.*' | bar>=1.9; os_name == "=>1.*"
          """)
  void readsOddFormsThatMeanOneThing(String odd, String meant) {
    assertThat(LenientForms.requirement(odd)).hasToString(meant);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          >=3.6.*          | >=3.6
          >=3.6,<4.0.*     | >=3.6,<4.0
          >=2.7, !=3.0*    | ``
          ~=3.6            | ~=3.6
          3.6              | ``
          >=3.8,           | >=3.8
          """)
  void readsThePythonsOrRestrictsNothing(String text, String meant) {
    assertThat(LenientForms.requiresPython(text)).hasToString(meant);
  }

  @ParameterizedTest
  @CsvSource({
    "2.2, '', true",
    "2.4, Dynamic: License, true",
    "2.2, Dynamic: Requires-Dist, false",
    "2.3, dynamic: requires-PYTHON, false",
    "2.2, Dynamic: Provides-Extra, false",
    "2.1, '', false",
    "1.2, '', false",
  })
  void isStaticFrom22OnWhereNothingIsDynamic(String version, String line, boolean isStatic) {
    assertThat(
            parse("Metadata-Version: %s\nName: a\nVersion: 1\n%s\n".formatted(version, line))
                .isStatic())
        .isEqualTo(isStatic);
  }

  @Test
  void takesMinorVersionsToComeAndRefusesMajorOnes() {
    assertThat(parse("Metadata-Version: 2.9\nName: a\nVersion: 1\nNovelty: x\n").project())
        .hasToString("a");
    assertThatThrownBy(() -> parse("Metadata-Version: 3.0\nName: a\nVersion: 1\n"))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("'3.0'")
        .hasMessageContaining("2.x");
  }

  @Test
  void endsTheFieldsWhereALineIsNone() {
    CoreMetadata metadata =
        parse("Name: a\nVersion: 1\na line of a description\nRequires-Dist: b\n");

    assertThat(metadata.requiresDist()).isEmpty();
  }

  @Test
  void readsAProjectCalledUnknownAndAFoldedDependency() {
    CoreMetadata metadata =
        parse("Name: UNKNOWN\nVersion: 0.0.0\nRequires-Dist: b>=1,\n  <2; extra == 'x'\n");

    assertThat(metadata.project()).hasToString("unknown");
    assertThat(metadata.requiresDist()).hasToString("[b>=1,<2; extra == \"x\"]");
  }

  private static CoreMetadata parse(String text) {
    return CoreMetadata.parse(text.getBytes(StandardCharsets.UTF_8));
  }
}
