package dev.airlock.readyset;

import static dev.airlock.readyset.ReadySets.hash;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.packaging.name.ProjectName;
import dev.airlock.readyset.ReadySet.Location;
import dev.airlock.readyset.ReadySet.NamedIndex;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Locks that a tool made through an Airlock mirror. */
class MirroredLockTest {
  private static final String MIRROR = "http://127.0.0.1:8411/";
  private static final URI PYPI = NamedIndex.PYPI.url();
  private static final URI PYPI_THERE = URI.create(MIRROR + "index/pypi.org-simple/simple/");
  private static final URI TORCH = URI.create("https://download.pytorch.org/whl/cu118");
  private static final URI TORCH_THERE =
      URI.create(MIRROR + "index/download.pytorch.org-whl-cu118/simple/");
  private static final ProjectName TORCH_NAME = new ProjectName("torch");

  @TempDir Path folder;

  private ReadySets sets;

  @BeforeEach
  void begin() {
    sets = new ReadySets(folder);
  }

  private static String url(String key, String project, String digest, String filename) {
    return MIRROR + "files/" + key + "/" + project + "/" + digest + filename;
  }

  private static String digest(char digit) {
    return hash(digit).replace("sha256:", "");
  }

  private static String uvPackage(String name, String index, String file, String hash) {
    return """

    [[package]]
    name = "%s"
    version = "1.0"
    source = { registry = "%s" }
    wheels = [
        { url = "%s", hash = "%s", size = 2 },
    ]
    """
        .formatted(name, index, file, hash);
  }

  private ReadySet uv(String... packages) throws Exception {
    var lock =
        new StringBuilder("version = 1\nrequires-python = \">=3.9\"\n")
            .append(
                "[[package]]\nname = \"app\"\nversion = \"0.1\"\nsource = { virtual = \".\" }\n")
            .append("dependencies = [{ name = \"alpha\" }, { name = \"torch\" }]\n");
    for (String locked : packages) {
      lock.append(locked);
    }
    return sets.file("uv.lock", lock.toString()).read("uv.lock");
  }

  private static String alpha(String index, String file) {
    return uvPackage("alpha", index, file, hash('a'));
  }

  private static String torch() {
    return uvPackage(
        "torch",
        MIRROR + "whl/cu118",
        url(
            "download.pytorch.org-whl-cu118",
            "torch",
            digest('b') + "/",
            "torch-1.0%2Bcu118-cp310-cp310-manylinux_2_28_x86_64.whl"),
        hash('b'));
  }

  @Test
  void readsAUvLockAsOneOfTheIndexesBehindTheMirror() throws Exception {
    String file = url("pypi.org-simple", "alpha", digest('a') + "/", "alpha-1.0-py3-none-any.whl");
    ReadySet set = uv(alpha(MIRROR + "simple/", file), torch());
    assertThat(set.places().index()).contains(Location.simple(PYPI));
    assertThat(set.places().ofProjects()).isEqualTo(Map.of(TORCH_NAME, new NamedIndex("", TORCH)));
    assertThat(set.places().mirrors()).isEqualTo(Map.of(PYPI, PYPI_THERE, TORCH, TORCH_THERE));
    assertThat(set.notes())
        .containsExactly(
            "it names files at the mirror http://127.0.0.1:8411/, and is read as a lock of the"
                + " index behind that, https://pypi.org/simple/",
            "it names files at the mirror http://127.0.0.1:8411/, and is read as a lock of the"
                + " index behind that, https://download.pytorch.org/whl/cu118");
  }

  @Test
  void knowsTheAddressesOfAnOlderMirror() throws Exception {
    String file = url("pypi.org-simple", "alpha", "", "alpha-1.0-py3-none-any.whl");
    ReadySet set = uv(alpha(MIRROR + "preset/app/simple/", file), torch());
    assertThat(set.places().index()).contains(Location.simple(PYPI));
    assertThat(set.places().mirrors()).containsEntry(PYPI, PYPI_THERE);
  }

  @Test
  void goesByTheDigestThatTheLockStates() throws Exception {
    String file = url("pypi.org-simple", "alpha", digest('c') + "/", "alpha-1.0-py3-none-any.whl");
    ReadySet set = uv(alpha("https://other.example/simple", file), torch());
    assertThat(set.places().ofProjects())
        .containsEntry(
            new ProjectName("alpha"),
            new NamedIndex("", URI.create("https://other.example/simple")));
  }

