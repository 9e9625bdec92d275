package dev.airlock.server;

import static dev.airlock.fixtures.WheelBuilder.wheel;
import static dev.airlock.server.Served.CU118;
import static dev.airlock.server.Served.PYPI;
import static dev.airlock.server.Served.locked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.airlock.fixtures.LocalIndexes;
import dev.airlock.fixtures.Python;
import dev.airlock.index.IndexFile;
import dev.airlock.index.MediaType;
import dev.airlock.index.PageReader;
import dev.airlock.lock.LockedPackage.Role;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.tag.Platform;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.Version;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pip of this machine, where it has one. */
class PipTest {
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
  void downloadsFromAPresetAndByThePathsOfPytorch() throws Exception {
    assumeThat(pip("--version").code()).as("python3 -m pip").isZero();
    var torch = wheel("torch", "2.1.0+cu118").requires("Foo_Bar>=1");
    var foo = served.hold(PYPI, wheel("foo-bar", "1.0").requiresPython(">=3.6"));
    served.hold(PYPI, wheel("foo-bar", "2.0"));
    served.publish("p", locked(PYPI, foo), locked(CU118, served.hold(CU118, torch)));

    Outcome preset = download("--index-url", served.uri("/preset/p/simple/") + "", "torch");
    assertThat(preset.code()).as(preset.output()).isZero();
    assertThat(preset.files())
        .containsExactly("foo_bar-1.0-py3-none-any.whl", "torch-2.1.0+cu118-py3-none-any.whl");

    Outcome variant =
        download("--index-url", served.uri("/whl/cu118") + "", "--no-deps", "torch==2.1.0");
    assertThat(variant.files()).containsExactly("torch-2.1.0+cu118-py3-none-any.whl");

    Outcome flat =
        download(
            "--no-index",
            "--no-deps",
            "--find-links",
            served.uri("/whl/torch_stable.html") + "",
            "torch==2.1.0+cu118");
    assertThat(flat.files()).containsExactly("torch-2.1.0+cu118-py3-none-any.whl");

    Outcome links =
        download("--no-index", "--find-links", served.uri("/preset/p/find-links/") + "", "Foo.Bar");
    assertThat(links.files()).containsExactly("foo_bar-1.0-py3-none-any.whl");
  }

  /** Runs the pip in the wheel that the first argument names, with no settings of this machine. */
  private static final String PIP_OF_A_WHEEL =
      """
      import os, runpy, sys
      for name in [each for each in os.environ if each.startswith("PIP_") or each.lower().endswith("_proxy")]:
          del os.environ[name]
      os.environ["PIP_CONFIG_FILE"] = os.devnull
      sys.path.insert(0, sys.argv.pop(1))
      runpy.run_module("pip", run_name="__main__")
      """;

  private static final String TARGET_OF_A_PYTHON =
      "import sys, sysconfig; print('%d.%d' % sys.version_info[:2], sysconfig.get_platform())";

  @Test
  void installsFromALockByItsAddressAndFromACopy() throws Exception {
    Optional<Path> pip = pipThatReadsLocks();
    assumeThat(pip).as("a wheel of pip 26.1 or newer in a local index").isPresent();
    Python python =
        Python.forWhich("import sys; sys.exit(sys.version_info < (3, 10))").orElseThrow();
    String[] own = python.output(TARGET_OF_A_PYTHON, List.of(), "").strip().split(" ", 2);
    assumeThat(own[1]).as("the platform").startsWith("linux-");
    Target target = Target.of(own[0], Platform.parse(own[1].replace('-', '_')));
    Target other = Target.of("3.9", Platform.parse("macosx_14_0_arm64"));
    var foo = served.hold(PYPI, wheel("foo-bar", "1.0").requires("absent"));
    var old = served.hold(PYPI, wheel("foo-bar", "0.9"));
    var torch = served.hold(CU118, wheel("torch", "2.1.0+cu118").requires("foo-bar"));
    served.publish(
        "p",
        List.of(target, other),
        locked(PYPI, Role.INSTALL, List.of(target), foo),
        locked(PYPI, Role.INSTALL, List.of(other), old),
        locked(CU118, Role.INSTALL, List.of(target, other), torch));

    Path copy = directory.resolve("pylock.toml");
    Files.writeString(copy, served.get("/preset/p/pylock.toml").body());
    for (String lock : List.of(served.uri("/preset/p/pylock.toml") + "", copy.toString())) {
      Path into = Files.createTempDirectory(directory, "installed");
      python.output(
          PIP_OF_A_WHEEL,
          List.of(
              pip.get().toString(),
              "install",
              "--no-deps",
              "--no-cache-dir",
              "--disable-pip-version-check",
              "--index-url",
              served.uri("/nowhere/") + "",
              "--target",
              into.toString(),
              "-r",
              lock),
          "");
      try (var installed = Files.list(into)) {
        assertThat(installed.map(file -> file.getFileName().toString()))
            .contains("foo_bar-1.0.dist-info", "torch-2.1.0+cu118.dist-info")
            .doesNotContain("foo_bar-0.9.dist-info");
      }
    }
  }

  /** The newest wheel of pip in the indexes of this machine, where that reads lock files. */
  private static Optional<Path> pipThatReadsLocks() throws Exception {
    Version first = Version.parse("26.1");
    var wheels = new ArrayList<IndexFile>();
    for (LocalIndexes.Page page : LocalIndexes.pages()) {
      if (page.project().equals("pip")) {
        wheels.addAll(
            PageReader.read(
                    MediaType.HTML,
                    page.html().getBytes(StandardCharsets.UTF_8),
                    page.address(),
                    new ProjectName("pip"))
                .files());
      }
    }
    return wheels.stream()
        .filter(file -> file.name() instanceof WheelFilename)
        .filter(file -> file.name().version().compareTo(first) >= 0)
        .max(Comparator.comparing(file -> file.name().version()))
        .map(file -> Path.of(URI.create(file.url().toString().replaceFirst("#.*", ""))));
  }

  private record Outcome(int code, String output, List<String> files) {}

  private Outcome download(String... arguments) throws Exception {
    Path into = Files.createTempDirectory(directory, "download");
    List<String> all =
        new ArrayList<>(List.of("download", "--no-cache-dir", "--disable-pip-version-check"));
    all.addAll(List.of("--retries", "0", "-d", into.toString()));
    all.addAll(List.of(arguments));
    Outcome outcome = pip(all.toArray(String[]::new));
    try (var files = Files.list(into)) {
      return new Outcome(
          outcome.code(),
          outcome.output(),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  private Outcome pip(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("python3", "-m", "pip"));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(name ->
            name.startsWith("PIP_") || name.toLowerCase(java.util.Locale.ROOT).endsWith("_proxy"));
    builder.environment().put("PIP_CONFIG_FILE", "/dev/null");
    try {
      Process process = builder.start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Outcome(process.waitFor(), output, List.of());
    } catch (IOException noPython) {
      return new Outcome(-1, noPython.toString(), List.of());
    }
  }
}
