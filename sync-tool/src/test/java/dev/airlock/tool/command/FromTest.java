package dev.airlock.tool.command;

import static dev.airlock.fixtures.Presets.preset;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Algorithm;
import dev.airlock.digest.Hasher;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.WheelBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code airlock sync --from FILE}. */
class FromTest {
  private static final String TARGET = "cp310-manylinux_2_28_x86_64";
  private static final WheelBuilder APP = wheel("app", "1.0").requires("leaf<2").requires("old");
  private static final WheelBuilder LEAF = wheel("leaf", "1.0");

  @TempDir Path directory;

  private FakeIndex pypi;
  private Tool tool;
  private Path project;

  @BeforeEach
  void start() throws IOException {
    pypi = FakeIndex.start();
    pypi.add(APP);
    pypi.add(LEAF);
    pypi.add(wheel("leaf", "1.5"));
    pypi.add(wheel("leaf", "2.0"));
    pypi.add(wheel("old", "1.0"));
    tool = new Tool(directory);
    project = Files.createDirectories(directory.resolve("My App"));
  }

  @AfterEach
  void stop() {
    pypi.close();
  }

  private String file(String name, String text) throws IOException {
    Path file = project.resolve(name);
    Files.writeString(file, text);
    return file.toString();
  }

  private String requirements(String text) throws IOException {
    return file("requirements.txt", "-i " + pypi.simple() + "\n" + text);
  }

  private int sync(String file, String... more) {
    var arguments = new ArrayList<>(List.of("sync", "--from", file));
    arguments.addAll(List.of(more));
    return tool.run(arguments.toArray(String[]::new));
  }

  private static String sha256(WheelBuilder wheel) {
    return FakeIndex.sha256(wheel.build());
  }

  private static String sha512(WheelBuilder wheel) {
    var hasher = new Hasher(Algorithm.SHA512);
    byte[] bytes = wheel.build();
    hasher.update(bytes, 0, bytes.length);
    return hasher.digest(Algorithm.SHA512).hex();
  }

  @Test
  void syncsRequirementsWithTheirDependenciesAndConstraints() throws IOException {
    file("limits.txt", "leaf<1.5\n");
    assertThat(sync(requirements("app\n-c limits.txt\n"), "--target", TARGET)).isZero();
    assertThat(tool.err())
        .contains(
            "airlock: solving my-app for [cp310-manylinux_2_28_x86_64]\n",
            "from " + pypi.simple() + ": app leaf old\n",
            "my-app is complete: 3 files, ",
            "lock: solved and written\n");
    assertThat(project).isDirectoryContaining("glob:**/requirements.txt");
    assertThat(project.resolve("pylock.toml")).doesNotExist();
    pypi.close();
    assertThat(tool.run("check", "my-app")).isZero();
    assertThat(tool.err()).contains("my-app holds for cp310-manylinux_2_28_x86_64: 3 files");
  }

  private String mirroredLock() throws IOException {
    return file(
        "uv.lock",
        """
        version = 1
        requires-python = ">=3.9"

        [[package]]
        name = "my-app"
        version = "0.1"
        source = { virtual = "." }
        dependencies = [{ name = "leaf" }]

        [[package]]
        name = "leaf"
        version = "1.0"
        source = { registry = "%s" }
        wheels = [
            { url = "%s", hash = "sha256:%s" },
        ]
        """
            .formatted(
                pypi.at("/preset/my-app/simple/"),
                pypi.at("/files/pypi.org-simple/leaf/" + sha256(LEAF) + "/" + LEAF.filename()),
                sha256(LEAF)));
  }

  @Test
  void asksTheMirrorThatALockWasMadeThroughInPlaceOfTheIndexBehindIt() throws IOException {
    assertThat(sync(mirroredLock(), "--target", TARGET)).as(tool.err()).isZero();
    var mirror = pypi.at("/index/pypi.org-simple/simple/");
    assertThat(tool.err())
        .contains(
            "it names files at the mirror "
                + pypi.at("/")
                + ", and is read as a lock of the index"
                + " behind that, https://pypi.org/simple/\n",
            "the index 'pypi' is asked at "
                + mirror
                + "; to ask another place, pass --index"
                + " pypi=ADDRESS\n",
            "my-app is complete: 1 file, ")
        .doesNotContain("127.0.0.1-");
    assertThat(tool.store.resolve("indexes"))
        .isDirectoryContaining("glob:**/pypi.org-simple")
        .isDirectoryNotContaining("glob:**/127.0.0.1-*");
    assertThat(tool.run("check", "my-app")).as(tool.err()).isZero();
  }