  @Test
  void takesNoFileOfAnotherProjectForAMirrors() throws Exception {
    String file = url("pypi.org-simple", "alpha", digest('a') + "/", "beta-1.0-py3-none-any.whl");
    ReadySet set = uv(alpha("https://other.example/simple", file), torch());
    assertThat(set.places().mirrors()).doesNotContainKey(PYPI);
  }

  @Test
  void asksThoseWhoKnowForTheIndexBehindAnotherKey() throws Exception {
    URI internal = URI.create("https://pypi.corp.example:8443/simple/");
    String key = "pypi.corp.example-simple-0a1b2c3d";
    String file = url(key, "alpha", digest('a') + "/", "alpha-1.0-py3-none-any.whl");
    sets.index(key, internal);
    ReadySet set = uv(alpha(MIRROR + "simple/", file), torch());
    assertThat(set.places().mirrors())
        .containsEntry(internal, URI.create(MIRROR + "index/" + key + "/simple/"));
    assertThat(set.places().index().orElseThrow().url()).isIn(internal, TORCH);
  }

  @Test
  void takesThePageAtTheMirrorForAnIndexThatNobodyKnows() throws Exception {
    String key = "pypi.corp.example-simple-0a1b2c3d";
    String file = url(key, "alpha", digest('a') + "/", "alpha-1.0-py3-none-any.whl");
    ReadySet set = uv(alpha(MIRROR + "simple/", file), torch());
    URI page = URI.create(MIRROR + "index/" + key + "/simple/");
    assertThat(set.places().ofProjects().values()).extracting(NamedIndex::url).doesNotContain(PYPI);
    assertThat(set.places().mirrors()).doesNotContainKey(page);
    assertThat(set.notes())
        .anySatisfy(note ->
            assertThat(note)
                .contains(
                    "nothing here tells the address of the index that is '"
                        + key
                        + "' there: "
                        + page));
  }

  @Test
  void keepsThePrefixOfAMirrorAndLeavesOutItsCredentials() throws Exception {
    String root = "https://mirror.example/airlock/";
    String file =
        "https://me:secret@mirror.example/airlock/files/pypi.org-simple/alpha/"
            + digest('a')
            + "/alpha-1.0-py3-none-any.whl";
    ReadySet set = uv(alpha(root + "simple/", file), torch());
    assertThat(set.places().mirrors())
        .containsEntry(PYPI, URI.create(root + "index/pypi.org-simple/simple/"));
    assertThat(set.notes()).noneMatch(note -> note.contains("secret"));
  }

  @Test
  void readsAPylockWithoutIndexAsOneOfTheIndexesBehindTheMirror() throws Exception {
    String lock =
        """
        lock-version = "1.0"

        [[packages]]
        name = "torch"
        version = "1.0+cu118"
        wheels = [
            { url = "%s", hashes = { sha256 = "%s" } },
        ]

        [[packages]]
        name = "alpha"
        version = "1.0"
        sdist = { url = "%s", hashes = { sha256 = "%s" } }
        """
            .formatted(
                url(
                    "download.pytorch.org-whl-cu118",
                    "torch",
                    digest('b') + "/",
                    "torch-1.0%2Bcu118-cp310-cp310-manylinux_2_28_x86_64.whl"),
                digest('b'),
                url("pypi.org-simple", "alpha", digest('a') + "/", "alpha-1.0.tar.gz"),
                digest('a'));
    ReadySet set = sets.file("pylock.toml", lock).read("pylock.toml");
    assertThat(set.places().index()).contains(Location.simple(PYPI));
    assertThat(set.places().ofProjects()).isEqualTo(Map.of(TORCH_NAME, new NamedIndex("", TORCH)));
    assertThat(set.places().mirrors()).isEqualTo(Map.of(PYPI, PYPI_THERE, TORCH, TORCH_THERE));
  }

  @Test
  void readsTheSourceOfAPoetryLockAsTheIndexBehindIt() throws Exception {
    String lock =
        """
        [[package]]
        name = "torch"
        version = "1.0"
        optional = false
        python-versions = ">=3.8"
        groups = ["main"]
        files = [{ file = "torch-1.0-py3-none-any.whl", hash = "%s" }]

        [package.source]
        type = "legacy"
        url = "%s"
        reference = "mirror"

        [metadata]
        lock-version = "2.1"
        python-versions = ">=3.9"
        """
            .formatted(hash('b'), TORCH_THERE.toString().replaceFirst("/$", ""));
    ReadySet set = sets.file("poetry.lock", lock).read("poetry.lock");
    assertThat(set.places().index()).contains(Location.simple(TORCH));
    assertThat(set.places().mirrors()).isEqualTo(Map.of(TORCH, TORCH_THERE));
  }
}
