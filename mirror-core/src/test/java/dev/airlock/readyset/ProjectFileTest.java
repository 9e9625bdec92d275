package dev.airlock.readyset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectFileTest {
  private static final String PROJECT =
      """
      [project]
      name = "My_App"
      version = "1.0"
      requires-python = ">=3.9"
      dependencies = ["requests>=2", "idna; sys_platform == 'win32'"]
      [project.optional-dependencies]
      fast = ["speed"]
      All_of = ["my-app[fast,extra]", "rich"]
      extra = ["my.app[all-of]", "more"]
      [dependency-groups]
      test = ["pytest>=8", {include-group = "Typing_"}]
      "typing_" = ["mypy", "my-app[fast]"]
      """
          .replace("Typing_", "typing.a")
          .replace("typing_", "Typing_A");

  @TempDir Path folder;

  private ReadySets sets;

  @BeforeEach
  void begin() {
    sets = new ReadySets(folder);
  }

  private List<String> lines(String text) throws Exception {
    return sets.file("pyproject.toml", text).lines("pyproject.toml");
  }

  private List<String> problems(String text) throws IOException {
    return sets.file("pyproject.toml", text).problems("pyproject.toml");
  }

  @Test
  void takesTheDependenciesAndFollowsThem() throws Exception {
    ReadySet set = sets.file("pyproject.toml", PROJECT).read("pyproject.toml");
    assertThat(ReadySets.lines(set))
        .containsExactly("requests>=2", "idna; sys_platform == \"win32\"");
    assertThat(set.rules().complete()).isFalse();
  }

  @Test
  void takesExtrasWithTheExtrasTheyName() throws Exception {
    sets.extra("all-of");
    assertThat(lines(PROJECT))
        .containsExactlyInAnyOrder(
            "requests>=2", "idna; sys_platform == \"win32\"", "speed", "more", "rich");
  }

  @Test
  void takesGroupsWithTheGroupsTheyInclude() throws Exception {
    sets.group("Test");
    assertThat(lines(PROJECT))
        .containsExactly(
            "requests>=2", "idna; sys_platform == \"win32\"", "pytest>=8", "mypy", "speed");
    assertThat(lines("[dependency-groups]\ntest = [\"pytest\"]\n")).containsExactly("pytest");
  }

  @Test
  void readsEachGroupOnce() throws Exception {
    var text = new StringBuilder("[dependency-groups]\ng60 = [\"leaf\"]\n");
    for (int i = 0; i < 60; i++) {
      text.append(
          "g%1$d = [{include-group = \"g%2$d\"}, {include-group = \"g%2$d\"}]\n"
              .formatted(i, i + 1));
    }
    sets.group("g0");
    assertThat(lines(text.toString())).containsExactly("leaf");
  }

  @Test
  void readsGroupsThatIncludeOneAnotherInALongRow() throws Exception {
    var text = new StringBuilder("[dependency-groups]\ng20000 = [\"leaf\"]\n");
    for (int i = 0; i < 20_000; i++) {
      text.append("g%d = [{include-group = \"g%d\"}]\n".formatted(i, i + 1));
    }
    sets.group("g0");
    assertThat(lines(text.toString())).containsExactly("leaf");
  }

  @Test
  void tellsAllMistakes() throws Exception {
    sets.on("cp38-manylinux_2_35_x86_64").group("a").group("gone").extra("none");
    assertThat(
            problems(
                """
                [project]
                name = "app"
                dynamic = ["dependencies"]
                requires-python = ">=3.9"
                dependencies = ["b @ https://x.example/b.whl", "?"]
                [dependency-groups]
                a = [{include-group = "b"}, {other = 1}, 1]
                b = [{include-group = "A"}, {include-group = "c"}]
                B = []
                """))
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).contains("project.dynamic", "known only to the build"),
            line -> assertThat(line).contains("project.requires-python", "cp38"),
            line -> assertThat(line).contains("project.dependencies", "by address"),
            line -> assertThat(line).contains("project.dependencies: '?'"),
            line -> assertThat(line).contains("--extra none", "no such extra"),
            line -> assertThat(line).contains("--group gone", "no such group; it has [a, b]"),
            line -> assertThat(line).contains("dependency-groups.B", "same name as 'b'"),
            line -> assertThat(line).contains("dependency-groups.b", "the group includes itself"),
            line -> assertThat(line).contains("dependency-groups.b", "c: the project has no such"),
            line -> assertThat(line).contains("dependency-groups.a", "{\"other\":1}"),
            line -> assertThat(line).contains("dependency-groups.a: 1: accepted are"));
  }

  @Test
  void saysThatThereIsNoProject() throws Exception {
    assertThat(problems("[tool.poetry]\nname = \"x\"\n").getFirst()).contains("its poetry.lock");
    assertThat(problems("[build-system]\n").getFirst()).contains("no --group is asked for");
  }
}
