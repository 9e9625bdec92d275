package dev.airlock.upstream;

import static dev.airlock.fixtures.Answer.page;
import static dev.airlock.fixtures.Answer.status;
import static dev.airlock.fixtures.SdistBuilder.sdist;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.index.IndexFile;
import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The places that stand for an index, and their order. */
class IndexesTest {
  private static final ProjectName TINY = new ProjectName("tiny");

  @TempDir Path directory;

  private FakeIndex first;
  private Http http;
  private Indexes indexes;

  @BeforeEach
  void start() throws IOException {
    first = FakeIndex.start();
    http =
        Http.of(
            "airlock/test",
            Map.of(),
            directory,
            new Retries(2, Duration.ZERO, Duration.ZERO, _ -> {}));
    indexes = new Indexes(http);
  }

  @AfterEach
  void stop() {
    http.close();
    first.close();
  }

  private Path folderWith(String name, WheelBuilder... wheels) throws IOException {
    Path folder = Files.createDirectory(directory.resolve(name));
    for (WheelBuilder wheel : wheels) {
      Files.write(folder.resolve(wheel.filename()), wheel.build());
    }
    return folder;
  }

  private static PageAnswer ask(IndexSource index, String project) throws IOException {
    return index.page(new ProjectName(project), Optional.empty());
  }

  private static List<String> names(PageAnswer answer) {
    assertThat(answer).isInstanceOf(PageAnswer.Page.class);
    return ((PageAnswer.Page) answer)
        .page().files().stream().map(file -> file.name().text()).toList();
  }

  // --- folders

  @Test
  void readsAFolderOfWheels() throws IOException {
    Path folder =
        folderWith("wheels", wheel("tiny", "2.0"), wheel("tiny", "1.0"), wheel("other", "1.0"));
    Files.write(folder.resolve("Tiny-0.9.tar.gz"), sdist("Tiny", "0.9").build());
    Files.writeString(folder.resolve("tiny-notes.txt"), "");
    IndexSource index = indexes.at(folder.toUri());
    assertThat(names(ask(index, "tiny")))
        .containsExactly(
            "Tiny-0.9.tar.gz", "tiny-1.0-py3-none-any.whl", "tiny-2.0-py3-none-any.whl");
    IndexFile file = ((PageAnswer.Page) ask(index, "other")).page().files().getFirst();
    assertThat(file.url()).isEqualTo(folder.resolve("other-1.0-py3-none-any.whl").toUri());
    assertThat(file.size()).isEqualTo(OptionalLong.of(wheel("other", "1.0").build().length));
    assertThat(ask(index, "absent"))
        .isEqualTo(new PageAnswer.NoSuchProject("the folder " + folder + " has no file of it"));
  }

  @Test
  void readsAFolderOfPages() throws IOException {
    Path project = Files.createDirectories(directory.resolve("simple/tiny"));
    Files.writeString(project.resolve("index.html"), "<a href='../../files/tiny-1.0.zip'>tiny</a>");
    URI address = directory.resolve("simple").toUri();
    PageAnswer answer = ask(indexes.at(address), "tiny");
    assertThat(names(answer)).containsExactly("tiny-1.0.zip");
    assertThat(((PageAnswer.Page) answer).page().files().getFirst().url())
        .isEqualTo(directory.resolve("files/tiny-1.0.zip").toUri());
    assertThat(ask(indexes.at(address), "absent"))
        .isEqualTo(new PageAnswer.NoSuchProject(address + " has no such project"));
  }

  @Test
  void saysThatAFolderIsNotThere() throws IOException {
    URI absent = directory.resolve("absent").toUri();
    assertThatThrownBy(() -> ask(indexes.at(absent), "tiny"))
        .isInstanceOf(UpstreamException.class)
        .hasMessageEndingWith("/absent: there is no such folder");
    assertThatThrownBy(() -> ask(indexes.flat(absent), "tiny"))
        .isInstanceOf(UpstreamException.class)
        .hasMessageContaining("there is no such folder");
  }

  // --- pages of many projects

  @Test
  void readsAPageOfManyProjects() throws IOException {
    first.next(
        "torch_stable.html",
        page("text/html", "<a href='cpu/tiny-1.0.zip'>a</a><a href='other-2.0.zip'>b</a>"),
        page("text/html", "<a href='cpu/tiny-1.0.zip'>a</a>"));
    IndexSource flat = indexes.flat(first.at("/whl/torch_stable.html"));
    PageAnswer answer = flat.page(TINY, Optional.empty());
    assertThat(names(answer)).containsExactly("tiny-1.0.zip");
    assertThat(((PageAnswer.Page) answer).page().files().getFirst().url())
        .isEqualTo(first.at("/whl/cpu/tiny-1.0.zip"));
    assertThat(ask(flat, "other"))
        .isEqualTo(
            new PageAnswer.NoSuchProject(
                first.at("/whl/torch_stable.html") + " has no file of it"));
  }

  @Test
  void keepsAPageOfManyProjectsWithItsValidator() throws IOException {
    first.add(wheel("tiny", "1.0"));
    IndexSource flat = indexes.flat(first.at("/simple/tiny/"));
    assertThat(names(ask(flat, "tiny"))).hasSize(1);
    assertThat(ask(flat, "other")).isInstanceOf(PageAnswer.NoSuchProject.class);
    assertThat(names(ask(flat, "tiny"))).hasSize(1);
    assertThat(first.requests("tiny"))
        .map(request -> request.headers().containsKey("if-none-match"))
        .containsExactly(false, true, true);
  }

  @Test
  void saysThatAPageOfManyProjectsIsNotThere() {
    first.next("gone.html", status(404));
    assertThatThrownBy(() -> ask(indexes.flat(first.at("/gone.html")), "tiny"))
        .isInstanceOf(UpstreamException.class)
        .hasMessage(first.at("/gone.html") + " answered with the status 404");
  }
}
