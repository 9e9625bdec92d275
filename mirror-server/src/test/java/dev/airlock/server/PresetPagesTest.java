package dev.airlock.server;

import static dev.airlock.fixtures.WheelBuilder.wheel;
import static dev.airlock.server.Served.CU118;
import static dev.airlock.server.Served.CU121;
import static dev.airlock.server.Served.PYPI;
import static dev.airlock.server.Served.TARGET;
import static dev.airlock.server.Served.address;
import static dev.airlock.server.Served.locked;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.catalog.HeldFile;
import dev.airlock.lock.LockedPackage.Role;
import dev.airlock.packaging.tag.Platform;
import dev.airlock.packaging.target.Target;
import dev.airlock.server.http.PublicUrl;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Presets, and the routing of names to indexes. */
class PresetPagesTest {
  private static final Target OTHER = Target.of("3.12", Platform.parse("manylinux_2_35_x86_64"));

  @TempDir Path directory;
  private Served served;

  @BeforeEach
  void start() throws Exception {
    served = new Served(directory.resolve("store"));
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  @Test
  void showsExactlyTheLockedFiles() throws Exception {
    var old = served.hold(PYPI, wheel("numpy", "1.23.1"));
    served.hold(PYPI, wheel("numpy", "2.0.0"));
    served.hold(PYPI, wheel("scipy", "1.11.4"));
    var setuptools = served.hold(PYPI, wheel("setuptools", "69.0"));
    served.publish("p", locked(PYPI, old), locked(PYPI, Role.BUILD, List.of(TARGET), setuptools));

    assertThat(served.get("/preset/p/simple/").body())
        .contains("numpy/")
        .contains("setuptools/")
        .doesNotContain("scipy");
    assertThat(served.get("/preset/p/simple/numpy/").body())
        .contains("href=\"../../../.." + address(PYPI, old) + "#")
        .doesNotContain("2.0.0");
    assertThat(served.get("/preset/p/simple/scipy/").statusCode()).isEqualTo(404);
    assertThat(served.get("/preset/p/simple/scipy/").body())
        .contains("preset 'p' has no project 'scipy': the lock does not have it")
        .contains("airlock sync p");
    assertThat(served.get("/preset/p/find-links/").body())
        .contains("href=\"../../.." + address(PYPI, old) + "#")
        .contains("setuptools-69.0")
        .doesNotContain("scipy");
  }

  @Test
  void leavesOutWhatTheLockMeansButTheStoreLacks() throws Exception {
    var kept = served.hold(PYPI, wheel("numpy", "1.23.1"));
    var lost = served.hold(PYPI, wheel("numpy", "1.23.1").tags("cp310-cp310-linux_x86_64"));
    var changed = served.hold(PYPI, wheel("scipy", "1.11.4"));
    served.publish("p", locked(PYPI, kept, lost), locked(PYPI, changed));
    served.hold(PYPI, wheel("scipy", "1.11.4").header("Summary: other bytes"));
    for (HeldFile gone : List.of(lost, changed)) {
      Files.delete(
          served
              .store
              .root()
              .resolve("blobs/sha256/" + gone.sha256().hex().substring(0, 2))
              .resolve(gone.sha256().hex()));
    }

    assertThat(served.get("/preset/p/simple/numpy/").body())
        .contains("py3-none-any")
        .doesNotContain("cp310");
    assertThat(served.get("/preset/p/simple/scipy/").body()).contains("none of its files is held");
    assertThat(served.get(address(PYPI, lost)).body()).contains("missing or damaged");
  }

  @Test
  void givesConstraintsAndLock() throws Exception {
    var one = served.hold(PYPI, wheel("numpy", "1.23.1"));
    var two = served.hold(PYPI, wheel("numpy", "2.0.0"));
    var torch = served.hold(CU118, wheel("torch", "2.1.0+cu118"));
    var setuptools = served.hold(PYPI, wheel("setuptools", "69.0"));
    served.publish(
        "p",
        List.of(TARGET, OTHER),
        locked(PYPI, Role.INSTALL, List.of(TARGET), one),
        locked(PYPI, Role.INSTALL, List.of(OTHER), two),
        locked(CU118, Role.INSTALL, List.of(TARGET, OTHER), torch),
        locked(PYPI, Role.BUILD, List.of(TARGET), setuptools));

    var constraints = served.get("/preset/p/constraints.txt");
    assertThat(constraints.headers().firstValue("Content-Type"))
        .contains("text/plain; charset=utf-8");
    assertThat(constraints.body())
        .isEqualTo(
            """
            numpy==1.23.1 ; python_version == "3.10" and sys_platform == "linux" and platform_machine == "x86_64"
            numpy==2.0.0 ; python_version == "3.12" and sys_platform == "linux" and platform_machine == "x86_64"
            torch==2.1.0+cu118
            """);
    assertThat(served.get("/preset/p/pylock.toml").body()).contains("lock-version = \"1.0\"");
  }

  @Test
  void givesAsRequirementsAllThatThePresetAsksForButTheBootstrap() throws Exception {
    served.publish(
        "whole",
        """
        {"schema": 1, "name": "whole",
         "targets": [{"python": "3.10", "platform": "manylinux_2_35_x86_64"}],
         "indexes": {"pypi": {"url": "https://pypi.org/simple/", "default": true}},
         "bootstrap": ["pip"],
         "packages": {"numpy": "1.23.1"},
         "pytorch": {"torch_version": "2.1.0"},
         "requirements": "requirements.txt"}
        """,
        "requests>=2\n",
        List.of(TARGET));

    assertThat(served.get("/preset/whole/requirements.txt").body())
        .isEqualTo("numpy==1.23.1\ntorch==2.1.0\nrequests>=2\n");
  }

  @Test
  void saysThatAPresetInTheStoreIsNotValid() throws Exception {
    served.publish("broken", "{}", "", List.of(TARGET));

    var answer = served.get("/preset/broken/requirements.txt");

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body())
        .contains("preset 'broken' in the store is not valid")
        .contains("Run `airlock sync broken` again");
  }