  @Test
  void asksWhatTheUserNamesRatherThanTheMirrorOfALock() throws IOException {
    String lock = mirroredLock();
    assertThat(sync(lock, "--target", TARGET, "--index", "pypi=" + pypi.simple())).isZero();
    assertThat(tool.err()).doesNotContain("is asked at");
    assertThat(pypi.requests()).noneMatch(request -> request.path().startsWith("/index/"));
  }

  @Test
  void knowsTheIndexBehindAMirrorFromThePresetsAtHand() throws IOException {
    tool.preset(
        "other",
        preset("other", pypi.simple())
            .index("corp", URI.create("https://corp.example/py/"), "x")
            .packages("x", "1.0")
            .json());
    String lock = mirroredLock();
    Files.writeString(
        Path.of(lock),
        Files.readString(Path.of(lock)).replace("pypi.org-simple", "corp.example-py"));
    assertThat(sync(lock, "--target", TARGET)).as(tool.err()).isZero();
    assertThat(tool.err()).contains("the index behind that, https://corp.example/py/\n");
    assertThat(tool.store.resolve("indexes")).isDirectoryContaining("glob:**/corp.example-py");
  }

  @Test
  void printsTheBuildArgumentsOfAPresetThatOnlyTheStoreHas() throws IOException {
    sync(requirements("app\n"), "--target", TARGET);
    assertThat(tool.run("docker-args", "my-app", "--mirror", "http://host:3143")).isZero();
    assertThat(tool.out().lines())
        .containsExactly(
            "--build-arg PRESET=my-app",
            "--build-arg MIRROR_URL=http://host:3143",
            "--build-arg BOOTSTRAP=");
  }

  @Test
  void solvesNothingAnewWhileTheFileIsTheSame() throws IOException {
    sync(requirements("app\n"), "--target", TARGET);
    pypi.add(wheel("leaf", "1.9"));
    pypi.forget();
    assertThat(sync(requirements("# another comment\napp\n"), "--target", TARGET)).isZero();
    assertThat(tool.err()).contains("reused 3 (").doesNotContain("solving");
    assertThat(pypi.requests()).isEmpty();
    assertThat(sync(requirements("app\nleaf\n"), "--target", TARGET)).isZero();
    assertThat(tool.err()).contains("solving", "reused 3 (");
    assertThat(sync(requirements("app\nleaf\n"), "--target", TARGET, "--upgrade")).isZero();
    assertThat(tool.err()).contains("fetched 1 (");
  }

  @Test
  void takesNoFileWithAnotherHash() throws IOException {
    String hashes =
        "leaf==1.0 --hash=sha256:" + sha256(LEAF) + "\nold==1.0 --hash=sha256:" + "0".repeat(64);
    assertThat(sync(requirements(hashes), "--target", TARGET)).isEqualTo(1);
    assertThat(tool.err())
        .contains("it has files with other hashes than requirements.txt line 3 gives");
    assertThat(sync(requirements("app==1.0 --hash=sha256:" + sha256(APP)), "--target", TARGET))
        .isEqualTo(1);
    assertThat(tool.err()).contains("no requirement gives hashes of it");
  }

