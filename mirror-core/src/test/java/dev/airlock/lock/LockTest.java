package dev.airlock.lock;

import static dev.airlock.lock.LockedBuilder.locked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.airlock.digest.Sha256;
import dev.airlock.fixtures.Python;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.tag.Platform;
import dev.airlock.packaging.target.Target;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LockTest {
  private static final Target LINUX = Target.of("3.10", Platform.parse("manylinux_2_35_x86_64"));
  private static final Target MAC = Target.of("3.12", Platform.parse("macosx_14_0_arm64"));
  private static final Sha256 DIGEST = Sha256.of(new byte[] {1});
  private static final List<String> BOTH = List.of(LINUX.toString(), MAC.toString());

  /** Two targets, a wheel with a local version, an sdist with build requirements, odd texts. */
  private static final Lock LOCK =
      new Lock(
          "odd \"name\" \\ \u00fc\t\u0001",
          DIGEST,
          List.of(LINUX, MAC),
          List.of(
              locked("torch", "2.1.0+cu118")
                  .targets(List.of(LINUX.toString()))
                  .requires("numpy<2; python_version < \"3.13\"", "jinja2[i18n]")
                  .wheel("torch-2.1.0+cu118-cp310-cp310-linux_x86_64.whl", 2_267_300_000L)
                  .build(),
              locked("numpy", "1.23.1")
                  .targets(BOTH)
                  .wheel("numpy-1.23.1-cp310-cp310-manylinux_2_17_x86_64.whl", 17)
                  .wheel("numpy-1.23.1-cp312-cp312-macosx_11_0_arm64.whl", 0)
                  .build(),
              locked("gputil", "1.4.0")
                  .targets(BOTH)
                  .buildRequires("setuptools>=40", "wheel; os_name != 'nt'")
                  .sdist("GPUtil-1.4.0.tar.gz")
                  .build(),
              locked("setuptools", "70.0")
                  .role(LockedPackage.Role.BUILD)
                  .targets(List.of(MAC.toString()))
                  .wheel("setuptools-70.0-py3-none-any.whl", 9)
                  .build(),
              locked("wheel", "1!0.4rc1")
                  .role(LockedPackage.Role.BUILD)
                  .targets(BOTH)
                  .wheel("wheel-1!0.4rc1-py3-none-any.whl", 9)
                  .build()));

  @Test
  void readsWhatItWritesAndWritesItAgain() throws MalformedLockException {
    String text = LockWriter.write(LOCK);

    assertThat(LockReader.read(text)).isEqualTo(LOCK);
    assertThat(LockWriter.write(LockReader.read(text))).isEqualTo(text);
  }

  @Test
  void writesTheSameBytesInWhateverOrderThePackagesCame() {
    var random = new Random(751);
    for (int round = 0; round < 10; round++) {
      var packages = new ArrayList<>(LOCK.packages());
      Collections.shuffle(packages, random);
      assertThat(LockWriter.write(new Lock(LOCK.preset(), LOCK.inputs(), LOCK.targets(), packages)))
          .isEqualTo(LockWriter.write(LOCK));
    }
  }

  @Test
  void writesNoMoreThanTheLockSays() {
    assertThat(LockWriter.write(new Lock("p", DIGEST, List.of(LINUX), List.of())))
        .isEqualTo(
            """
            # Written by airlock: change preset.json and run `airlock lock` rather than editing \
            this file.
            lock-version = "1.0"
            environments = ["python_version == \\"3.10\\" and sys_platform == \\"linux\\" and \
            platform_machine == \\"x86_64\\""]
            created-by = "airlock"

            [tool.airlock]
            preset = "p"
            inputs = "sha256:%s"

            [[tool.airlock.targets]]
            python = "3.10"
            platform = "manylinux_2_35_x86_64"
            """
                .formatted(DIGEST));
  }

  @Test
  void marksWhatNotEveryTargetWantsAndWhatOnlyBuildsNeed() {
    assertThat(LockWriter.write(LOCK))
        .contains("marker = \"(python_version == \\\"3.10\\\"")
        .contains("marker = \"\\\"build\\\" in dependency_groups\"")
        .contains("marker = \"\\\"build\\\" in dependency_groups and ((python_version ==");
  }

  @Test
  void listsFilesAndVersions() {
    assertThat(LOCK.files()).hasSize(6);
    assertThat(LOCK.of(new ProjectName("NumPy"))).hasSize(1);
    assertThat(LOCK.packages())
        .map(locked -> locked.project().value())
        .containsExactly("gputil", "numpy", "setuptools", "torch", "wheel");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          lock-version = "1.0"   | lock-version = "2.0"        | lock-version is '2.0'; 1.x is understood
          lock-version = "1.0"   | lock-version = 1.           | it is not TOML
          tool.airlock           | tool.other                  | it has no [tool.airlock]: another tool wrote it
          name = "numpy"         | nam = "numpy"               | the text 'name' is missing in
          version = "1.23.1"     | version = "latest"          | 'latest' is not a valid version
          name = "GPUtil-1.4.0.tar.gz" | name = "../x.tar.gz"  | '../x.tar.gz' is no file of the project gputil
          sha256 = "             | sha256 = "x                 | is not a sha256 digest
          sha256 = "             | md5 = "                     | the text 'sha256' is missing
          url = "https://pypi.org/simple/numpy | url = "http:// x/numpy | http:// x
          size = 17              | size = -17                  | the size
          size = 17              | siz = 17                    | the size
          size = 17              | size = "17"                 | the size
          upload-time = 2024     | upload-time = 20240         | it is not TOML
          upload-time = 2024-06-30T12:00:00.123456Z | upload-time = "soon" | 'soon' could not be parsed
          python = "3.10"        | python = "2.7"              | '2.7' is not a valid Python version
          inputs = "sha256:      | inputs = "sha256:x          | is not a sha256 digest
          "setuptools>=40"       | "setuptools>="              | 'setuptools>=' is not a valid requirement
          """)
  void saysWhatIsWrongWithABrokenLock(String right, String wrong, String message) {
    String text = LockWriter.write(LOCK);
    assertThat(text).contains(right);

    assertThatThrownBy(() -> LockReader.read(text.replace(right, wrong)))
        .isInstanceOf(MalformedLockException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesWhatIsCutOffAnywhere() {
    String text = LockWriter.write(LOCK);
    int end = text.indexOf("[[tool.airlock.targets]]");
    for (int length = 0; length < end; length += 37) {
      String cut = text.substring(0, length);
      assertThatThrownBy(() -> LockReader.read(cut)).isInstanceOf(MalformedLockException.class);
    }
  }

  @Test
  void isTomlForPython() throws IOException {
    Optional<Python> python = Python.forWhich("import tomllib");
    assumeTrue(python.isPresent(), "no Python with tomllib here");

    JsonNode read =
        new ObjectMapper()
            .readTree(
                python
                    .get()
                    .output(
                        """
                        import json, sys, tomllib
                        sys.stdin.reconfigure(encoding="utf-8")
                        json.dump(tomllib.loads(sys.stdin.read()), sys.stdout, default=str)
                        """,
                        List.of(),
                        LockWriter.write(LOCK)));

    assertThat(read.path("tool").path("airlock").path("preset").asText()).isEqualTo(LOCK.preset());
    assertThat(read.path("packages")).hasSize(5);
  }

  @Test
  void isAPylockForPackaging() throws IOException {
    Optional<Python> python = Python.forWhich("import tomllib, packaging.pylock");
    assumeTrue(python.isPresent(), "no Python with packaging.pylock here");

    assertThat(
            python
                .get()
                .output(
                    """
                    import sys, tomllib
                    from packaging.pylock import Pylock
                    sys.stdin.reconfigure(encoding="utf-8")
                    lock = Pylock.from_dict(tomllib.loads(sys.stdin.read()))
                    lock.validate()
                    print(len(lock.packages))
                    """,
                    List.of(),
                    LockWriter.write(LOCK)))
        .isEqualToIgnoringNewLines("5");
  }

  private static final Target OLD_GLIBC =
      Target.of("3.10", Platform.parse("manylinux_2_17_x86_64"));

  /** What {@code packaging} would install of a lock on a target, or the error it ends with. */
  private static String selected(Lock lock, Target target) throws IOException {
    Optional<Python> python = Python.forWhich("import tomllib, packaging.pylock");
    assumeTrue(python.isPresent(), "no Python with packaging.pylock here");
    var arguments = new ArrayList<>(target.environment().describe());
    arguments.add("--");
    target.tags().tags().forEach(tag -> arguments.add(tag.toString()));
    return python
        .get()
        .output(
            """
            import sys, tomllib
            from packaging.pylock import Pylock
            from packaging.tags import parse_tag
            variables, tags = sys.argv[1:sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1:]
            environment = {"platform_release": "", "platform_version": ""}
            environment.update(each.split("=", 1) for each in variables)
            sys.stdin.reconfigure(encoding="utf-8")
            lock = Pylock.from_dict(tomllib.loads(sys.stdin.read()))
            try:
                chosen = lock.select(
                    environment=environment, tags=[tag for each in tags for tag in parse_tag(each)])
                print(*[f"{package.name} {file.name}" for package, file in chosen], sep=", ")
            except Exception as e:
                print(type(e).__name__)
            """,
            arguments,
            LockWriter.write(lock))
        .strip();
  }

  @Test
  void letsPackagingChooseWhatEachTargetIsLockedFor() throws IOException {
    var lock =
        new Lock(
            "p",
            DIGEST,
            List.of(LINUX, MAC),
            List.of(
                locked("a", "1").on(LINUX).wheel("a-1-py3-none-any.whl", 1).build(),
                locked("a", "2").on(MAC).wheel("a-2-py3-none-any.whl", 1).build(),
                locked("b", "1")
                    .on(LINUX, MAC)
                    .wheel("b-1-cp310-cp310-manylinux_2_17_x86_64.whl", 1)
                    .wheel("b-1-cp312-cp312-macosx_11_0_arm64.whl", 1)
                    .build(),
                locked("c", "1")
                    .on(LINUX)
                    .role(LockedPackage.Role.BUILD)
                    .wheel("c-1-py3-none-any.whl", 1)
                    .build()));

    assertThat(selected(lock, LINUX))
        .isEqualTo("a a-1-py3-none-any.whl, b b-1-cp310-cp310-manylinux_2_17_x86_64.whl");
    assertThat(selected(lock, MAC))
        .isEqualTo("a a-2-py3-none-any.whl, b b-1-cp312-cp312-macosx_11_0_arm64.whl");
    assertThat(selected(lock, Target.of("3.11", LINUX.platform()))).isEqualTo("PylockSelectError");
    assertThat(lock.indistinct()).isEmpty();
  }

  @Test
  void takesTheBestWheelWhereTargetsDifferInGlibcOnly() throws IOException {
    var lock =
        new Lock(
            "p",
            DIGEST,
            List.of(LINUX, OLD_GLIBC),
            List.of(
                locked("a", "1")
                    .on(LINUX, OLD_GLIBC)
                    .wheel("a-1-cp310-cp310-manylinux_2_17_x86_64.whl", 1)
                    .wheel("a-1-cp310-cp310-manylinux_2_28_x86_64.whl", 1)
                    .build()));

    assertThat(selected(lock, LINUX)).isEqualTo("a a-1-cp310-cp310-manylinux_2_28_x86_64.whl");
    assertThat(selected(lock, OLD_GLIBC)).isEqualTo("a a-1-cp310-cp310-manylinux_2_17_x86_64.whl");
    assertThat(lock.packages().getFirst().fileFor(OLD_GLIBC).orElseThrow().name().text())
        .isEqualTo("a-1-cp310-cp310-manylinux_2_17_x86_64.whl");
  }

  @Test
  void knowsTheVersionsThatNoMarkerTellsApart() throws IOException {
    var lock =
        new Lock(
            "p",
            DIGEST,
            List.of(LINUX, OLD_GLIBC, MAC),
            List.of(
                locked("a", "1").on(OLD_GLIBC).wheel("a-1-py3-none-any.whl", 1).build(),
                locked("a", "2").on(LINUX).wheel("a-2-py3-none-any.whl", 1).build(),
                locked("a", "3").on(MAC).wheel("a-3-py3-none-any.whl", 1).build(),
                locked("b", "1")
                    .on(LINUX, OLD_GLIBC, MAC)
                    .wheel("b-1-py3-none-any.whl", 1)
                    .build()));

    assertThat(lock.indistinct()).containsOnlyKeys(new ProjectName("a"));
    assertThat(lock.indistinct().getOrDefault(new ProjectName("a"), List.of()))
        .map(locked -> locked.version().toString())
        .containsExactly("1", "2");
    assertThat(selected(lock, LINUX)).isEqualTo("PylockSelectError");
    assertThat(selected(lock, MAC)).isEqualTo("a a-3-py3-none-any.whl, b b-1-py3-none-any.whl");
  }

  @Test
  void readsTheTimeItWasSolvedAsOf() throws MalformedLockException {
    var lock =
        new Lock(
            "p",
            DIGEST,
            Optional.of(Instant.parse("2024-06-30T23:59:59.999999Z")),
            List.of(LINUX),
            List.of(),
            List.of());

    assertThat(LockReader.read(LockWriter.write(lock))).isEqualTo(lock);
  }

  @Test
  void saysInWhichOrderIndexesWereAsked() throws MalformedLockException {
    List<URI> search =
        List.of(URI.create("https://more.example/simple/"), URI.create("https://pypi.org/simple/"));
    var lock = new Lock("p", DIGEST, Optional.empty(), List.of(LINUX), search, List.of());

    String text = LockWriter.write(lock);

    assertThat(text)
        .contains("\nsearch = [\"https://more.example/simple/\", \"https://pypi.org/simple/\"]\n");
    assertThat(LockReader.read(text)).isEqualTo(lock);
    assertThat(LockWriter.write(new Lock("p", DIGEST, List.of(LINUX), List.of())))
        .doesNotContain("search");
  }
}
