package dev.airlock.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.packaging.name.ProjectName;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists of projects. */
class ProjectListReaderTest {
  private static final URI ADDRESS = URI.create("https://example.org/whl/cu118/");

  private static Set<ProjectName> read(MediaType form, String text) throws MalformedPageException {
    return ProjectListReader.read(form, text.getBytes(StandardCharsets.UTF_8), ADDRESS);
  }

  @Test
  void readsLinksByTheirTextAndByWhereTheyLead() throws MalformedPageException {
    assertThat(
            read(
                MediaType.HTML,
                "<a href='torch/'>torch</a><a href=\"/whl/Foo.Bar/\">a foo</a><a>triton</a>"
                    + "<a href='../'>..</a>"))
        .contains(new ProjectName("torch"), new ProjectName("foo-bar"), new ProjectName("triton"))
        .doesNotContain(new ProjectName("requests"));
  }

  @Test
  void readsNamesInJson() throws MalformedPageException {
    assertThat(
            read(MediaType.JSON_V1, "{\"projects\": [{\"name\": \"Foo.Bar\"}, {\"name\": 1}, 2]}"))
        .contains(new ProjectName("foo-bar"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{}", "[]", "{\"projects\": []}", "null"})
  void refusesWhatIsNoList(String text) {
    assertThatThrownBy(() -> read(MediaType.JSON_V1, text))
        .isInstanceOf(MalformedPageException.class);
    assertThatThrownBy(() -> read(MediaType.HTML, text))
        .isInstanceOf(MalformedPageException.class)
        .hasMessage("it lists no project");
  }
}