  @Test
  void provesHashesThatTheStoreDoesNotKeep() throws IOException {
    pypi.close();
    Path wheels = Files.createDirectories(project.resolve("wheels"));
    Files.write(wheels.resolve(LEAF.filename()), LEAF.build());
    String page = "<a href=\"%1$s#sha512=%2$s\">%1$s</a>".formatted(LEAF.filename(), sha512(LEAF));
    Path index = Files.createDirectories(project.resolve("simple/leaf"));
    Files.write(index.resolve(LEAF.filename()), LEAF.build());
    Files.writeString(index.resolve("index.html"), page);
    String file =
        file(
            "requirements.txt",
            "-i "
                + project.resolve("simple").toUri()
                + "\nleaf==1.0 --hash=sha512:"
                + sha512(LEAF));
    assertThat(sync(file, "--target", TARGET)).isZero();
    assertThat(tool.run("check", "my-app")).as(tool.err()).isZero();
  }

  @Test
  void asksThePlacesOfTheFileBeforeItsIndex() throws IOException {
    Path wheels = Files.createDirectories(project.resolve("wheels"));
    Files.write(wheels.resolve(LEAF.filename()), LEAF.build());
    assertThat(sync(requirements("--find-links wheels\napp\n"), "--target", TARGET)).isZero();
    assertThat(tool.err())
        .contains("from " + wheels.toUri() + ": leaf\n", "from " + pypi.simple() + ": app old\n");
    assertThat(
            sync(
                requirements("--find-links wheels\napp\n"),
                "--target",
                TARGET,
                "--upgrade",
                "--index",
                "pypi=" + pypi.simple()))
        .isZero();
    assertThat(tool.err())
        .as("--index replaces only what it names")
        .contains("from " + wheels.toUri() + ": leaf\n", "from " + pypi.simple() + ": app old\n");
    assertThat(tool.run("ls", "my-app", "--json")).isZero();
    assertThat(tool.out())
        .contains("\"origin\":\"" + wheels.toUri() + "\",\"source\":\"" + wheels.toUri() + "leaf");
  }

  @Test
  void takesTheLastPlaceOfFilesForTheIndexWhereThereIsNone() throws IOException {
    Path wheels = Files.createDirectories(project.resolve("wheels"));
    Files.write(wheels.resolve(LEAF.filename()), LEAF.build());
    tool.environment.put("PIP_INDEX_URL", pypi.simple().toString());
    tool.environment.put("PIP_EXTRA_INDEX_URL", pypi.simple().toString());
    String file = requirements("--no-index\n--find-links wheels\nleaf\n");
    assertThat(sync(file, "--target", TARGET)).as(tool.err()).isZero();
    assertThat(tool.run("preset", "show", "my-app", "--json")).isZero();
    assertThat(tool.out())
        .contains(
            "\"wheels\":{\"url\":\"" + wheels.toUri() + "\",\"format\":\"flat\",\"default\":true}");
    assertThat(sync(requirements("--no-index\n-f wheels\napp\n"), "--target", TARGET)).isEqualTo(1);
    assertThat(pypi.requests()).isEmpty();
  }

  @Test
  void keepsTheIndexesOfAFileApartFromItsDefault() throws IOException {
    try (FakeIndex more = FakeIndex.start()) {
      more.add(LEAF);
      String file = requirements("--extra-index-url " + more.simple() + "\napp\n");
      assertThat(sync(file, "--target", TARGET)).as(tool.err()).isZero();
      assertThat(tool.run("check", "my-app")).isZero();
      assertThat(tool.run("why", "my-app", "leaf")).isZero();
      assertThat(tool.out()).contains("leaf is from " + more.simple() + "\n");
      assertThat(tool.run("ls", "my-app")).isZero();
      assertThat(tool.out().lines().filter(line -> line.contains("leaf-")))
          .singleElement()
          .asString()
          .contains(IndexKey.of(more.simple()) + " ", more.simple().toString());
    }
  }

  @Test
  void syncsLocksAsTheyAre() throws IOException {
    String lock =
        """
        lock-version = "1.0"
        created-by = "test"
        [[packages]]
        name = "app"
        version = "1.0"
        index = "%1$s"
        wheels = [{name = "app-1.0-py3-none-any.whl", url = "x", hashes = {sha256 = "%2$s"}}]
        [[packages]]
        name = "leaf"
        version = "2.0"
        marker = "sys_platform == 'linux'"
        index = "%1$s"
        wheels = [{name = "leaf-2.0-py3-none-any.whl", url = "x", hashes = {sha256 = "%3$s"}}]
        """
            .formatted(pypi.simple(), sha256(APP), sha256(wheel("leaf", "2.0")));
    assertThat(
            sync(
                file("pylock.toml", lock),
                "--name",
                "locked",
                "--target",
                TARGET,
                "--target",
                "cp312-win_amd64"))
        .isZero();
    assertThat(tool.err()).contains("from " + pypi.simple() + ": app leaf\n", "complete: 2 files");
    assertThat(tool.run("check", "locked")).isZero();
  }