  @Test
  void putsTheFilesOfALockAtThePublicUrlWhateverTheClientSays() throws Exception {
    served.publish("p", locked(PYPI, served.hold(PYPI, wheel("foo", "1.0"))));
    var root = PublicUrl.parse("https://mirror.example.org/python");
    try (var behindAProxy =
        new Served(directory.resolve("store"), settings -> settings.with(root))) {
      assertThat(behindAProxy.raw("GET /preset/p/pylock.toml HTTP/1.1", "Host: evil.example"))
          .contains("url = \"https://mirror.example.org/python/files/pypi.org-simple/foo/")
          .doesNotContain("evil.example");
      assertThat(behindAProxy.get("/").body())
          .contains("--index-url https://mirror.example.org/python/preset/p/simple/ \\")
          .doesNotContain("127.0.0.1");
    }
  }

  @Test
  void putsTheFilesOfALockAtTheMirrorAsTheClientNamesIt() throws Exception {
    var torch = served.hold(CU118, wheel("torch", "2.1.0+cu118"));
    served.publish("p", locked(CU118, torch));
    String file = address(CU118, torch);
    String path = "/preset/p/pylock.toml";

    assertThat(served.get(path).body())
        .contains("url = \"" + served.uri(file) + "\"")
        .contains("index = \"" + CU118 + "\"");
    for (String host : List.of("mirror:3143", "My_Mirror.example", "[fe80::1]:80", "10.0.0.7")) {
      assertThat(served.raw("GET " + path + " HTTP/1.0", "Host: " + host))
          .contains("url = \"http://" + host + file + "\"");
    }
    for (String host : List.of("", "a/b", "u@h", "h:p", "h\"x", "h:1:2", "x".repeat(300))) {
      assertThat(served.raw("GET " + path + " HTTP/1.0", "Host: " + host))
          .satisfiesAnyOf(
              answer -> assertThat(answer).contains("url = \"" + served.uri(file) + "\""),
              answer -> assertThat(answer).startsWith("HTTP/1.0 400 "));
    }
    assertThat(served.raw("GET " + path + " HTTP/1.0", "X-Forwarded-Host: evil.example"))
        .doesNotContain("evil.example");
    assertThat(served.bytes(file).statusCode()).isEqualTo(200);
  }

