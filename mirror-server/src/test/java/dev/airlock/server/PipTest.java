package dev.airlock.server;

import static dev.airlock.fixtures.WheelBuilder.wheel;
import static dev.airlock.server.Served.CU118;
import static dev.airlock.server.Served.PYPI;
import static dev.airlock.server.Served.locked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
