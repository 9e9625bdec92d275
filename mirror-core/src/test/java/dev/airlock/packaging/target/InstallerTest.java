package dev.airlock.packaging.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstallerTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3.9.0 | >=3.8        | true  | true",
        "3.9.0 | >=3.10       | false | false",
        "3.9.0 | >3.9         | false | false",
        "3.9.1 | >3.9.0       | true  | true",
        "3.9.0 | <=3.8        | false | true",
        "3.9.0 | <3.9         | false | true",
        "3.9.0 | >=3.6,<3.9   | false | true",
        "3.9.0 | ~=3.6        | true  | true",
        "3.9.0 | ~=3.10       | false | false",
        "3.9.0 | ==3.8.*      | false | true",
        "3.9.0 | ==3.10.*     | false | false",
        "3.9.0 | !=3.9.*      | false | true",
        "3.9.0 | >=2.7,!=3.0.* | true | true",
      })
  void takesFilesForItsPythonByItsOwnRules(
      String python, String requires, boolean pip, boolean uv) {
    SpecifierSet specifier = SpecifierSet.parse(requires);
    Version version = Version.parse(python);

    assertThat(Installer.PIP.takes(specifier, version)).isEqualTo(pip);
    assertThat(Installer.UV.takes(specifier, version)).isEqualTo(uv);
  }
}
