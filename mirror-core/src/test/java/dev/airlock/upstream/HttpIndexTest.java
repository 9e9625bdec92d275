package dev.airlock.upstream;

import static dev.airlock.fixtures.Answer.page;
import static dev.airlock.fixtures.Answer.status;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.fixtures.Answer;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.index.IndexFile;
import dev.airlock.packaging.name.ProjectName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpIndexTest {
  private static final ProjectName TINY = new ProjectName("tiny");
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

  @TempDir Path home;

  private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
  private FakeIndex upstream;
  private Http http;
  private IndexSource index;

  @BeforeEach
  void start() throws IOException {
    upstream = FakeIndex.start();
    upstream.add(wheel("tiny", "1.0")).requiresPython(">=3.8").yanked("broken");
    http =
        Http.of(
            "airlock/test",
            Map.of(),
            home,
            new Retries(4, Duration.ofSeconds(1), Duration.ofSeconds(30), pauses::add));
    index = new Indexes(http).at(upstream.simple());
  }

  @AfterEach
  void stop() {
    http.close();
    upstream.close();
  }

  private PageAnswer ask() throws IOException {
    return index.page(TINY, Optional.empty());
  }

  private PageAnswer.Page found() throws IOException {
    PageAnswer answer = ask();
    assertThat(answer).isInstanceOf(PageAnswer.Page.class);
    return (PageAnswer.Page) answer;
  }

  // --- pages

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void readsJsonAndHtml(boolean json) throws IOException {
    if (!json) {
      upstream.html();
    }
    PageAnswer.Page page = found();
    IndexFile file = page.page().files().getFirst();
    assertThat(file.name().text()).isEqualTo("tiny-1.0-py3-none-any.whl");
    assertThat(file.url()).isEqualTo(upstream.file("tiny-1.0-py3-none-any.whl"));
    assertThat(file.sha256().orElseThrow().hex())
        .isEqualTo(FakeIndex.sha256(wheel("tiny", "1.0").build()));
    assertThat(file.requiresPython()).hasToString(">=3.8");
    assertThat(file.yanked()).isEqualTo(new IndexFile.Yanked.Because("broken"));
    assertThat(page.source()).isEqualTo(upstream.at("/simple/tiny/"));
  }

  @Test
  void asksForJsonBeforeHtml() throws IOException {
    found();
    FakeIndex.Request request = upstream.requests().getFirst();
    assertThat(request.path()).isEqualTo("/simple/tiny/");
    assertThat(request.header("Accept"))
        .isEqualTo(
            "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2,"
                + " text/html;q=0.01");
    assertThat(request.header("User-Agent")).isEqualTo("airlock/test");
  }

  @Test
  void takesAnAddressWithoutASlashAtItsEnd() throws IOException {
    index = new Indexes(http).at(upstream.at("/simple"));
    found();
    assertThat(upstream.requests().getFirst().path()).isEqualTo("/simple/tiny/");
  }

  @Test
  void isToldThatThePageHeldStillHolds() throws IOException {
    Optional<String> etag = found().etag();
    assertThat(etag).isPresent();
    assertThat(index.page(TINY, etag)).isEqualTo(new PageAnswer.NotModified());
    assertThat(index.page(TINY, Optional.of("\"other\""))).isInstanceOf(PageAnswer.Page.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 410})
  void takesTheseForNoSuchProject(int status) throws IOException {
    upstream.next("tiny", status(status));
    assertThat(ask())
        .isEqualTo(
            new PageAnswer.NoSuchProject(
                upstream.simple() + " has no such project (" + status + ")"));
    assertThat(pauses).isEmpty();
  }

  @Test
  void takesAForbiddenPageForARefusal() {
    upstream.next("tiny", status(403));
    assertThatThrownBy(this::ask)
        .isInstanceOf(UpstreamException.class)
        .hasMessageContaining(
            upstream.at("/simple/tiny/") + ": it answered with the status 403, which is a refusal")
        .hasMessageContaining("127.0.0.1:" + upstream.port() + " into ~/.netrc")
        .hasMessageEndingWith("name it under \"forbidden_means_absent\"");
    assertThat(pauses).isEmpty();
  }

  @Test
  void takesAForbiddenPageForNoneWhereItsHostIsKnownToAnswerSo() throws IOException {
    for (String host : List.of("127.0.0.1", "127.0.0.1:" + upstream.port())) {
      IndexSource known = new Indexes(http).withForbidden(List.of(host)).at(upstream.simple());
      upstream.next("tiny", status(403));
      assertThat(known.page(TINY, Optional.empty()))
          .isEqualTo(
              new PageAnswer.NoSuchProject(
                  upstream.simple() + " has no such project (403)", false));
    }
    index = new Indexes(http).withForbidden(List.of("127.0.0.1:1")).at(upstream.simple());
    upstream.next("tiny", status(403));
    assertThatThrownBy(this::ask).isInstanceOf(UpstreamException.class);
  }

  @Test
  void isCertainOfAForbiddenPageWhereTheListOfProjectsDoesNotHaveIt() throws IOException {
    IndexSource known = new Indexes(http).withForbidden(List.of("127.0.0.1")).at(upstream.simple());
    for (String listed : List.of("tiny", "other")) {
      upstream.next("tiny", status(403));
      upstream.next("simple", Answer.page("text/html", "<a href='" + listed + "/'>x</a>"));
      assertThat(known.page(TINY, Optional.empty()))
          .isEqualTo(
              new PageAnswer.NoSuchProject(
                  upstream.simple() + " has no such project (403)", listed.equals("other")));
    }
    for (int status : List.of(403, 401, 404)) {
      upstream.next("tiny", status(403));
      upstream.next("simple", status(status));
      assertThat(known.page(TINY, Optional.empty()))
          .isEqualTo(
              new PageAnswer.NoSuchProject(
                  upstream.simple() + " has no such project (403)", false));
    }
  }

  @Test
  void knowsWhoAnswersForbiddenForNone() {
    assertThat(ForbiddenHosts.USUAL.has(URI.create("https://download.pytorch.org/whl/cu118/x/")))
        .isTrue();
    assertThat(ForbiddenHosts.USUAL.has(URI.create("https://Download-R2.pytorch.org/whl/x/")))
        .isTrue();
    assertThat(ForbiddenHosts.USUAL.has(URI.create("https://pypi.org/simple/x/"))).isFalse();
    assertThat(ForbiddenHosts.USUAL.has(URI.create("https://x.download.pytorch.org/"))).isFalse();
  }

  @Test
  void neverTakesMissingCredentialsForNoSuchProject() throws IOException {
    index = new Indexes(http).withForbidden(List.of("127.0.0.1")).at(upstream.simple());
    upstream.next("tiny", status(401));
    assertThatThrownBy(this::ask)
        .isInstanceOf(UpstreamException.class)
        .hasMessageContaining("answered with the status 401");
  }

  // --- failures

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503, 504})
  void triesAgainAfterAPassingFailure(int status) throws IOException {
    upstream.next("tiny", status(status), status(status));
    found();
    assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  @Test
  void givesUpAfterSomeAttempts() {
    upstream.next("tiny", Collections.nCopies(9, status(502)).toArray(Answer[]::new));
    assertThatThrownBy(this::ask)
        .isInstanceOf(UpstreamException.class)
        .hasMessage(upstream.at("/simple/tiny/") + " answered with the status 502");
    assertThat(upstream.requests()).hasSize(4);
    assertThat(pauses)
        .containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
  }

  @Test
  void waitsAsLongAsTheUpstreamAsks() throws IOException {
    Instant now = Instant.now();
    upstream.next(
        "tiny",
        status(503, "Retry-After", "5"),
        status(503, "Retry-After", "86400"),
        status(503, "Retry-After", HTTP_DATE.format(now.plusSeconds(3600))));
    found();
    assertThat(pauses)
        .containsExactly(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-5", "soon", "", "99999999999999999999", "Thu, 01 Jan 1970 00:00:00 GMT"})
  void waitsAsUsualWhenTheUpstreamAsksForNonsense(String value) throws IOException {
    upstream.next("tiny", status(503, "Retry-After", value));
    found();
    assertThat(pauses).containsExactly(Duration.ofSeconds(1));
  }

  @Test
  void saysWhereCredentialsBelong() {
    upstream.next("tiny", status(401));
    assertThatThrownBy(this::ask)
        .isInstanceOf(UpstreamException.class)
        .hasMessage(
            upstream.at("/simple/tiny/")
                + " answered with the status 401: put the credentials for this host into ~/.netrc");
    assertThat(pauses).isEmpty();
  }

  @Test
  void refusesWhatIsNoPage() {
    upstream.next("tiny", page("application/octet-stream", "<a href='x'>x</a>"));
    assertThatThrownBy(this::ask)
        .isInstanceOf(UpstreamException.class)
        .hasMessage(
            upstream.at("/simple/tiny/")
                + ": it answered with 'application/octet-stream', which is no page of a simple"
                + " index");
  }

  @Test
  void refusesTheLoginPageOfAPortal() {
    upstream.next("tiny", page("text/html", "<form action='/login'><input></form>"));
    assertThatThrownBy(this::ask)
        .isInstanceOf(UpstreamException.class)
        .hasMessageContaining("a login page of a proxy, perhaps");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"files\": [", "[]", "{}", "{\"meta\": {\"api-version\": \"2.0\"}}"})
  void refusesABrokenPage(String json) {
    upstream.next("tiny", page("application/vnd.pypi.simple.v1+json", json));
    assertThatThrownBy(this::ask)
        .isInstanceOf(UpstreamException.class)
        .hasMessageContaining("it is no page of a simple index");
    assertThat(pauses).isEmpty();
  }

  @Test
  void refusesAPageThatUnpacksToTooMuch() throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 65; i++) {
        gzip.write(zeros);
      }
    }
    upstream.next(
        "tiny",
        (exchange, _) -> {
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          exchange.sendResponseHeaders(200, packed.size());
          exchange.getResponseBody().write(packed.toByteArray());
        });
    assertThatThrownBy(this::ask)
        .hasMessage(upstream.at("/simple/tiny/") + ": its page is larger than 64 MiB");
    assertThat(pauses).isEmpty();
  }

  @Test
  void readsAPackedPage() throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write("<a href='tiny-3.0.zip'>x</a>".getBytes(StandardCharsets.UTF_8));
    }
    upstream.next(
        "tiny",
        (exchange, _) -> {
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          exchange.sendResponseHeaders(200, packed.size());
          exchange.getResponseBody().write(packed.toByteArray());
        });
    assertThat(found().page().files().getFirst().name().text()).isEqualTo("tiny-3.0.zip");
  }

  @Test
  void triesAgainWhenAPageIsCut() throws IOException {
    upstream.next(
        "tiny",
        (exchange, _) -> {
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, 1000);
          exchange.getResponseBody().write(new byte[10]);
          exchange.getResponseBody().flush();
        });
    found();
    assertThat(pauses).hasSize(1);
  }

  @Test
  void saysThatNobodyAnswers() {
    upstream.close();
    assertThatThrownBy(this::ask)
        .isInstanceOf(UpstreamException.class)
        .hasMessageStartingWith(upstream.at("/simple/tiny/") + " cannot be reached: ");
    assertThat(pauses).hasSize(3);
  }

  // --- redirects

  @Test
  void resolvesLinksAgainstTheAddressAfterARedirect() throws IOException {
    try (FakeIndex other = FakeIndex.start()) {
      other.next("tiny", page("text/html", "<a href='../files/tiny-2.0.zip'>x</a>"));
      upstream.next("tiny", status(302, "Location", other.at("/mirror/tiny/").toString()));
      PageAnswer.Page page = found();
      assertThat(page.source()).isEqualTo(other.at("/mirror/tiny/"));
      assertThat(page.page().files().getFirst().url())
          .isEqualTo(other.at("/mirror/files/tiny-2.0.zip"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///etc/passwd", "ftp://user:secret@127.0.0.1/tiny/", "gopher:x"})
  void followsNoRedirectToAnotherScheme(String location) {
    upstream.next("tiny", status(302, "Location", location));
    assertThatThrownBy(this::ask)
        .isInstanceOfSatisfying(UpstreamException.class, e -> assertThat(e.isRefused()).isTrue())
        .hasMessage(
            upstream.at("/simple/tiny/")
                + " redirects to "
                + location.replace("user:secret", "***")
                + ", which is not contacted: accepted are addresses of http and https");
    assertThat(pauses).isEmpty();
  }

  @Test
  void followsNoCircle() {
    upstream.next(
        "tiny",
        status(302, "Location", upstream.at("/other/tiny?a").toString()),
        status(302, "Location", "/simple/tiny/"));
    assertThatThrownBy(this::ask)
        .isInstanceOf(UpstreamException.class)
        .hasMessage(
            upstream.at("/other/tiny?a")
                + ": it redirects in a circle, to "
                + upstream.at("/simple/tiny/")
                + " again");
    assertThat(upstream.requests()).hasSize(2);
    assertThat(pauses).isEmpty();
  }

  @Test
  void followsNoRedirectsForEver() {
    for (int i = 0; i < 20; i++) {
      upstream.next("tiny", status(302, "Location", "/" + i + "/tiny"));
    }
    assertThatThrownBy(this::ask)
        .isInstanceOf(UpstreamException.class)
        .hasMessage(
            upstream.at("/9/tiny")
                + ": it redirects to "
                + upstream.at("/10/tiny")
                + ", after 10 redirects before");
    assertThat(upstream.requests()).hasSize(11);
    assertThat(pauses).isEmpty();
  }
}
