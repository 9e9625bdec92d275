package dev.airlock.tool.command;

import static dev.airlock.fixtures.Presets.preset;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs that build images, with programs in place of the engine and of the server. */
class BuildTest {
  private static final String SERVED =
      "{\"method\":\"GET\",\"path\":\"/files/pypi.org-simple/app/app-1.0%2Bcu1-py3-none-any.whl\","
          + "\"status\":200,\"bytes\":1500}";
  private static final String INSTALLED = "echo '#7 0.3 airlock: installed app==1.0+cu1'\n";

  @TempDir Path directory;

  @SuppressWarnings("NullAway.Init")
  private Tool tool;

  @BeforeEach
  void start() throws IOException {
    tool = new Tool(directory);
    URI index = URI.create("https://pypi.org/simple/");
    tool.preset(
        "kit2.1",
        preset("kit2.1", index)
            .key("base_image", "\"ubuntu:22.04\"")
            .packages("numpy", "1.23.1")
            .json());
    Path docker = Files.createDirectories(directory.resolve("docker"));
    Files.writeString(docker.resolve("Dockerfile"), "FROM scratch\n");
    tool.environment.put("AIRLOCK_HOME", directory.toString());
    tool.environment.put("PATH", directory.resolve("bin").toString());
    serves(SERVED);
    engine("docker", INSTALLED);
  }

