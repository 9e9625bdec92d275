package dev.airlock.readyset;

import static dev.airlock.readyset.ReadySets.hash;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PylockFileTest {
  private static final String HEAD =
      """
      lock-version = "1.0"
      created-by = "some tool"
      """;

  @TempDir Path folder;

  private ReadySets sets;

  @BeforeEach
  void begin() {
    sets = new ReadySets(folder);
  }

  private List<String> lines(String text) throws Exception {
    return sets.file("pylock.toml", HEAD + text).lines("pylock.toml");
  }

  private List<String> problems(String text) throws IOException {
    return sets.file("pylock.toml", HEAD + text).problems("pylock.toml");
  }

  private static String wheel(String name, String version, String more) {
    return """
    [[packages]]
    name = "%1$s"
    version = "%2$s"
    %3$s
    wheels = [{name = "%1$s-%2$s-py3-none-any.whl", url = "https://files.example/%1$s-%2$s-py3-none-any.whl", hashes = {sha256 = "%4$s"}}]
    """
        .formatted(name, version, more, "a".repeat(64));
  }

  @Test
  void readsVersionsAndAllHashes() throws Exception {
    ReadySet set =
        sets.file(
                "pylock.dev.toml",
                HEAD
                    + """
                    requires-python = ">=3.9"
                    environments = ["sys_platform == 'linux'"]
                    [[packages]]
                    name = "idna"
                    version = "3.4"
                    index = "https://me:secret@pypi.example/simple/"
                    sdist = {name = "idna-3.4.tar.gz", url = "https://f.example/idna-3.4.tar.gz", hashes = {sha256 = "%s", md5 = "x"}}
                    [[packages.wheels]]
                    url = "https://f.example/idna-3.4-py3-none-any.whl"
                    hashes = {sha512 = "%s"}
                    """
                        .formatted("a".repeat(64), "b".repeat(128)))
            .read("pylock.dev.toml");
    assertThat(ReadySets.lines(set))
        .containsExactly("idna==3.4 --hash=sha512:" + "b".repeat(128) + " --hash=" + hash('a'));
    assertThat(set.rules().complete()).isTrue();
    assertThat(set.places().index().orElseThrow()).hasToString("https://pypi.example/simple/");
    assertThat(set.notes()).singleElement().asString().doesNotContain("secret");
  }

  @Test
  void takesTheVersionOfTheWheelWhereTheEntryHasNone() throws Exception {
    assertThat(
            lines(
                """
                [[packages]]
                name = "idna"
                wheels = [{path = "wheels\\\\idna-3.4-py3-none-any.whl", hashes = {sha256 = "%s"}}]
                """
                    .formatted("a".repeat(64))))
        .containsExactly("idna==3.4 --hash=" + hash('a'));
    assertThat(problems("[[packages]]\nname = \"idna\"\n").getFirst())
        .contains("packages idna.version", "no wheel to read it from");
  }

  @Test
  void decodesTheNamesOfFilesInAddresses() throws Exception {
    assertThat(
            lines(
                """
                [[packages]]
                name = "torch"
                wheels = [{url = "https://f.example/torch-2.1.0%2Bcu118-cp310-cp310-linux%5Fx86_64.whl", hashes = {sha256 = "{digest}"}}]
                """
                    .replace("{digest}", "a".repeat(64))))
        .containsExactly("torch==2.1.0+cu118 --hash=" + hash('a'));
    assertThat(
            problems("[[packages]]\nname = \"a\"\nwheels = [{url = \"a-1%zz.whl\"}]\n").getFirst())
        .contains("packages a.wheels: 'a-1%zz.whl': a '%' in an address");
  }

  @Test
  void givesNoHashesWhereAFileHasNoneThatIsStrong() throws Exception {
    assertThat(
            lines(
                """
                [[packages]]
                name = "idna"
                version = "3.4"
                wheels = [{name = "idna-3.4-py3-none-any.whl", hashes = {md5 = "0"}},
                          {name = "idna-3.4-1-py3-none-any.whl", hashes = {sha256 = "%s"}}]
                """
                    .formatted("a".repeat(64))))
        .containsExactly("idna===3.4");
  }

  @Test
  void selectsByMarkersExtrasAndGroups() throws Exception {
    String lock =
        """
        extras = ["fast"]
        dependency-groups = ["test", "docs"]
        default-groups = ["test"]
        """
            + wheel("a", "1.0", "marker = \"'fast' in extras\"")
            + wheel("b", "1.0", "marker = \"'test' in dependency_groups\"")
            + wheel("c", "1.0", "marker = \"'docs' in dependency_groups\"")
            + wheel("d", "1.0", "marker = \"sys_platform == 'win32'\"")
            + wheel("e", "1.0", "");
    String hash = " --hash=" + hash('a');
    assertThat(lines(lock)).containsExactly("b==1.0" + hash, "e==1.0" + hash);
    sets.noDefaultGroups();
    assertThat(lines(lock)).containsExactly("e==1.0" + hash);
    sets.extra("Fast").group("docs");
    assertThat(lines(lock)).containsExactly("a==1.0" + hash, "c==1.0" + hash, "e==1.0" + hash);
    sets.extra("slow").group("lint");
    assertThat(problems(lock))
        .containsExactlyInAnyOrder(
            "pylock.toml: --extra slow: the lock has no such one; it has [fast]",
            "pylock.toml: --group lint: the lock has no such one; it has [test, docs]");
  }

  @Test
  void selectsForEachTarget() throws Exception {
    sets.on("cp310-manylinux_2_35_x86_64").on("cp312-win_amd64").on("cp312-macosx_14_0_arm64");
    assertThat(
            lines(
                wheel("a", "1.0", "marker = \"python_version < '3.11'\"")
                    + wheel("a", "2.0", "marker = \"python_version >= '3.11'\"")
                    + wheel("b", "1.0", "")))
        .map(line -> line.replaceFirst(" --hash.*", ""))
        .containsExactly(
            "a==1.0; python_version == \"3.10\" and sys_platform == \"linux\" and"
                + " platform_machine == \"x86_64\"",
            "a==2.0; python_version == \"3.12\" and sys_platform == \"win32\" and"
                + " platform_machine == \"AMD64\" or python_version == \"3.12\" and sys_platform =="
                + " \"darwin\" and platform_machine == \"arm64\"",
            "b==1.0");
  }

  @Test
  void keepsNoTwoTargetsApartThatMarkersOfALockCannot() throws Exception {
    sets.on("cp310.1-manylinux_2_35_x86_64").on("cp310.12-manylinux_2_35_x86_64");
    assertThat(problems(wheel("a", "1.0", "marker = \"python_full_version >= '3.10.5'\"")))
        .singleElement()
        .asString()
        .contains("a is not the same on", "--name");
  }

  @Test
  void routesProjectsToTheirIndexes() throws Exception {
    ReadySet set =
        sets.file(
                "pylock.toml",
                HEAD
                    + wheel("torch", "2.1.0", "index = \"https://download.pytorch.org/whl/cu118\"")
                    + wheel("idna", "3.4", "index = \"https://pypi.org/simple\"")
                    + wheel("rich", "13.0", ""))
            .read("pylock.toml");
    assertThat(set.places().index().orElseThrow()).hasToString("https://pypi.org/simple");
    assertThat(set.places().ofProjects()).hasSize(1);
    assertThat(PresetText.of(set, "one", "x", List.of()).json())
        .contains("\"cu118\"", "\"https://download.pytorch.org/whl/cu118\"", "\"torch\"");
  }

  @Test
  void takesAProjectFromOneIndexOnly() throws Exception {
    sets.on("cp310-manylinux_2_35_x86_64").on("cp310-win_amd64");
    assertThat(
            problems(
                wheel(
                        "a",
                        "1.0",
                        "marker = \"sys_platform == 'linux'\"\nindex = \"https://x.example/\"")
                    + wheel("a", "1.0", "marker = \"sys_platform == 'win32'\"")))
        .singleElement()
        .asString()
        .contains("a comes from https://x.example/ on one target", "sync the targets apart");
  }

  @Test
  void tellsAllMistakes() throws Exception {
    sets.on("cp38-manylinux_2_35_x86_64");
    assertThat(
            problems(
                """
                requires-python = ">=3.9"
                environments = ["sys_platform == 'win32'", "nonsense"]
                """
                    + wheel("a", "1.0", "requires-python = \">=3.10\"")
                    + wheel("a", "2.0", "")
                    + """
                    [[packages]]
                    name = "b"
                    version = "1.0"
                    vcs = {type = "git", url = "https://git.example/b", commit-id = "c"}
                    [[packages]]
                    name = "c"
                    directory = {path = "."}
                    [[packages]]
                    name = "d"
                    archive = {url = "https://x.example/d.tar.gz"}
                    [[packages]]
                    name = "e"
                    version = "one"
                    """))
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).contains("requires-python: '>=3.9'", "cp38-manylinux"),
            line -> assertThat(line).contains("environments", "'nonsense'"),
            line -> assertThat(line).contains("environments", "not made for the target cp38"),
            line -> assertThat(line).contains("packages a 1.0.requires-python", "'>=3.10'"),
            line -> assertThat(line).contains("packages a 2.0", "another version of a"),
            line -> assertThat(line).contains("packages b 1.0.vcs", "cannot be mirrored"),
            line -> assertThat(line).contains("packages c.directory"),
            line -> assertThat(line).contains("packages d.archive"),
            line -> assertThat(line).contains("packages e one.version", "'one'"));
  }

  @Test
  void saysThatItIsNoLock() throws Exception {
    assertThat(sets.file("pylock.toml", "lock-version = \"2.0\"\n").problems("pylock.toml"))
        .containsExactly(
            "pylock.toml: lock-version: '2.0': accepted are 1.0 and its successors 1.x");
    assertThat(sets.file("pylock.toml", "x = [").problems("pylock.toml").getFirst())
        .contains("it is not TOML");
    assertThat(sets.file("pylock.toml", "packages = 1\n").problems("pylock.toml"))
        .containsExactly("pylock.toml: lock-version: it is missing");
    assertThat(problems("packages = 1\n"))
        .contains("pylock.toml: packages: 1: it has to be a list, […]");
  }
}
