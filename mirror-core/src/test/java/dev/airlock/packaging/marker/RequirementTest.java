package dev.airlock.packaging.marker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.packaging.MalformedException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequirementTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          A                                     | a
          name                                  | name
          Name.With_Seps                        | name-with-seps
          name<=1                               | name<=1
          name >= 1 , < 2                       | name>=1,<2
          name (>=1,<2)                         | name>=1,<2
          name(>=1)                             | name>=1
          name ()                               | name
          name>=1,                              | name>=1
          name[]                                | name
          name[ Fred , BAR_baz ]>=1             | name[fred,bar-baz]>=1
          name@http://foo.com                   | name @ http://foo.com
          name [fred] @ http://foo.com ; os_name=='a' | name[fred] @ http://foo.com ; os_name == "a"
          name @ http://foo.com/a;b             | name @ http://foo.com/a;b
          name>=3;os_name=='a'                  | name>=3; os_name == "a"
          name ; python_version<"3" or os_name=='b' and extra=='t' | name; python_version < "3" or os_name == "b" and extra == "t"
          torch==2.1.0+cu118                    | torch==2.1.0+cu118
          name===any-thing_1                    | name===any-thing_1
          """)
  void readsEveryFormAndWritesOne(String text, String normal) {
    Requirement requirement = Requirement.parse(text);

    assertThat(requirement).hasToString(normal);
    assertThat(Requirement.parse(normal)).isEqualTo(requirement);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "-name",
        "name-",
        ">=1",
        "name 1.0",
        "name=1",
        "name>=1 <2",
        "name ,>=1",
        "name>=1,,<2",
        "name (>=1",
        "name >=1)",
        "name (>=1) <2",
        "name[a",
        "name[a,]",
        "name[,a]",
        "name[a b]",
        "name[a]]",
        "name @",
        "name;",
        "name; ",
        "name>=1 os_name=='a'",
        "name>=1; os_name",
        "name @ http://foo.com os_name=='a'",
        "name>=1.*",
        "http://foo.com/name.whl",
        "n\u00e4me",
      })
  void refusesWhatIsNone(String text) {
    assertThatThrownBy(() -> Requirement.parse(text))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("'" + text + "' is not a valid requirement: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          name=1      | it has to begin with one of ~= === == != <= >= < >
          name[a b]   | the extras have to be separated by ',' and end with ']'
          name @      | an address is missing behind '@'
          name (>=1   | the ')' behind the versions is missing
          >=1         | it has to begin with the name of a project
          """)
  void saysWhatIsAccepted(String text, String reason) {
    assertThatThrownBy(() -> Requirement.parse(text)).hasMessageContaining(reason);
  }
}