  private void program(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** A server that says what it was started with, and writes a line of its log when it ends. */
  private void serves(String logged) throws IOException {
    program(
        directory.resolve("airlock"),
        """
        echo "$@" >'%s'
        trap 'echo '\\''%s'\\''; exit 143' TERM
        echo 'airlock 1.0 serves 1 presets from store, hybrid, at http://127.0.0.1:4711/'
        while :; do sleep 0.05; done
        """
            .formatted(directory.resolve("served"), logged));
  }

  /** An engine that notes its arguments, and then does something. */
  private void engine(String name, String then) throws IOException {
    program(
        directory.resolve("bin").resolve(name),
        """
        case $1 in
          info) echo "${OPERATING_SYSTEM:-Debian}"; exit ;;
          network) echo 127.0.0.1; exit ;;
          --version) echo "${ENGINE_VERSION:-Docker version 27.3.1}"; exit ;;
        esac
        echo "$@" >'%s'
        """
                .formatted(directory.resolve("built"))
            + then);
  }

  private String built() throws IOException {
    return Files.readString(directory.resolve("built"));
  }

  private String served() throws IOException {
    return Files.readString(directory.resolve("served"));
  }

  // --- build

  @Test
  void buildsThroughAMirrorOfItsOwnAndProvesIt() throws IOException {
    assertThat(tool.run("build", "kit2.1", "--offline")).as(tool.err()).isZero();

    assertThat(served())
        .startsWith("serve --mode offline --store " + tool.store + " --listen 127.0.0.1:0 ")
        .contains("--presets " + directory.resolve("presets"));
    assertThat(built())
        .startsWith("build -f " + directory.resolve("docker/Dockerfile") + " -t airlock/kit2.1 ")
        .contains(
            "--network=host ",
            "--build-arg PRESET=kit2.1 ",
            "--build-arg MIRROR_URL=http://127.0.0.1:4711 ",
            "--build-arg NUMPY_VERSION=1.23.1 ")
        .endsWith(" " + directory + "\n");
    assertThat(tool.err())
        .contains("#7 0.3 airlock: installed app==1.0+cu1\n")
        .contains("proven by the mirror's log: it sent all 1 projects that were installed, 1.5 kB");

    assertThat(tool.run("build", "kit2.1", "--json")).isZero();
    JsonNode result = tool.json().getLast();
    assertThat(result.path("image").asText()).isEqualTo("airlock/kit2.1");
    assertThat(result.path("proven").asBoolean()).isTrue();
    assertThat(result.path("bytes").asLong()).isEqualTo(1500);
  }

  @Test
  void failsWhenSomethingCameFromElsewhere() throws IOException {
    engine(
        "docker",
        "echo airlock: present pip==22.0\n"
            + INSTALLED
            + "echo airlock: installed pip==22.0\necho airlock: installed stray==2.0\n");

    assertThat(tool.run("build", "kit2.1", "--json")).isEqualTo(5);

    assertThat(tool.err())
        .contains(
            "the mirror did not send [stray==2.0], which the build downloaded or the image has");
    assertThat(tool.json().getLast().path("not_from_the_mirror").get(0).asText())
        .isEqualTo("stray==2.0");
  }

  @Test
  void failsWhenAFileWasDownloadedThatTheMirrorDidNotSend() throws IOException {
    engine(
        "docker",
        "echo '#7 1.0   Downloading"
            + " http://127.0.0.1:4711/files/i/app/app-1.0%2Bcu1-py3-none-any.whl (1 kB)'\n"
            + "echo '#7 1.1   Downloading app-1.0+cu1-py3-none-any.whl.metadata (1 kB)'\n"
            + "echo '#7 1.2 Downloading odd%zz.zip (1 kB)'\n"
            + "echo '#7 1.2 Downloading https://elsewhere.example/tool-3.0-py3-none-any.whl (2"
            + " MB)'\n"
            + INSTALLED);

    assertThat(tool.run("build", "kit2.1")).isEqualTo(5);

    assertThat(tool.err())
        .contains("the mirror did not send [odd%zz.zip, tool-3.0-py3-none-any.whl], which");
  }

  @Test
  void saysWhenTheEngineRanNothing() throws IOException {
    engine("docker", "echo CACHED\n");

    assertThat(tool.run("build", "kit2.1")).isZero();
    assertThat(tool.err()).contains("not proven: the engine had the outcome of the steps already");
    assertThat(tool.run("build", "kit2.1", "--no-cache")).isZero();
    assertThat(built()).contains(" --no-cache ");
  }

  @Test
  void endsWithTheBuildThatFails() throws IOException {
    engine("docker", "echo no such base; exit 125\n");

    assertThat(tool.run("build", "kit2.1")).isEqualTo(1);
    assertThat(tool.err()).contains("no such base", "the build failed: docker ended with 125");
  }

  @Test
  void saysWhyTheMirrorDidNotStart() throws IOException {
    program(directory.resolve("airlock"), "echo 'airlock: no store'; exit 10\n");

    assertThat(tool.run("build", "kit2.1")).isEqualTo(1);
    assertThat(tool.err()).contains("the mirror did not start: airlock: no store");
    assertThat(directory.resolve("built")).doesNotExist();
  }

  @Test
  void buildsThroughAMirrorThatRuns() throws IOException {
    assertThat(
            tool.run(
                "build",
                "kit2.1",
                "--mirror",
                "http://mirror.example:3143/",
                "-t",
                "mine:1",
                "--build-arg",
                "PYTHON=python3.10"))
        .isZero();

    assertThat(built())
        .contains("-t mine:1 ", "MIRROR_URL=http://mirror.example:3143 ", "PYTHON=python3.10 ")
        .doesNotContain("--network");
    assertThat(directory.resolve("served")).doesNotExist();
    assertThat(tool.err()).contains("the log of the mirror at --mirror was not looked at");
  }

  @Test
  void reachesTheMirrorByTheWayThatIsNamed() throws IOException {
    assertThat(tool.run("build", "kit2.1", "--network", "bridge")).as(tool.err()).isZero();
    assertThat(served()).contains("--listen 127.0.0.1:0");
    assertThat(built()).doesNotContain("--network=host").contains("http://127.0.0.1:4711");

    assertThat(tool.run("build", "kit2.1", "--network", "gateway")).as(tool.err()).isZero();
    assertThat(served()).contains("--listen 0.0.0.0:0");
    assertThat(built())
        .contains(
            "--add-host=host.docker.internal:host-gateway", "http://host.docker.internal:4711");

    assertThat(
            tool.run("build", "kit2.1", "--mirror", "http://host.docker.internal:1", "--no-cache"))
        .isZero();
    assertThat(built()).contains("--add-host=host.docker.internal:host-gateway");
  }

  @Test
  void reachesTheMirrorFromPodmanByItsOwnNameForTheHost() throws IOException {
    engine("podman", INSTALLED);
    assertThat(tool.run("build", "kit2.1", "--engine", "podman", "--network", "gateway"))
        .as(tool.err())
        .isZero();
    assertThat(built()).contains("http://host.containers.internal:4711").doesNotContain("add-host");

    program(
        directory.resolve("bin/docker"),
        """
        case $1 in
          info) echo 'can not evaluate field OperatingSystem' >&2; exit 125 ;;
          --version) echo 'podman version 5.2.2'; exit ;;
        esac
        echo "$@" >'%s'
        """
                .formatted(directory.resolve("built"))
            + INSTALLED);
    assertThat(tool.run("build", "kit2.1")).as(tool.err()).isZero();
    assertThat(built()).contains("--network=host").contains("http://127.0.0.1:4711");
  }

  @Test
  void takesTheEngineThatIsNamedWithItsOptions() throws IOException {
    engine("buildah", INSTALLED);
    Path buildah = directory.resolve("bin/buildah");

    assertThat(
            tool.run(
                "build",
                "kit2.1",
                "--engine",
                buildah + " --storage-driver vfs",
                "--",
                "--pull-never"))
        .as(tool.err())
        .isZero();
    assertThat(built()).startsWith("--storage-driver vfs build -f ").contains(" --pull-never ");
  }

  @Test
  void refusesWhatItCannotBuildWith() throws IOException {
    assertThat(tool.run("build", "kit2.1", "--engine", "kaniko")).isEqualTo(2);
    assertThat(tool.err()).contains("--engine: 'kaniko': accepted are docker, podman and buildah");
    assertThat(tool.run("build", "kit2.1", "--mirror", "mirror:3143")).isEqualTo(2);
    assertThat(tool.err()).contains("--mirror: 'mirror:3143': accepted is the address of a mirror");
    assertThat(tool.run("build", "kit2.1", "--mirror", "http://m", "--offline")).isEqualTo(2);
    assertThat(tool.run("build", "kit2.1", "--context", "elsewhere")).isEqualTo(2);
    assertThat(tool.err()).contains("there is no 'docker/Dockerfile' in ");
    assertThat(tool.run("build", "none")).isEqualTo(2);
    tool.environment.put("PATH", "");
    assertThat(tool.run("build", "kit2.1")).isEqualTo(1);
    assertThat(tool.err()).contains("none of docker, podman and buildah is installed");
  }

  // --- bake

  private JsonNode baked(String... arguments) throws IOException {
    assertThat(tool.run(arguments)).as(tool.err()).isZero();
    return new ObjectMapper().readTree(tool.out());
  }

  @Test
  void printsADefinitionForBake() throws IOException {
    JsonNode file = baked("bake", "kit2.1", "--mirror", "http://127.0.0.1:3143");

    assertThat(file.at("/group/default/targets/0").asText()).isEqualTo("kit2_1");
    JsonNode target = file.at("/target/kit2_1");
    assertThat(target.path("context").asText()).isEqualTo(".");
    assertThat(target.path("dockerfile").asText()).isEqualTo("docker/Dockerfile");
    assertThat(target.path("tags").get(0).asText()).isEqualTo("airlock/kit2.1");
    assertThat(target.at("/args/BASE_IMAGE").asText()).isEqualTo("ubuntu:22.04");
    assertThat(target.at("/args/MIRROR_URL").asText()).isEqualTo("http://127.0.0.1:3143");
    assertThat(target.path("network").asText()).isEqualTo("host");
    assertThat(target.path("attest").get(0).asText()).isEqualTo("type=provenance,disabled=true");
  }

  @Test
  void makesTheHostKnownToBake() throws IOException {
    JsonNode target =
        baked("bake", "kit2.1", "--mirror", "http://host.docker.internal:3143", "-t", "r/%s:${X}")
            .at("/target/kit2_1");

    assertThat(target.at("/extra-hosts/host.docker.internal").asText()).isEqualTo("host-gateway");
    assertThat(target.path("tags").get(0).asText()).isEqualTo("r/kit2.1:$${X}");
    assertThat(target.has("network")).isFalse();
  }

  @Test
  void bakesOnlineWithoutAMirror() throws IOException {
    JsonNode target = baked("bake", "kit2.1").at("/target/kit2_1");

    assertThat(target.at("/args").has("MIRROR_URL")).isFalse();
    assertThat(target.has("attest")).isFalse();
  }

  @Test
  void refusesPresetsOfOneTarget() throws IOException {
    tool.preset("kit2_1", preset("kit2_1", URI.create("https://pypi.org/simple/")).json());
    assertThat(tool.run("bake", "kit2.1", "kit2_1")).isEqualTo(2);
    assertThat(tool.err()).contains("would both be the target 'kit2_1': bake one at a time");
  }
}
