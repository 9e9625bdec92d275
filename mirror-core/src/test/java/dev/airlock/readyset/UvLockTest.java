package dev.airlock.readyset;

import static dev.airlock.readyset.ReadySets.hash;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.packaging.target.Installer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UvLockTest {
  private static final String PYPI = "{ registry = \"https://pypi.org/simple\" }";

  @TempDir Path folder;

  private ReadySets sets;
  private final StringBuilder lock =
      new StringBuilder(
          """
          version = 1
          revision = 3
          requires-python = ">=3.9"
          """);

  @BeforeEach
  void begin() {
    sets = new ReadySets(folder);
  }

  private UvLockTest locked(String name, String version, String more) {
    return locked(name, version, PYPI, more);
  }

  private UvLockTest locked(String name, String version, String source, String more) {
    lock.append(
        """

        [[package]]
        name = "%1$s"
        version = "%2$s"
        source = %3$s
        %4$s
        """
            .formatted(name, version, source, files(name, version) + more));
    return this;
  }

  private static String files(String name, String version) {
    return """
    sdist = { url = "https://files.example/%1$s-%2$s.tar.gz", hash = "%3$s", size = 1, upload-time = "2024-01-01T00:00:00Z" }
    wheels = [
        { url = "https://files.example/%1$s-%2$s-py3-none-any.whl", hash = "%4$s", size = 2 },
    ]
    """
        .formatted(name, version, hash('a'), hash('b'));
  }

  private UvLockTest project(String more) {
    lock.append(
        """

        [[package]]
        name = "project"
        version = "0.1.0"
        source = { virtual = "." }
        %s
        """
            .formatted(more));
    return this;
  }

  private List<String> versions() throws Exception {
    return sets.file("uv.lock", lock.toString()).lines("uv.lock").stream()
        .map(line -> line.replaceFirst(" --hash.*", ""))
        .toList();
  }

  private List<String> problems() throws IOException {
    return sets.file("uv.lock", lock.toString()).problems("uv.lock");
  }

  @Test
  void takesWhatTheProjectReachesWithItsHashes() throws Exception {
    project("dependencies = [{ name = \"anyio\" }]")
        .locked(
            "anyio",
            "4.6.0",
            """
            dependencies = [
                { name = "exceptiongroup", marker = "python_full_version < '3.11'" },
                { name = "colorama", marker = "sys_platform == 'win32'" },
            ]
            """)
        .locked("exceptiongroup", "1.2.2", "")
        .locked("colorama", "0.4.6", "")
        .locked("unreached", "1.0", "");
    ReadySet set = sets.file("uv.lock", lock.toString()).read("uv.lock");
    assertThat(ReadySets.lines(set))
        .containsExactly(
            "anyio==4.6.0 --hash=" + hash('b') + " --hash=" + hash('a'),
            "exceptiongroup==1.2.2 --hash=" + hash('b') + " --hash=" + hash('a'));
    assertThat(set.rules().complete()).isTrue();
    assertThat(set.rules().installer()).isEqualTo(Installer.UV);
  }

  @Test
  void takesExtrasOfThoseWhoAreAskedForThem() throws Exception {
    project("dependencies = [{ name = \"requests\", extra = [\"socks\"] }, { name = \"httpx\" }]")
        .locked(
            "requests",
            "2.32.0",
            "[package.optional-dependencies]\nsocks = [{ name = \"pysocks\" }]\n"
                + "other = [{ name = \"other\" }]")
        .locked("httpx", "1.0", "[package.optional-dependencies]\nsocks = [{ name = \"socksio\" }]")
        .locked("pysocks", "1.7.1", "")
        .locked("other", "1.0", "")
        .locked("socksio", "1.0", "");
    assertThat(versions()).containsExactly("httpx==1.0", "pysocks==1.7.1", "requests==2.32.0");
  }

  @Test
  void takesTheExtrasAndGroupsOfTheProject() throws Exception {
    project(
            """
            [package.optional-dependencies]
            fast = [{ name = "speed" }]
            [package.dev-dependencies]
            dev = [{ name = "pytest" }]
            docs = [{ name = "sphinx" }]
            """)
        .locked("speed", "1.0", "")
        .locked("pytest", "8.0", "")
        .locked("sphinx", "7.0", "");
    assertThat(versions()).containsExactly("pytest==8.0");
    sets.extra("fast").group("docs");
    assertThat(versions()).containsExactly("pytest==8.0", "speed==1.0", "sphinx==7.0");
    sets.noDefaultGroups();
    assertThat(versions()).containsExactly("speed==1.0", "sphinx==7.0");
    sets.extra("slow").group("lint");
    assertThat(problems())
        .containsExactlyInAnyOrder(
            "uv.lock: --extra slow: the lock has no such extra; it has [fast]",
            "uv.lock: --group lint: the lock has no such group; it has [dev, docs]");
  }

  @Test
  void takesTheDefaultGroupsThatTheProjectNames() throws Exception {
    project(
            """
            [package.dev-dependencies]
            dev = [{ name = "pytest" }]
            docs = [{ name = "sphinx" }]
            """)
        .locked("pytest", "8.0", "")
        .locked("sphinx", "7.0", "");
    sets.file("pyproject.toml", "[tool.uv]\ndefault-groups = [\"docs\"]\n");
    assertThat(versions()).containsExactly("sphinx==7.0");
    sets.file("pyproject.toml", "[tool.uv]\ndefault-groups = \"all\"\n");
    assertThat(versions()).containsExactly("pytest==8.0", "sphinx==7.0");
  }

  @Test
  void takesTheForkOfEachTarget() throws Exception {
    sets.on("cp39-manylinux_2_35_x86_64").on("cp312-manylinux_2_35_x86_64");
    project(
            """
            dependencies = [
                { name = "numpy", version = "2.0.2", source = %1$s, marker = "python_full_version < '3.10'" },
                { name = "numpy", version = "2.1.0", source = %1$s, marker = "python_full_version >= '3.10'" },
            ]
            """
                .formatted(PYPI))
        .locked("numpy", "2.0.2", "resolution-markers = [\"python_full_version < '3.10'\"]")
        .locked("numpy", "2.1.0", "resolution-markers = [\"python_full_version >= '3.10'\"]");
    assertThat(versions())
        .containsExactly(
            "numpy==2.0.2; python_version == \"3.9\" and sys_platform == \"linux\" and"
                + " platform_machine == \"x86_64\"",
            "numpy==2.1.0; python_version == \"3.12\" and sys_platform == \"linux\" and"
                + " platform_machine == \"x86_64\"");
  }

  @Test
  void takesTheSideOfAConflictThatIsAskedFor() throws Exception {
    lock.append(
        """
        conflicts = [[
            { package = "project", extra = "cpu" },
            { package = "project", extra = "cu124" },
        ]]
        """);
    String cpu = "{ registry = \"https://download.pytorch.org/whl/cpu\" }";
    String cuda = "{ registry = \"https://download.pytorch.org/whl/cu124\" }";
    project(
            """
            dependencies = [{ name = "plain", marker = "extra != 'extra-7-project-cpu'" }]
            [package.optional-dependencies]
            cpu = [{ name = "torch", version = "2.6.0+cpu", source = %s }]
            cu124 = [{ name = "torch", version = "2.6.0+cu124", source = %s }]
            """
                .formatted(cpu, cuda))
        .locked("plain", "1.0", "")
        .locked(
            "torch",
            "2.6.0+cpu",
            cpu,
            "dependencies = [{ name = \"triton\", marker = \"extra =="
                + " 'extra-7-project-cu124'\" }]")
        .locked(
            "torch",
            "2.6.0+cu124",
            cuda,
            "dependencies = [{ name = \"triton\", marker = \"extra"
                + " == 'extra-7-project-cu124'\" }]")
        .locked("triton", "3.2.0", "");
    sets.extra("cpu");
    assertThat(versions()).containsExactly("torch==2.6.0+cpu");
    sets = new ReadySets(folder).extra("cu124");
    assertThat(versions()).containsExactly("plain==1.0", "torch==2.6.0+cu124", "triton==3.2.0");
    ReadySet set = sets.read("uv.lock");
    assertThat(set.places().ofProjects().values())
        .extracting(index -> index.url().toString())
        .containsExactly("https://download.pytorch.org/whl/cu124");
  }

  @Test
  void takesTheProjectAtTheRootWithTheMembersThatItRequires() throws Exception {
    lock.append(
        """
        [manifest]
        members = ["app", "lib", "tools"]
        """);
    lock.append(
        """
        [[package]]
        name = "app"
        version = "0.1"
        source = { editable = "." }
        dependencies = [{ name = "lib" }]
        [[package]]
        name = "lib"
        version = "0.1"
        source = { editable = "packages/lib" }
        dependencies = [{ name = "idna" }]
        [[package]]
        name = "tools"
        version = "0.1"
        source = { editable = "packages/tools" }
        dependencies = [{ name = "rich" }]
        """);
    locked("idna", "3.4", "").locked("rich", "13.0", "");
    assertThat(versions()).containsExactly("idna==3.4");
  }

  @Test
  void takesAllMembersOfAWorkspaceWithoutAProjectAtItsRoot() throws Exception {
    lock.append(
        """
        [manifest]
        members = ["lib"]
        [manifest.dependency-groups]
        dev = [{ name = "pytest", specifier = ">=8" }]
        [[package]]
        name = "lib"
        version = "0.1"
        source = { editable = "packages/lib" }
        dependencies = [{ name = "idna" }]
        """);
    locked("idna", "3.4", "").locked("pytest", "8.0", "");
    assertThat(versions()).containsExactly("idna==3.4", "pytest==8.0");
  }

  @Test
  void givesNoHashesWhereTheLockHasNone() throws Exception {
    project("dependencies = [{ name = \"torch\" }]");
    lock.append(
        """
        [[package]]
        name = "torch"
        version = "2.6.0+cpu"
        source = { registry = "https://download.pytorch.org/whl/cpu" }
        wheels = [
            { url = "https://download.pytorch.org/whl/cpu/torch-2.6.0%2Bcpu-cp312-cp312-linux_x86_64.whl" },
            { url = "https://download.pytorch.org/whl/cpu/torch-2.6.0%2Bcpu-cp311-cp311-linux_x86_64.whl", hash = "sha256:aaaa" },
        ]
        """);
    assertThat(problems().getFirst()).contains("package torch 2.6.0+cpu.wheels[1]", "no hash");
    String text = lock.toString().replace(", hash = \"sha256:aaaa\"", "");
    assertThat(sets.file("uv.lock", text).lines("uv.lock")).containsExactly("torch==2.6.0+cpu");
  }

  @Test
  void saysWhatCannotBeMirrored() throws Exception {
    sets.on("cp38-manylinux_2_35_x86_64");
    lock.append("supported-markers = [\"sys_platform == 'win32'\"]\n");
    project(
            "dependencies = [{ name = \"a\" }, { name = \"b\" }, { name = \"c\" }, { name = \"d\""
                + " }, { name = \"e\" }, { name = \"gone\" }, { name = \"two\" }, { name = \"f\","
                + " marker = \"what\" }]")
        .locked("a", "1.0", "{ git = \"https://git.example/a?rev=main#abc\" }", "")
        .locked("b", "1.0", "{ url = \"https://host.example/b-1.0.tar.gz\" }", "")
        .locked("c", "1.0", "{ path = \"../c-1.0.tar.gz\" }", "")
        .locked("d", "1.0", "{ directory = \"../d\" }", "")
        .locked("e", "one", "")
        .locked("f", "1.0", "")
        .locked("two", "1.0", "")
        .locked("two", "2.0", "");
    assertThat(problems())
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).contains("requires-python: '>=3.9'", "cp38"),
            line -> assertThat(line).contains("supported-markers", "cp38"),
            line -> assertThat(line).contains("package a 1.0.source", "git.example"),
            line -> assertThat(line).contains("package b 1.0.source", "host.example"),
            line -> assertThat(line).contains("package c 1.0.source", "../c-1.0.tar.gz"),
            line -> assertThat(line).contains("package d 1.0.source"),
            line -> assertThat(line).contains("package e one.version: 'one'"),
            line -> assertThat(line).contains("dependencies gone", "has no such package"),
            line -> assertThat(line).contains("dependencies two", "several such packages"),
            line -> assertThat(line).contains("dependencies f.marker: 'what'"));
  }

  @Test
  void readsFormatOneOnly() throws Exception {
    assertThat(sets.file("uv.lock", "version = 2\n").problems("uv.lock"))
        .containsExactly("uv.lock: version: 2: accepted is 1, which uv has written so far");
  }
}
