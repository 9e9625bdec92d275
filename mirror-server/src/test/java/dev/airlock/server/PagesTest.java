package dev.airlock.server;

import static dev.airlock.fixtures.WheelBuilder.wheel;
import static dev.airlock.server.Served.CU118;
import static dev.airlock.server.Served.PYPI;
import static dev.airlock.server.Served.locked;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.airlock.catalog.HeldFile;
import dev.airlock.index.MediaType;
import dev.airlock.index.PageReader;
import dev.airlock.index.ProjectPage;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every page has in common, asked for over a real socket. */
class PagesTest {
  private static final String PAGE = "/index/pypi.org-simple/simple/foo-bar/";

  @TempDir Path directory;
  private Served served;
  private HeldFile foo;

  @BeforeEach
  void start() throws Exception {
    served = new Served(directory.resolve("store"));
    foo = served.hold(PYPI, wheel("Foo.Bar", "1.0").requiresPython(">=3.7,<4").padding(3000));
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*/*                                                        | text/html; charset=utf-8",
        "text/html                                                  | text/html; charset=utf-8",
        "image/png                                                  | text/html; charset=utf-8",
        "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1,"
            + " text/html; q=0.01 | application/vnd.pypi.simple.v1+json",
        "application/vnd.pypi.simple.v1+html                        |"
            + " application/vnd.pypi.simple.v1+html",
      })
  void answersInTheFormAskedFor(String accept, String type) throws Exception {
    var answer = served.get(PAGE, "Accept", accept);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(header(answer, "Content-Type")).isEqualTo(type);
    assertThat(header(answer, "Vary")).contains("Accept");
    assertThat(header(answer, "Cache-Control")).isEqualTo("no-cache");
    assertThat(header(answer, "X-Airlock-Source")).isEqualTo("store");
  }

  @Test
  void answersInPlainHtmlToWhoSaysNothing() throws Exception {
    assertThat(served.raw("GET " + PAGE + " HTTP/1.1"))
        .startsWith("HTTP/1.1 200")
        .contains("Content-Type: text/html; charset=utf-8")
        .contains("\r\n\r\n<!DOCTYPE html>");
  }

  @Test
  void takesTheFormFromTheQueryFirst() throws Exception {
    var answer =
        served.get(PAGE + "?format=application/vnd.pypi.simple.v1+json", "Accept", "text/html");
    var unknown = served.get(PAGE + "?format=text/plain");

    assertThat(header(answer, "Content-Type")).isEqualTo("application/vnd.pypi.simple.v1+json");
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(unknown.body()).contains("text/plain").contains("accepted are");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/html", "application/vnd.pypi.simple.v1+json"})
  void linksAreRelativeAndLeadToTheFileAndItsMetadata(String accept) throws Exception {
    var torch = wheel("torch", "2.1.0+cu118").tags("cp310-cp310-linux_x86_64");
    HeldFile held = served.hold(CU118, torch);
    String path = "/index/download.pytorch.org-whl-cu118/simple/torch/";
    var answer = served.get(path, "Accept", accept);
    ProjectPage page =
        PageReader.read(
            MediaType.of(accept).orElseThrow(),
            answer.body().getBytes(StandardCharsets.UTF_8),
            served.uri(path),
            Served.project("torch"));
    URI link = page.files().getFirst().url();

    assertThat(answer.body()).doesNotContain("http").contains("torch-2.1.0%2Bcu118-cp310");
    assertThat(link.getPort()).isEqualTo(served.port());
    assertThat(link.getPath()).isEqualTo(Served.address(CU118, held).replace("%2B", "+"));
    assertThat(served.bytes(link.getRawPath()).body()).isEqualTo(torch.build());
    assertThat(served.bytes(link.getRawPath() + ".metadata").body()).isEqualTo(torch.metadata());
  }

  @Test
  void jsonCarriesCoreMetadataOnlyAndHtmlBothAttributes() throws Exception {
    JsonNode json =
        new ObjectMapper()
            .readTree(served.get(PAGE, "Accept", MediaType.JSON_V1.toString()).body());
    String html = served.get(PAGE).body();

    JsonNode file = json.path("files").path(0);
    assertThat(file.path("core-metadata").path("sha256").asText())
        .isEqualTo(foo.metadata().orElseThrow().hex());
    assertThat(file.has("dist-info-metadata")).isFalse();
    assertThat(file.path("requires-python").asText()).contains(">=3.7");
    assertThat(html)
        .contains("data-core-metadata=\"sha256=")
        .contains("data-dist-info-metadata=\"sha256=")
        .contains("data-requires-python=\"");
  }

  @Test
  void anUnchangedPageIsNotSentAgain() throws Exception {
    String etag = header(served.get(PAGE), "ETag");
    var again = served.get(PAGE, "If-None-Match", "\"other\", W/" + etag);
    var otherForm = served.get(PAGE, "If-None-Match", etag, "Accept", MediaType.JSON_V1.toString());

    assertThat(etag).startsWith("\"sha256:");
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(header(again, "ETag")).isEqualTo(etag);
    assertThat(header(again, "Vary")).contains("Accept");
    assertThat(otherForm.statusCode()).isEqualTo(200);
  }

  @Test
  void aFileEnteredMeanwhileIsSeenAfterAMoment() throws Exception {
    served.stopClock();
    String before = header(served.get(PAGE), "ETag");
    served.hold(PYPI, wheel("foo-bar", "2.0"));
    served.advance(Duration.ofSeconds(1));
    var after = served.get(PAGE, "If-None-Match", before);

    assertThat(after.statusCode()).isEqualTo(200);
    assertThat(after.body()).contains("foo_bar-2.0");
  }

  @Test
  void compressesPagesForWhoTakesIt() throws Exception {
    for (int minor = 0; minor < 20; minor++) {
      served.hold(PYPI, wheel("foo-bar", "3." + minor));
    }
    String plain = served.get(PAGE).body();
    var zipped = served.bytes(PAGE, "Accept-Encoding", "gzip, deflate");
    var refused = served.get(PAGE, "Accept-Encoding", "gzip;q=0, identity");

    assertThat(zipped.headers().firstValue("Content-Encoding")).contains("gzip");
    assertThat(zipped.headers().firstValue("Vary")).contains("Accept, Accept-Encoding");
    assertThat(new GZIPInputStream(new ByteArrayInputStream(zipped.body())).readAllBytes())
        .isEqualTo(plain.getBytes(StandardCharsets.UTF_8));
    assertThat(zipped.body().length).isLessThan(plain.length() / 2);
    assertThat(refused.body()).isEqualTo(plain);
    String etag = zipped.headers().firstValue("ETag").orElseThrow();
    assertThat(etag).isNotEqualTo(header(refused, "ETag"));
    assertThat(served.get(PAGE, "Accept-Encoding", "gzip", "If-None-Match", etag).statusCode())
        .isEqualTo(304);
    assertThat(served.get(PAGE, "If-None-Match", etag).statusCode()).isEqualTo(200);
  }

  @Test
  void headTellsWhatGetWouldSend() throws Exception {
    var get = served.get(PAGE);
    var head = served.send("HEAD", PAGE);

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    for (String name : List.of("Content-Length", "Content-Type", "ETag", "Cache-Control")) {
      assertThat(header(head, name)).as(name).isEqualTo(header(get, name));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"})
  void takesNothingButGetAndHead(String method) throws Exception {
    String answer = served.raw(method + " " + PAGE + " HTTP/1.1", "Content-Length: 0");

    assertThat(answer).startsWith("HTTP/1.1 405").contains("Allow: GET, HEAD");
  }

  @ParameterizedTest
  @CsvSource({
    "/simple, simple/",
    "/simple/Foo_Bar, Foo_Bar/",
    "/simple/Foo_Bar/, ../foo-bar/",
    "/simple/foo--bar/, ../foo-bar/",
    "/simple/FOO.BAR/?format=a/b, ../foo-bar/?format=a%2Fb",
    "/index/pypi.org-simple/simple/Foo.Bar/, ../foo-bar/",
    "/simple/a:b, a%3Ab/",
  })
  void sendsOtherSpellingsToTheOneAddress(String path, String location) throws Exception {
    var answer = served.get(path);

    assertThat(answer.statusCode()).isEqualTo(301);
    assertThat(header(answer, "Location")).isEqualTo(location);
  }

  @Test
  void makesNoLinkOfAForgedHost() throws Exception {
    for (String path : List.of(PAGE, "/simple/", "/")) {
      assertThat(
              served.raw(
                  "GET " + path + " HTTP/1.0",
                  "X-Forwarded-Host: evil.example",
                  "Host: evil.example"))
          .contains(" 200 ")
          .doesNotContain("evil.example");
    }
  }

  @Test
  void bearsAMirrorAddressThatEndsWithASlash() throws Exception {
    String page = served.get("/" + PAGE).body();
    var link = served.uri("/" + PAGE).resolve(page.replaceFirst("(?s).*?href=\"([^\"]*).*", "$1"));

    assertThat(served.bytes(link.getRawPath()).statusCode()).isEqualTo(200);
    assertThat(served.get("/index//pypi.org-simple/simple/").statusCode()).isEqualTo(400);
  }

  @Test
  void listsTheProjects() throws Exception {
    served.hold(CU118, wheel("torch", "2.1.0+cu118"));

    assertThat(served.get("/simple/").body())
        .contains("<a href=\"foo-bar/\">foo-bar</a>")
        .contains("<a href=\"torch/\">torch</a>");
    assertThat(served.get("/index/pypi.org-simple/simple/").body())
        .contains("foo-bar")
        .doesNotContain("torch");
  }

  @Test
  void tellsItsHealthAndHowToUseIt() throws Exception {
    served.publish("small", locked(PYPI, foo));

    var health = served.get("/health");
    assertThat(health.statusCode()).isEqualTo(200);
    assertThat(new ObjectMapper().readTree(health.body()).path("mode").asText())
        .isEqualTo("offline");
    assertThat(served.get("/").body())
        .contains(
            "pip install --index-url http://127.0.0.1:" + served.port() + "/preset/small/simple/");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/nothing                                 | there is nothing at this address",
        "/simple/absent/                          | no project 'absent': nothing of it is held",
        "/index/nowhere/simple/                   | no index 'nowhere' in this store; held are:"
            + " pypi.org-simple",
        "/index/pypi.org-simple/simple/absent/    | no project 'absent' of the index"
            + " pypi.org-simple: nothing of the project is held",
        "/files/pypi.org-simple/foo-bar/x.whl     | the project has no file of such a name",
        "/files/pypi.org-simple/foo-bar/foo_bar-7-py3-none-any.whl | it was never fetched from"
            + " there",
        "/files/pypi.org-simple/foo-bar           | there is nothing at this address",
        "/preset/absent/simple/                   | no preset 'absent' in this store; held is none."
            + " Run `airlock sync absent`",
        "/whl/cu118/                              | no such index of"
            + " https://download.pytorch.org/whl",
      })
  void saysWhatIsMissing(String path, String text) throws Exception {
    var answer = served.get(path);

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains(text);
    assertThat(header(answer, "Content-Type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }
}
