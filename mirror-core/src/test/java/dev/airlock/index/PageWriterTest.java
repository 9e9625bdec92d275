package dev.airlock.index;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.airlock.digest.Algorithm;
import dev.airlock.digest.Digest;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PageWriterTest {
  private static final URI PAGE = URI.create("http://127.0.0.1:3143/simple/foo/");
  private static final ProjectName FOO = new ProjectName("foo");
  private static final Digest DIGEST = new Digest(Algorithm.SHA256, "c".repeat(64));
  private static final String EVIL = "\"'><script>alert(1)</script>&amp;\u00fc\n{}";
  private static final ProjectPage RICH =
      new ProjectPage(
          FOO,
          List.of(
              new IndexFile(
                  name("foo-1.0+cu118-py3-none-any.whl"),
                  PAGE.resolve("/files/foo-1.0%2Bcu118-py3-none-any.whl"),
                  List.of(DIGEST),
                  SpecifierSet.parse(">=3.8,<4"),
                  OptionalLong.of(3_000_000_000L),
                  Optional.of(Instant.parse("2024-06-30T12:00:00.120Z")),
                  new Yanked.Because(EVIL),
                  new MetadataOffer.Offered(Optional.of(DIGEST))),
              new IndexFile(
                  name("foo-1.0.tar.gz"),
                  PAGE.resolve("/files/foo-1.0.tar.gz?a=1&b=2"),
                  List.of(),
                  SpecifierSet.ANY,
                  OptionalLong.empty(),
                  Optional.empty(),
                  new Yanked.Because(""),
                  new MetadataOffer.Offered(Optional.empty())),
              new IndexFile(
                  name("foo-0.9.zip"),
                  PAGE.resolve("/files/foo-0.9.zip"),
                  List.of(new Digest(Algorithm.MD5, "d".repeat(32))),
                  SpecifierSet.ANY,
                  OptionalLong.of(0),
                  Optional.empty(),
                  new Yanked.No(),
                  new MetadataOffer.None())));

  @ParameterizedTest
  @EnumSource(MediaType.class)
  void writesWhatItsReaderReads(MediaType form) throws MalformedPageException {
    assertThat(PageReader.read(form, PageWriter.write(form, RICH), PAGE, FOO)).isEqualTo(RICH);
  }

  @ParameterizedTest
  @EnumSource(MediaType.class)
  void writesTheSameBytesAgain(MediaType form) {
    assertThat(PageWriter.write(form, RICH)).isEqualTo(PageWriter.write(form, RICH));
  }

  @Test
  void beginsHtmlWithItsDoctypeAtTheFirstByte() {
    for (byte[] html :
        List.of(
            PageWriter.write(MediaType.HTML, RICH),
            PageWriter.write(MediaType.HTML_V1, List.of(FOO)),
            PageWriter.flat("files", RICH.files()))) {
      assertThat(new String(html, UTF_8)).startsWith("<!DOCTYPE html>\n<html");
    }
  }

  @Test
  void letsNoTextBecomeMarkup() {
    Document flat =
        Jsoup.parse(new String(PageWriter.flat(EVIL, RICH.files()), UTF_8), PAGE.toString());

    assertThat(flat.getElementsByTag("script")).isEmpty();
    assertThat(flat.getElementsByTag("a")).hasSize(3);
    assertThat(flat.title()).contains("<script>");
    assertThat(flat.getElementsByTag("a").getFirst().attr("data-yanked")).isEqualTo(EVIL);
  }

  @Test
  void keepsRelativeLinksRelative() {
    IndexFile file =
        new IndexFile(
            name("foo-1.0.zip"),
            URI.create("../../files/foo-1.0.zip"),
            List.of(DIGEST),
            SpecifierSet.ANY,
            OptionalLong.empty(),
            Optional.empty(),
            new Yanked.No(),
            new MetadataOffer.None());
    var page = new ProjectPage(FOO, List.of(file));

    assertThat(new String(PageWriter.write(MediaType.HTML, page), UTF_8))
        .contains("href=\"../../files/foo-1.0.zip#" + DIGEST + "\"");
    assertThat(new String(PageWriter.write(MediaType.JSON_V1, page), UTF_8))
        .contains("\"url\":\"../../files/foo-1.0.zip\"");
  }

  @Test
  void writesBothNamesOfTheMetadataInHtmlAndTheNewOneInJson() {
    assertThat(new String(PageWriter.write(MediaType.HTML, RICH), UTF_8))
        .contains("data-core-metadata=\"" + DIGEST + "\"")
        .contains("data-dist-info-metadata=\"" + DIGEST + "\"")
        .contains("data-core-metadata=\"true\"");
    assertThat(new String(PageWriter.write(MediaType.JSON_V1, RICH), UTF_8))
        .contains("\"core-metadata\":{\"sha256\"")
        .doesNotContain("dist-info-metadata");
  }

  @Test
  void writesTheKeysOfPep700() throws IOException {
    JsonNode page = new ObjectMapper().readTree(PageWriter.write(MediaType.JSON_V1, RICH));

    assertThat(page.path("meta").path("api-version").asText()).isEqualTo("1.1");
    assertThat(page.path("name").asText()).isEqualTo("foo");
    assertThat(page.path("versions")).hasSize(3);
    JsonNode wheel = page.path("files").path(0);
    assertThat(wheel.path("size").asLong()).isEqualTo(3_000_000_000L);
    assertThat(wheel.path("upload-time").asText()).isEqualTo("2024-06-30T12:00:00.120000Z");
    assertThat(page.path("files").path(1).path("yanked").asBoolean()).isTrue();
    assertThat(page.path("files").path(2).path("yanked").isBoolean()).isTrue();
  }

  @Test
  void listsProjects() throws IOException {
    List<ProjectName> projects = List.of(FOO, new ProjectName("bar"));
    JsonNode json = new ObjectMapper().readTree(PageWriter.write(MediaType.JSON_V1, projects));
    Document html =
        Jsoup.parse(
            new String(PageWriter.write(MediaType.HTML, projects), UTF_8),
            "http://127.0.0.1/simple/");

    assertThat(json.path("projects")).hasSize(2);
    assertThat(html.getElementsByTag("a").eachAttr("abs:href"))
        .containsExactly("http://127.0.0.1/simple/foo/", "http://127.0.0.1/simple/bar/");
  }

  private static DistributionFilename name(String text) {
    return DistributionFilename.of(text, FOO).orElseThrow();
  }
}
