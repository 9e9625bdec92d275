package dev.airlock.packaging.filename;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.filename.WheelFilename.BuildTag;
import dev.airlock.packaging.name.ProjectName;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DistributionFilenameTest {
  @ParameterizedTest
  @CsvSource({
    "torch-2.1.0+cu118-cp310-cp310-linux_x86_64.whl, torch, 2.1.0+cu118, 1",
    "numpy-1.23.1-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl, numpy, 1.23.1, 2",
    "Foo.Bar_baz-1.0.post1-py2.py3-none-any.whl, foo-bar-baz, 1.0.post1, 2",
    "foo-1!2.0-py3-none-any.whl, foo, 1!2.0, 1",
    "foo-1.0+ubuntu_1-py3-none-any.whl, foo, 1.0+ubuntu.1, 1",
    "triton-2.1.0-0-cp310-cp310-manylinux2014_x86_64.whl, triton, 2.1.0, 1",
  })
  void readsWheels(String text, String project, String version, int tags) {
    WheelFilename name = WheelFilename.parse(text);

    assertThat(name.project()).hasToString(project);
    assertThat(name.version()).hasToString(version);
    assertThat(name.tags()).hasSize(tags);
    assertThat(name).hasToString(text);
    assertThat(DistributionFilename.of(text, new ProjectName(project))).contains(name);
  }

  @Test
  void ordersBuildsByNumberThenByText() {
    assertThat(
            Stream.of("10", "2", "2b", "", "2a", "0")
                .map(build -> "a-1-" + (build.isEmpty() ? "" : build + "-") + "py3-none-any.whl")
                .map(text -> WheelFilename.parse(text).build())
                .sorted()
                .map(build -> build.equals(BuildTag.NONE) ? "" : build.number() + build.rest()))
        .containsExactly("", "0", "2", "2a", "2b", "10");
  }

  @ParameterizedTest
  @CsvSource({
    "a-1-py3-none-any.whl, true",
    "a-1-py2.py3-none-any.whl, true",
    "a-1-py3-none-linux_x86_64.whl, false",
    "a-1-cp310-abi3-any.whl, false",
  })
  void knowsAPureWheel(String text, boolean pure) {
    assertThat(WheelFilename.parse(text).isPure()).isEqualTo(pure);
  }

  @ParameterizedTest
  @CsvSource({
    "GPUtil-1.4.0.tar.gz, gputil, 1.4.0",
    "gputil-1.4.0.tar.gz, gputil, 1.4.0",
    "name-with-dashes-1.0.zip, name-with-dashes, 1.0",
    "name_with.dashes-1.0.tar.bz2, name-with-dashes, 1.0",
    "foo-bar-1.0.tar.gz, foo-bar, 1.0",
    "foo-1.0-1.tar.gz, foo, 1.0.post1",
    "foo-2.0-1.0.tar.gz, foo-2-0, 1.0",
    "tensorrt-8.6.1.tar.gz, tensorrt, 8.6.1",
    "foo-1!2.0+local.1.tgz, foo, 1!2.0+local.1",
  })
  void readsSdistsByTheNameOfTheirProject(String text, String project, String version) {
    SdistFilename name = SdistFilename.parse(text, new ProjectName(project));

    assertThat(name.version()).hasToString(version);
    assertThat(name).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "foo-1.0.egg",
        "foo-1.0.exe",
        "foo-1.0-py3-none-any.whl.asc",
        "foo-1.0-py3-none-any.whl.metadata",
        "foo-1.0.tar",
        "foo-latest.tar.gz",
        "foo.tar.gz",
        "bar-1.0.tar.gz",
        "bar-1.0-py3-none-any.whl",
        "foobar-1.0.tar.gz",
        "foo-1.0-py3-none.whl",
        "foo-1.0-x-py3-none-any.whl",
        "foo-1.0-1-2-py3-none-any.whl",
        "foo__bar-1.0-py3-none-any.whl",
        "foo-1.0_1-py3-none-any.whl",
        "-1.0-py3-none-any.whl",
        "",
        ".whl",
      })
  void passesOverWhatIsNoFileOfTheProject(String text) {
    assertThat(DistributionFilename.of(text, new ProjectName("foo"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../foo-1.0-py3-none-any.whl",
        "..\\foo-1.0-py3-none-any.whl",
        "/foo-1.0-py3-none-any.whl",
        "foo-1.0/../x-py3-none-any.whl",
        "foo-1.0-py3-none-any%2e.whl",
        "foo-1.0-py3-none-any\n.whl",
        "foo-1.0-py3-none-any\0.whl",
        "C:foo-1.0-py3-none-any.whl",
        "foo-1.0-py3-none-any<script>.whl",
        "foo-1.0-py3-none-\u00e4ny.whl",
        "foo 1.0-py3-none-any-x.whl",
      })
  void refusesNamesThatCouldBeMoreThanAName(String text) {
    assertThatThrownBy(() -> WheelFilename.parse(text))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("only ASCII letters, digits and - _ . + ! are allowed");
    assertThat(DistributionFilename.of(text.replace(".whl", ".zip"), new ProjectName("foo")))
        .isEmpty();
  }

  @Test
  void refusesNamesThatNoFileSystemTakes() {
    assertThatThrownBy(() -> WheelFilename.parse("a".repeat(300) + "-1-py3-none-any.whl"))
        .hasMessageContaining("longer than 250 characters");
  }
}