  @Test
  void syncsLocksOfUv() throws IOException {
    String lock =
        """
        version = 1
        requires-python = ">=3.9"
        [[package]]
        name = "my-app"
        version = "0.1"
        source = { virtual = "." }
        dependencies = [{ name = "leaf" }]
        [package.dev-dependencies]
        dev = [{ name = "old" }]
        [[package]]
        name = "leaf"
        version = "1.0"
        source = { registry = "%1$s" }
        wheels = [{ url = "x/leaf-1.0-py3-none-any.whl", hash = "sha256:%2$s" }]
        [[package]]
        name = "old"
        version = "1.0"
        source = { registry = "%1$s" }
        wheels = [{ url = "x/old-1.0-py3-none-any.whl" }]
        """
            .formatted(pypi.simple(), sha256(LEAF));
    assertThat(sync(file("uv.lock", lock), "--target", TARGET)).isZero();
    assertThat(tool.err()).contains("from " + pypi.simple() + ": leaf old\n");
    assertThat(sync(file("uv.lock", lock), "--target", TARGET, "--no-default-groups")).isZero();
    assertThat(tool.err()).contains("from " + pypi.simple() + ": leaf\n");
  }

  @Test
  void takesNoLocalVersionInsteadOfTheLockedOne() throws IOException {
    pypi.add(wheel("leaf", "1.0+cu118"));
    String lock =
        """
        version = 1
        [[package]]
        name = "my-app"
        version = "0.1"
        source = { virtual = "." }
        dependencies = [{ name = "leaf" }]
        [[package]]
        name = "leaf"
        version = "1.0"
        source = { registry = "%s" }
        wheels = [{ url = "x/leaf-1.0-py3-none-any.whl" }]
        """
            .formatted(pypi.simple());
    assertThat(sync(file("uv.lock", lock), "--target", TARGET, "--dry-run")).isZero();
    assertThat(tool.out()).contains("leaf-1.0-py3-none-any.whl").doesNotContain("cu118");
  }

  @Test
  void syncsLocksOfPoetryFromTheIndexThatIsNamed() throws IOException {
    String lock =
        """
        [[package]]
        name = "leaf"
        version = "1.0"
        optional = false
        python-versions = "*"
        groups = ["main"]
        files = [{file = "leaf-1.0-py3-none-any.whl", hash = "sha256:%s"}]
        [metadata]
        lock-version = "2.1"
        python-versions = "^3.9"
        """
            .formatted(sha256(LEAF));
    assertThat(
            sync(file("poetry.lock", lock), "--target", TARGET, "--index", "pypi=" + pypi.simple()))
        .isZero();
    assertThat(tool.err()).contains("from " + pypi.simple() + ": leaf\n");
  }

  @Test
  void syncsAProjectWithAGroup() throws IOException {
    String text =
        """
        [project]
        name = "x"
        dependencies = ["leaf"]
        [dependency-groups]
        test = ["old"]
        """;
    assertThat(
            sync(
                file("pyproject.toml", text),
                "--group",
                "test",
                "--target",
                TARGET,
                "--index",
                "pypi=" + pypi.simple()))
        .isZero();
    assertThat(tool.err()).contains("from " + pypi.simple() + ": leaf old\n");
  }

  @Test
  void writesNothingOnADryRun() throws IOException {
    assertThat(sync(requirements("app\n"), "--target", TARGET, "--dry-run")).isZero();
    assertThat(tool.out()).contains("leaf-1.5-py3-none-any.whl");
    assertThat(tool.run("check", "my-app")).isEqualTo(2);
  }

