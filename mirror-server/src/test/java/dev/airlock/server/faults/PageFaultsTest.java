package dev.airlock.server.faults;

import static dev.airlock.fixtures.RawUpstream.bytes;
import static dev.airlock.fixtures.RawUpstream.drip;
import static dev.airlock.fixtures.RawUpstream.head;
import static dev.airlock.fixtures.RawUpstream.reset;
import static dev.airlock.fixtures.RawUpstream.silence;
import static dev.airlock.fixtures.RawUpstream.text;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.airlock.catalog.HeldPage;
import dev.airlock.catalog.IndexKey;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.RawUpstream.Step;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.routing.Settings;
import dev.airlock.server.Hybrid;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that are broken, hostile or enormous. */
class PageFaultsTest {
  private static final WheelBuilder WHEEL = wheel("tiny", "1.0");
  private static final byte[] BYTES = WHEEL.build();
  private static final String NAME = WHEEL.filename();
  private static final String PAGE = "/simple/tiny/";
  private static final String FILE = Hybrid.file("pypi.org-simple", "tiny", NAME);
  private static final String OK = "HTTP/1.1 200 OK";
  private static final String CLOSE = "Connection: close";
  private static final String HTML = "Content-Type: text/html";
  private static final String JSON = "Content-Type: application/vnd.pypi.simple.v1+json";
  private static final String LINK = "<a href='/files/" + NAME + "'>" + NAME + "</a>";

  @TempDir Path directory;

  private FakeIndex index;
  private Line line;
  private Hybrid mirror;

  @BeforeEach
  void start() throws IOException {
    index = FakeIndex.start();
    index.add(WHEEL);
    line = Line.to(index);
    mirror = Hybrid.in(directory).pypi(line.simple()).patience(Hybrid.HASTY).start();
  }

  @AfterEach
  void stop() throws IOException {
    mirror.close();
    line.close();
    index.close();
  }

  /** A whole page. */
  private static Step page(String type, String body) {
    return page(body.getBytes(StandardCharsets.UTF_8), type);
  }

  private static Step page(byte[] body, String... headers) {
    String[] lines =
        Stream.concat(Stream.of(OK, CLOSE, "Content-Length: " + body.length), Stream.of(headers))
            .toArray(String[]::new);
    return connection -> {
      head(lines).on(connection);
      bytes(body).on(connection);
    };
  }