  @Test
  void seesARepublishedPreset() throws Exception {
    var one = served.hold(PYPI, wheel("numpy", "1.23.1"));
    var two = served.hold(PYPI, wheel("numpy", "2.0.0"));
    served.publish("p", locked(PYPI, one));
    String before = served.get("/preset/p/simple/numpy/").body();
    served.publish("p", locked(PYPI, two));

    assertThat(before).contains("1.23.1");
    assertThat(served.get("/preset/p/simple/numpy/").body())
        .contains("2.0.0")
        .doesNotContain("1.23.1");
    assertThat(served.get("/preset/absent/simple/").body()).contains("held are: p.");
  }

  @Test
  void neverMixesTwoVariantsOfCuda() throws Exception {
    var cu118 = served.hold(CU118, wheel("torch", "2.1.0+cu118"));
    var cu121 = served.hold(CU121, wheel("torch", "2.1.0+cu121"));

    var undecided = served.get("/simple/torch/");
    assertThat(undecided.statusCode()).isEqualTo(404);
    assertThat(undecided.body())
        .contains("/index/download.pytorch.org-whl-cu118/simple/torch/")
        .contains("/index/download.pytorch.org-whl-cu121/simple/torch/");

    served.publish("p118", locked(CU118, cu118));
    assertThat(served.get("/simple/torch/").body()).contains("cu118").doesNotContain("cu121");

    served.publish("p121", locked(CU121, cu121));
    assertThat(served.get("/simple/torch/").statusCode()).isEqualTo(404);
    assertThat(served.get("/preset/p118/simple/torch/").body())
        .contains("cu118")
        .doesNotContain("cu121");
    assertThat(served.get("/preset/p121/simple/torch/").body())
        .contains("cu121")
        .doesNotContain("cu118");
    assertThat(served.get("/whl/cu121/torch/").body()).contains("cu121").doesNotContain("cu118");
  }

  @Test
  void hasThePathsOfPytorch() throws Exception {
    var torch = wheel("torch", "2.1.0+cu118").tags("cp310-cp310-linux_x86_64");
    HeldFile held = served.hold(CU118, torch);
    served.hold(CU121, wheel("torch", "2.1.0+cu121"));
    served.hold(PYPI, wheel("numpy", "1.23.1"));

    assertThat(served.get("/whl/cu118").headers().firstValue("Location")).contains("cu118/");
    assertThat(served.get("/whl/cu118/").body()).contains("href=\"torch/\"");
    assertThat(served.get("/whl/cu118/torch/").body()).contains("../../.." + address(CU118, held));
    assertThat(served.get("/whl/torch_stable.html").body())
        .contains("<a href=\"cu118/torch-2.1.0%2Bcu118-cp310-cp310-linux_x86_64.whl#sha256=")
        .contains(">cu118/torch-2.1.0+cu118-cp310-cp310-linux_x86_64.whl</a>")
        .contains("cu121/torch-")
        .doesNotContain("numpy");
    assertThat(served.get("/whl/cu118/torch_stable.html").body())
        .contains("<a href=\"../cu118/torch-");
    assertThat(served.bytes("/whl/cu118/" + torch.filename().replace("+", "%2B")).body())
        .isEqualTo(torch.build());
    assertThat(served.bytes("/whl/cu118/" + torch.filename() + ".metadata").body())
        .isEqualTo(torch.metadata());
    assertThat(served.get("/whl/cu126/torch/").body()).contains("/whl/cu118, /whl/cu121");
    assertThat(served.get("/whl/torch/").statusCode()).isEqualTo(404);
  }

  @Test
  void servesAStoreThatCannotBeWritten() throws Exception {
    var numpy = served.hold(PYPI, wheel("numpy", "1.23.1"));
    served.publish("p", locked(PYPI, numpy));
    Path root = served.store.root();
    List<String> before = listing(root);
    served.get("/preset/p/simple/numpy/");
    served.get("/files/pypi.org-simple/numpy/" + numpy.name());
    served.get("/simple/");
    served.get("/");

    assertThat(listing(root)).isEqualTo(before);
  }

  private static List<String> listing(Path root) throws Exception {
    try (var files = Files.walk(root)) {
      return files.sorted().map(file -> file + " " + file.toFile().lastModified()).toList();
    }
  }
}