  @Test
  void keepsNoCredentials() throws IOException {
    String withPassword = pypi.simple().toString().replace("http://", "http://me:s3cret@");
    String file = file("requirements.txt", "-i " + withPassword + "\nleaf\n");
    assertThat(sync(file, "--target", TARGET)).isZero();
    assertThat(tool.err())
        .contains("the credentials in the address " + pypi.simple() + " are not kept")
        .doesNotContain("s3cret");
    try (var files = Files.walk(tool.store)) {
      assertThat(files.filter(Files::isRegularFile)).noneMatch(each -> contains(each, "s3cret"));
    }
  }

  private static boolean contains(Path file, String text) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  // --- names

  @Test
  void keepsANameForOneFile() throws IOException {
    sync(requirements("app\n"), "--target", TARGET);
    assertThat(sync(file("other.txt", "-i " + pypi.simple() + "\nleaf"), "--target", TARGET))
        .isZero();
    Path elsewhere = Files.createDirectories(directory.resolve("sub/other"));
    Path second = elsewhere.resolve("requirements.txt");
    Files.writeString(second, "-i " + pypi.simple() + "\nold\n");
    assertThat(sync(second.toString(), "--target", TARGET)).isEqualTo(2);
    assertThat(tool.err())
        .contains("airlock: error: the store has a preset 'other' from '", "My App/other.txt', and")
        .contains("this one is from '" + second.toRealPath() + "': pass --name NEW", "--replace");
    assertThat(sync(second.toString(), "--target", TARGET, "--name", "other")).isEqualTo(2);
    assertThat(sync(second.toString(), "--target", TARGET, "--replace")).isZero();
    assertThat(tool.err()).contains(": old\n");
  }

  @Test
  void takesNoNameOfAPresetThatSomebodyWrote() throws IOException {
    Path folder =
        tool.preset("my-app", preset("my-app", pypi.simple()).packages("old", "1.0").json());
    tool.run("sync", "my-app");
    assertThat(sync(requirements("app\n"), "--target", TARGET)).isEqualTo(2);
    assertThat(tool.err()).contains("the name 'my-app' is that of the preset in " + folder);
    Files.delete(folder.resolve("preset.json"));
    assertThat(sync(requirements("app\n"), "--target", TARGET, "--name", "my-app")).isEqualTo(2);
    assertThat(tool.err()).contains("the store has a preset 'my-app' from '" + folder.toRealPath());
  }

  // --- usage

  @Test
  void saysHowToNameATarget() throws IOException {
    assertThat(sync(requirements("app\n"))).isEqualTo(2);
    assertThat(tool.err()).contains("Say it with --target", "--target cp310-manylinux_2_35_x86_64");
    assertThat(sync(requirements("app\n"), "--target", "3.10")).isEqualTo(2);
    assertThat(tool.err()).contains("--target: '3.10' is not a valid target");
    assertThat(tool.store).doesNotExist();
  }

  @Test
  void tellsAllMistakesOfAFileAtOnce() throws IOException {
    String file = requirements("-e .\n?\n");
    assertThat(sync(file, "--target", TARGET)).isEqualTo(2);
    assertThat(tool.err()).contains(file + ": line 2: '-e .': ", file + ": line 3: '?': ");
    assertThat(sync(project.resolve("gone.txt").toString(), "--target", TARGET)).isEqualTo(2);
    assertThat(tool.err()).contains("--from: there is no file '");
    assertThat(sync(file, "--target", TARGET, "--name", "Not This")).isEqualTo(2);
    assertThat(tool.err()).contains("--name Not This: accepted are lower-case letters");
  }

  @Test
  void takesEitherAPresetOrAFile() throws IOException {
    String file = requirements("app\n");
    assertThat(tool.run("sync", "kit", "--from", file, "--target", TARGET)).isEqualTo(2);
    assertThat(tool.err()).contains("name either a PRESET, or with --from a FILE");
    assertThat(tool.run("sync")).isEqualTo(2);
    assertThat(tool.run("sync", "kit", "--target", TARGET)).isEqualTo(2);
    assertThat(tool.err()).contains("--no-default-groups go with --from");
  }
}
