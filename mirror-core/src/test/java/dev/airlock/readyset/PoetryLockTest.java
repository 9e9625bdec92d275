package dev.airlock.readyset;

import static dev.airlock.readyset.ReadySets.hash;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoetryLockTest {
  @TempDir Path folder;

  private ReadySets sets;
  private final StringBuilder lock = new StringBuilder();

  @BeforeEach
  void begin() {
    sets = new ReadySets(folder);
  }

  private PoetryLockTest locked(String name, String version, String more) {
    lock.append(
        """
        [[package]]
        name = "%1$s"
        version = "%2$s"
        description = "words"
        python-versions = ">=3.7"
        files = [
            {file = "%1$s-%2$s-py3-none-any.whl", hash = "%3$s"},
            {file = "%1$s-%2$s.tar.gz", hash = "%4$s"},
        ]
        %5$s

        """
            .formatted(name, version, hash('a'), hash('b'), more));
    return this;
  }

  private static String wanted(String groups, String more) {
    return "optional = false\ngroups = [" + groups + "]\n" + more;
  }

  private String text(String lockVersion) {
    return lock
        + """
        [extras]
        socks = ["PySocks"]

        [metadata]
        lock-version = "%s"
        python-versions = ">=3.9,<4.0"
        content-hash = "0"
        """
            .formatted(lockVersion);
  }

  private List<String> versions(String lockVersion) throws Exception {
    return sets.file("poetry.lock", text(lockVersion)).lines("poetry.lock").stream()
        .map(line -> line.replaceFirst(" --hash.*", ""))
        .toList();
  }

  private List<String> problems(String lockVersion) throws IOException {
    return sets.file("poetry.lock", text(lockVersion)).problems("poetry.lock");
  }

  // --- Poetry 2

  @Test
  void takesTheGroupsAndMarkersOfPoetry2() throws Exception {
    locked("idna", "3.4", wanted("\"main\", \"dev\"", ""))
        .locked(
            "colorama", "0.4.6", wanted("\"main\"", "markers = \"sys_platform == \\\"win32\\\"\""))
        .locked("pytest", "8.0", wanted("\"dev\"", ""))
        .locked("sphinx", "7.0", wanted("\"docs\"", ""))
        .locked(
            "tomli",
            "2.0",
            wanted(
                "\"main\", \"dev\"",
                "markers = {main = \"python_version < \\\"3.10\\\"\", dev = \"python_version <"
                    + " \\\"3.11\\\"\"}"));
    sets.file("pyproject.toml", "[tool.poetry.group.docs]\noptional = true\n");
    assertThat(versions("2.1")).containsExactly("idna==3.4", "pytest==8.0", "tomli==2.0");
    sets.noDefaultGroups();
    assertThat(versions("2.1")).containsExactly("idna==3.4");
    sets.group("docs");
    assertThat(versions("2.1")).containsExactly("idna==3.4", "sphinx==7.0");
    sets.group("lint");
    assertThat(problems("2.1"))
        .containsExactly(
            "poetry.lock: --group lint: there is no such group; there are [dev, docs, main]");
  }

  @Test
  void takesOptionalPackagesForTheirExtras() throws Exception {
    locked("requests", "2.32.0", wanted("\"main\"", ""))
        .locked(
            "pysocks",
            "1.7.1",
            "optional = true\ngroups = [\"main\"]\nmarkers = \"extra == \\\"socks\\\"\"");
    assertThat(versions("2.1")).containsExactly("requests==2.32.0");
    sets.extra("socks");
    assertThat(versions("2.1")).containsExactly("pysocks==1.7.1", "requests==2.32.0");
    sets.extra("slow");
    assertThat(problems("2.1"))
        .containsExactly("poetry.lock: --extra slow: the lock has no such extra; it has [socks]");
  }

  @Test
  void givesTheHashesAndTheIndex() throws Exception {
    locked("idna", "3.4", wanted("\"main\"", ""))
        .locked(
            "torch",
            "2.6.0+cpu",
            wanted("\"main\"", "")
                + """
                [package.source]
                type = "legacy"
                url = "https://download.pytorch.org/whl/cpu"
                reference = "PyTorch_CPU"
                """);
    ReadySet set = sets.file("poetry.lock", text("2.1")).read("poetry.lock");
    assertThat(ReadySets.lines(set).getFirst())
        .isEqualTo("idna==3.4 --hash=" + hash('a') + " --hash=" + hash('b'));
    assertThat(set.rules().complete()).isTrue();
    assertThat(PresetText.of(set, "one", "x", List.of()).json())
        .contains("\"pytorch_cpu\"", "\"https://download.pytorch.org/whl/cpu\"");
  }

  @Test
  void saysThatItCannotTellOptionalGroups() throws Exception {
    locked("idna", "3.4", wanted("\"main\"", "")).locked("pytest", "8.0", wanted("\"dev\"", ""));
    ReadySet set = sets.file("poetry.lock", text("2.1")).read("poetry.lock");
    assertThat(set.lines()).hasSize(2);
    assertThat(set.notes())
        .singleElement()
        .asString()
        .contains("no pyproject.toml", "all are taken, [dev, main]");
  }

  // --- Poetry 1

  @Test
  void followsWhatTheProjectOfPoetry1Requires() throws Exception {
    sets.file(
        "pyproject.toml",
        """
        [tool.poetry.dependencies]
        python = "^3.9"
        requests = {version = "^2.30", extras = ["socks"]}
        Old-One = [
            {version = "^1.0", python = "<3.8"},
            {version = "^2.0", python = "^3.8 || ^4"},
        ]
        windows = {version = "*", platform = "win32"}
        speed = {version = "*", optional = true}
        marked = {version = "*", markers = "python_version < '3'"}
        [tool.poetry.extras]
        fast = ["speed"]
        [tool.poetry.group.docs]
        optional = true
        [tool.poetry.group.docs.dependencies]
        sphinx = "*"
        [tool.poetry.dev-dependencies]
        pytest = "*"
        """);
    locked(
            "requests",
            "2.32.0",
            """
            optional = false
            [package.dependencies]
            idna = ">=2.5,<4"
            PySocks = {version = ">=1.5.6,<1.5.7 || >1.5.7", optional = true, markers = "extra == \\"socks\\""}
            chardet = {version = ">=3", optional = true, markers = "extra == \\"use-chardet\\""}
            tomli = [
                {version = "^1", markers = "python_version < \\"3.8\\""},
                {version = ">=2", markers = "python_version >= \\"3.8\\""},
            ]
            """)
        .locked("idna", "3.4", "optional = false")
        .locked("pysocks", "1.7.1", "optional = true")
        .locked("chardet", "5.0", "optional = true")
        .locked("tomli", "1.9", "optional = false")
        .locked("tomli", "2.0", "optional = false")
        .locked("old-one", "1.5", "optional = false")
        .locked("old-one", "2.5", "optional = false")
        .locked("windows", "1.0", "optional = false")
        .locked("speed", "1.0", "optional = true")
        .locked("marked", "1.0", "optional = false")
        .locked("sphinx", "7.0", "optional = false")
        .locked("pytest", "8.0", "optional = false");
    assertThat(versions("2.0"))
        .containsExactly(
            "idna==3.4",
            "old-one==2.5",
            "pysocks==1.7.1",
            "pytest==8.0",
            "requests==2.32.0",
            "tomli==2.0");
    lock.append("[extras]\nfast = [\"speed\"]\n");
    String withExtra = text("2.0").replace("[extras]\nsocks = [\"PySocks\"]\n", "");
    sets.file("poetry.lock", withExtra).extra("fast").group("docs").noDefaultGroups();
    assertThat(sets.lines("poetry.lock"))
        .map(line -> line.replaceFirst("==.*", ""))
        .containsExactly("idna", "old-one", "pysocks", "requests", "speed", "sphinx", "tomli");
  }

  @Test
  void takesAllThatIsNotOptionalWithoutTheProject() throws Exception {
    locked("idna", "3.4", "category = \"main\"\noptional = false")
        .locked("pysocks", "1.7.1", "category = \"main\"\noptional = true")
        .locked("pytest", "8.0", "category = \"dev\"\noptional = false");
    ReadySet set = sets.file("poetry.lock", text("1.1")).read("poetry.lock");
    assertThat(ReadySets.lines(set)).singleElement().asString().startsWith("idna==3.4");
    assertThat(set.notes()).singleElement().asString().contains("a lock of Poetry 1 does not say");
  }

  @Test
  void readsTheHashesAtTheEndOfOldLocks() throws Exception {
    String old =
        """
        [[package]]
        name = "idna"
        version = "3.4"
        category = "main"
        optional = false
        [metadata]
        lock-version = "1.1"
        python-versions = "^3.9"
        [metadata.files]
        idna = [{file = "idna-3.4-py3-none-any.whl", hash = "%s"}]
        """
            .formatted(hash('a'));
    assertThat(sets.file("poetry.lock", old).lines("poetry.lock"))
        .containsExactly("idna==3.4 --hash=" + hash('a'));
  }

  // --- mistakes

  @Test
  void saysWhatCannotBeMirrored() throws Exception {
    sets.on("cp38-manylinux_2_35_x86_64");
    for (String type : List.of("git", "url", "file", "directory")) {
      locked(
          "of-" + type,
          "1.0",
          wanted("\"main\"", "")
              + "[package.source]\ntype = \""
              + type
              + "\"\nurl = \"https://x.example/"
              + type
              + "\"");
    }
    locked("two", "1.0", wanted("\"main\"", ""))
        .locked("two", "2.0", wanted("\"main\"", "markers = \"nonsense\""))
        .locked("three", "1.0", wanted("\"main\"", ""))
        .locked("three", "2.0", wanted("\"main\"", ""));
    assertThat(problems("2.1"))
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).contains("metadata.python-versions: '>=3.9,<4.0'", "cp38"),
            line -> assertThat(line).contains("package of-git 1.0.source", "x.example/git"),
            line -> assertThat(line).contains("package of-url 1.0.source"),
            line -> assertThat(line).contains("package of-file 1.0.source"),
            line -> assertThat(line).contains("package of-directory 1.0.source"),
            line -> assertThat(line).contains("package two 2.0.markers: 'nonsense'"),
            line -> assertThat(line).contains("package two 2.0: another version of two"),
            line -> assertThat(line).contains("package three 2.0: another version of three"));
  }

  @Test
  void tellsWhereTheProjectHasABadName() throws Exception {
    locked("a", "1.0", "optional = false");
    sets.extra("socks")
        .file(
            "pyproject.toml",
            """
            [tool.poetry.dependencies]
            "no name" = "*"
            a = {version = "*", extras = ["bad extra"]}
            [tool.poetry.extras]
            socks = ["odd/name"]
            [tool.poetry.group."so so".dependencies]
            """);
    assertThat(problems("2.0"))
        .satisfiesExactlyInAnyOrder(
            line ->
                assertThat(line)
                    .startsWith("pyproject.toml: tool.poetry.dependencies.no name: 'no name'"),
            line ->
                assertThat(line)
                    .startsWith("pyproject.toml: tool.poetry.dependencies.a.extras: 'bad extra'"),
            line ->
                assertThat(line).startsWith("pyproject.toml: tool.poetry.extras.socks: 'odd/name'"),
            line ->
                assertThat(line).startsWith("pyproject.toml: tool.poetry.group.so so: 'so so'"));
  }

  @Test
  void saysHowToNameThePatchReleaseOfATarget() throws Exception {
    locked("a", "1.0", "optional = false");
    sets.on("cp311-manylinux_2_35_x86_64");
    String from3114 = text("2.0").replace(">=3.9,<4.0", ">=3.11.4");
    assertThat(sets.file("poetry.lock", from3114).problems("poetry.lock"))
        .singleElement()
        .asString()
        .endsWith(
            "the target cp311-manylinux_2_35_x86_64 is not in it, for it stands for Python 3.11.0:"
                + " name the Python that is there in full, as in cp311.4-manylinux_2_35_x86_64");
    assertThat(new ReadySets(folder).on("cp311.7-manylinux_2_35_x86_64").lines("poetry.lock"))
        .hasSize(1);
  }

  @Test
  void pinsTheVersionItselfWhereThereIsNoHash() throws Exception {
    String bare =
        """
        [[package]]
        name = "torch"
        version = "2.1.0"
        optional = false
        files = []
        [metadata]
        lock-version = "2.0"
        """;
    assertThat(sets.file("poetry.lock", bare).lines("poetry.lock"))
        .containsExactly("torch===2.1.0");
    assertThat(sets.file("poetry.lock", bare.replace("2.1.0", "2.1.0+cu118")).lines("poetry.lock"))
        .containsExactly("torch==2.1.0+cu118");
  }

  @Test
  void readsFormatsOneAndTwo() throws Exception {
    assertThat(problems("3.0").getFirst()).contains("metadata.lock-version: '3.0'", "1.x and 2.x");
    assertThat(sets.file("poetry.lock", "package = []").problems("poetry.lock"))
        .containsExactly("poetry.lock: metadata.lock-version: it is missing");
  }
}