  private static byte[] bomb() {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      byte[] spaces = " ".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < 80; i++) {
        gzip.write(spaces);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  // --- faults

  static Stream<Arguments> faults() {
    String tooMany = "Content-Length: 9999";
    return Stream.of(
        arguments(503, "broken off", new Step[] {head(OK, HTML, tooMany), text(LINK)}),
        arguments(503, "reset", new Step[] {head(OK, HTML, tooMany), text(LINK), reset()}),
        arguments(503, "standing still", new Step[] {head(OK, HTML, tooMany), silence()}),
        arguments(503, "silence", new Step[] {silence()}),
        arguments(
            503,
            "a head that drips",
            new Step[] {text(OK + "\r\nX: "), drip("x", Duration.ofMillis(5))}),
        arguments(
            503,
            "a body that drips",
            new Step[] {head(OK, HTML, tooMany), drip("x", Duration.ofMillis(5))}),
        arguments(503, "no HTTP", new Step[] {text("220 mail.example ESMTP\r\n")}),
        arguments(
            502,
            "two lengths",
            new Step[] {head(OK, HTML, "Content-Length: 5", "Content-Length: 6"), text(LINK)}),
        arguments(
            502,
            "a negative length",
            new Step[] {head(OK, HTML, "Content-Length: -1"), text(LINK)}),
        arguments(
            502,
            "a length and chunks",
            new Step[] {
              head(OK, HTML, "Content-Length: 5", "Transfer-Encoding: chunked"),
              text("5\r\nhello\r\n0\r\n\r\n")
            }),
        arguments(
            502, "an absurd length", new Step[] {head(OK, HTML, "Content-Length: 999999999999")}),
        arguments(502, "a gzip bomb", new Step[] {page(bomb(), HTML, "Content-Encoding: gzip")}),
        arguments(
            502, "a JSON depth bomb", new Step[] {page(JSON, "{\"files\":" + "[".repeat(500_000))}),
        arguments(
            502,
            "JSON that is cut short, without a length",
            new Step[] {head(OK, JSON, CLOSE), text("{\"files\": [{\"filename\": \"ti")}),
        arguments(502, "JSON of another form", new Step[] {page(JSON, "[1, 2, 3]")}),
        arguments(502, "HTML that is said to be JSON", new Step[] {page(JSON, LINK)}),
        arguments(502, "a picture", new Step[] {page("Content-Type: image/png", "\u0089PNG")}),
        arguments(502, "no type", new Step[] {page(new byte[10])}));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("faults")
  void refusesOrShowsWhatIsHeld(int status, String fault, Step[] script) throws Exception {
    line.always("tiny", script);
    HttpResponse<byte[]> refused = mirror.get(PAGE);
    assertThat(refused.statusCode()).as(Hybrid.text(refused)).isEqualTo(status);
    assertThat(Hybrid.text(refused)).contains("tiny");
    assertThat(refused.headers().firstValue("Retry-After").isPresent()).isEqualTo(status == 503);
    assertThat(mirror.store().blobs().list()).isEmpty();

    line.heal();
    works();

    line.always("tiny", script);
    HttpResponse<byte[]> stale = mirror.get(PAGE);
    assertThat(stale.statusCode()).as("%s: %s", fault, Hybrid.text(stale)).isEqualTo(200);
    assertThat(Hybrid.source(stale)).isEqualTo("stale");
    assertThat(Hybrid.text(stale)).contains(NAME);
    assertThat(Hybrid.source(mirror.get(FILE))).isEqualTo("store");

    line.heal();
    works();
  }

  private void works() throws Exception {
    HttpResponse<byte[]> page =
        mirror.getUntil(PAGE, answer -> Hybrid.source(answer).equals("upstream"));
    assertThat(Hybrid.text(page)).contains(NAME);
    assertThat(mirror.get(FILE).body()).isEqualTo(BYTES);
    mirror.assertSound();
  }

  @Test
  void keepsWhatIsHeldThroughTheVisitOfACaptivePortal() throws Exception {
    works();
    line.always("tiny", page(HTML, "<html>Please <a href='/login'>log in</a>.</html>"));
    assertThat(Hybrid.text(mirror.get(PAGE))).contains(NAME).doesNotContain("login");
    assertThat(mirror.get(FILE).body()).isEqualTo(BYTES);
    line.heal();
    works();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html>Please <a href='/login'>log in</a>.</html>",
        "<html><form action='/login'><input name=user></form></html>",
        "<html>This site is blocked.</html>",
      })
  void believesNoCaptivePortal(String portal) throws Exception {
    var settings = new Settings(List.of(), List.of(), List.of(), Duration.ofMinutes(10));
    try (Hybrid trusting =
        Hybrid.in(directory.resolve("trusting")).pypi(line.simple()).settings(settings).start()) {
      line.always("tiny", page(HTML, portal));
      assertThat(trusting.get(PAGE).statusCode()).isEqualTo(502);
      line.heal();
      assertThat(Hybrid.source(trusting.get(PAGE))).isEqualTo("upstream");
      assertThat(Hybrid.source(trusting.get(PAGE))).isEqualTo("store");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html><meta http-equiv=refresh content='0; url=http://192.0.2.1/login'></html>",
        ""
      })
  void believesAPageThatListsNothingForNoLongerThanAnAbsence(String html) throws Exception {
    var settings = new Settings(List.of(), List.of(), List.of(), Duration.ofMinutes(10));
    try (Hybrid trusting =
        Hybrid.in(directory.resolve("trusting")).pypi(line.simple()).settings(settings).start()) {
      line.always("tiny", page(HTML, html));
      assertThat(trusting.get(PAGE).statusCode()).isEqualTo(404);
      line.heal();
      age(trusting, Duration.ofSeconds(31));
      assertThat(Hybrid.source(trusting.get(PAGE))).isEqualTo("upstream");
      age(trusting, Duration.ofSeconds(31));
      assertThat(Hybrid.source(trusting.get(PAGE))).isEqualTo("store");
    }
  }

  /** Makes the page that is held one that was read earlier. */
  private static void age(Hybrid mirror, Duration by) throws IOException {
    IndexKey key = new IndexKey("pypi.org-simple");
    HeldPage page = mirror.catalog().page(key, new ProjectName("tiny")).orElseThrow();
    mirror
        .catalog()
        .keep(key, new HeldPage(page.page(), page.source(), page.read().minus(by), page.etag()));
  }

  // --- hostile pages

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<script>alert(1)</script>",
        "<a href='x-1.0.zip'><script>alert(1)</script></a>",
        "<a href='javascript:alert(1)//evil-1.0.zip'>evil-1.0.zip</a>",
        "<a href='JaVaScRiPt:alert(1)//tiny-2.0.zip'>tiny-2.0.zip</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>tiny-2.0.zip</a>",
        "<a href='/files/tiny-2.0-py3-none-any.whl?\"><script>alert(1)</script>'>x</a>",
        "<a href='/files/%3Cscript%3E-2.0-py3-none-any.whl'>&lt;script>-2.0.zip</a>",
        "<a href='/files/tiny-2.0-py3-none-any.whl'"
            + " data-yanked='\"><script>alert(1)</script>'>t</a>",
        "<a href='/files/tiny-2.0-py3-none-any.whl' data-requires-python='&gt;3\"><script>'>t</a>",
        "<a href='/files/..%2f..%2ftiny-2.0-py3-none-any.whl'>t</a>",
        "<a href='/files/tiny-2.0-py3-none-any.whl%0d%0aX-Evil:%201'>t</a>",
      })
  void passesNoScriptOn(String html) throws Exception {
    line.always("tiny", page(HTML, "<html><body>" + html + LINK));
    HttpResponse<byte[]> page = mirror.get(PAGE, "Accept", "text/html");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(Hybrid.text(page).toLowerCase(Locale.ROOT))
        .contains(NAME)
        .doesNotContain("<script", "javascript:", "data:text", "\"><", "..%2f", "x-evil");
    assertThat(page.headers().map()).doesNotContainKey("x-evil");
    assertLinksStayHere(Hybrid.text(page));
    assertThat(mirror.get(FILE).body()).isEqualTo(BYTES);
    line.heal();
    works();
  }

  private static void assertLinksStayHere(String page) {
    assertThat(page.lines().filter(each -> each.contains("href=")).toList())
        .allSatisfy(
            each -> assertThat(each).contains("href=\"../../files/pypi.org-simple/tiny/tiny-"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/",
        "http://127.0.0.1:1/",
        "file:///etc/",
        "//evil.example/"
      })
  void goesNowhereElseForABase(String base) throws Exception {
    line.always(
        "tiny", page(HTML, "<base href='" + base + "'><a href='" + NAME + "'>" + NAME + "</a>"));
    // A base that no page of HTTP can have counts for nothing.
    assertThat(mirror.get(PAGE).statusCode()).isIn(200, 404, 503);
    assertThat(mirror.get(FILE).statusCode()).isIn(404, 502);
    assertThat(mirror.store().blobs().list()).isEmpty();
    line.heal();
    works();
  }

  @Test
  void listsNoFileOfAnotherProject() throws Exception {
    index.add("tiny", "other-1.0-py3-none-any.whl", wheel("other", "1.0").build());
    assertThat(Hybrid.text(mirror.get(PAGE))).contains(NAME).doesNotContain("other-1.0");
    String other = Hybrid.file("pypi.org-simple", "tiny", "other-1.0-py3-none-any.whl");
    assertThat(mirror.get(other).statusCode()).isEqualTo(404);
    works();
  }

  @Test
  void listsAHundredThousandFiles() throws Exception {
    String links =
        IntStream.range(0, 100_000)
            .mapToObj("<a href='/files/tiny-1.%d-py3-none-any.whl'>t</a>\n"::formatted)
            .collect(Collectors.joining());
    line.always("tiny", page(HTML, links));
    HttpResponse<byte[]> page = mirror.get(PAGE);
    for (int again = 1; page.statusCode() == 503 && again <= 10; again++) {
      // A slow machine reads it for longer than a client is kept waiting, and goes on meanwhile.
      page = mirror.get(PAGE);
    }
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(Hybrid.text(page)).contains("tiny-1.0-py3", "tiny-1.99999-py3");
    line.heal();
    works();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<a href='/files/tiny-1.0-py3-none-any.whl'",
        "<html><body><table><a href=/files/tiny-1.0-py3-none-any.whl>",
        "</a></html><!-- <a href='/files/tiny-2.0-py3-none-any.whl'>x</a> --",
        "<a href='/files/tiny-1.0-py3-none-any.whl#sha256=zzz'>x</a>",
        "<a href='/files/tiny-1.0-py3-none-any.whl' data-requires-python='nonsense'>x</a>",
        "<a href='http://[::1/tiny-1.0-py3-none-any.whl'>x</a>",
        "<a>tiny-1.0</a><a href>tiny-1.0</a><a href=''>x</a>",
        "\u0000\u0001<a\u0000 href='%'>",
        "",
      })
  void answersInSomeWayWhenAPageIsMalformed(String html) throws Exception {
    line.always("tiny", page(HTML, html));
    assertThat(mirror.get(PAGE).statusCode()).isIn(200, 404, 502);
    mirror
        .ask(FILE)
        .filter(file -> file.statusCode() == 200)
        .ifPresent(file -> assertThat(file.body()).isEqualTo(BYTES));
    mirror.assertSound();
    line.heal();
    works();
  }
}
