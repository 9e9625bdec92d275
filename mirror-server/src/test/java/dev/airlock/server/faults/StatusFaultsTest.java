package dev.airlock.server.faults;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.server.Hybrid;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstreams that answer with failures, or lead elsewhere. */
class StatusFaultsTest {
  private static final WheelBuilder WHEEL = wheel("tiny", "1.0");
  private static final byte[] BYTES = WHEEL.build();
  private static final String PAGE = "/simple/tiny/";
  private static final String NAME = WHEEL.filename();
  private static final String FILE = Hybrid.file("pypi.org-simple", "tiny", NAME);
  private static final String UPSTREAM_FILE = "/files/" + NAME;
  private static final String LOCATION = "Location";

  private static WireMockServer upstream;

  @TempDir Path directory;

  private Hybrid mirror;

  @BeforeAll
  static void listen() {
    upstream =
        new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));
    upstream.start();
  }

  @AfterAll
  static void stopListening() {
    upstream.stop();
  }

  @BeforeEach
  void start() throws IOException {
    heal();
    mirror = Hybrid.in(directory).pypi(at("/simple/")).start();
  }

  @AfterEach
  void stop() throws IOException {
    mirror.close();
  }

  private static URI at(String path) {
    return URI.create("http://127.0.0.1:" + upstream.port() + path);
  }

  /** An upstream without faults. */
  private static void heal() {
    upstream.resetAll();
    answer(PAGE, page(UPSTREAM_FILE));
    answer(UPSTREAM_FILE, aResponse().withBody(BYTES));
  }

  private static ResponseDefinitionBuilder page(String address) {
    return aResponse()
        .withHeader("Content-Type", "text/html")
        .withBody(
            "<a href='%s#sha256=%s'>%s</a>".formatted(address, FakeIndex.sha256(BYTES), NAME));
  }

  private static void answer(String path, ResponseDefinitionBuilder answer) {
    upstream.stubFor(get(urlPathEqualTo(path)).willReturn(answer));
  }

  private static ResponseDefinitionBuilder redirect(String to) {
    return aResponse().withStatus(302).withHeader(LOCATION, to);
  }

  private void assertNothingIsHeld() throws Exception {
    assertThat(mirror.store().blobs().list()).isEmpty();
    mirror.assertSound();
  }

  private void works() throws Exception {
    heal();
    assertThat(mirror.get(PAGE).statusCode()).isEqualTo(200);
    assertThat(mirror.get(FILE).body()).isEqualTo(BYTES);
    assertThat(mirror.held("tiny", NAME)).hasValue(BYTES);
    mirror.assertSound();
  }

  // --- statuses

  @ParameterizedTest
  @CsvSource({
    "400, 502",
    "401, 502",
    "403, 404",
    "404, 404",
    "410, 404",
    "418, 502",
    "429, 503",
    "500, 503",
    "502, 503",
    "503, 503",
    "504, 503"
  })
  void saysOfAFileWhatItsUpstreamSays(int status, int said) throws Exception {
    answer(UPSTREAM_FILE, aResponse().withStatus(status).withBody("no"));

    HttpResponse<byte[]> answer = mirror.get(FILE);

    assertThat(answer.statusCode()).as(Hybrid.text(answer)).isEqualTo(said);
    assertThat(Hybrid.text(answer)).contains(NAME, "answered with the status " + status);
    assertThat(answer.headers().firstValue("Retry-After").isPresent()).isEqualTo(said == 503);
    assertNothingIsHeld();
    works();
  }

  @ParameterizedTest
  @CsvSource({
    "400, 502",
    "401, 502",
    "403, 502",
    "418, 502",
    "429, 503",
    "500, 503",
    "503, 503",
    "504, 503"
  })
  void saysOfAPageWhatItsUpstreamSays(int status, int said) throws Exception {
    answer(PAGE, aResponse().withStatus(status).withBody("no"));

    HttpResponse<byte[]> answer = mirror.get(PAGE);

    assertThat(answer.statusCode()).as(Hybrid.text(answer)).isEqualTo(said);
    assertThat(Hybrid.text(answer)).contains("tiny", "answered with the status " + status);
    assertThat(answer.headers().firstValue("Retry-After").isPresent()).isEqualTo(said == 503);
    assertNothingIsHeld();
    works();
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 410})
  void believesForAWhileThatThereIsNoSuchProject(int status) throws Exception {
    answer(PAGE, aResponse().withStatus(status));

    for (int i = 0; i < 5; i++) {
      assertThat(mirror.get(PAGE).statusCode()).isEqualTo(404);
    }
    upstream.verify(1, getRequestedFor(urlEqualTo(PAGE)));

    heal();
    mirror.advance(Duration.ofSeconds(31));
    assertThat(mirror.get(PAGE).statusCode()).isEqualTo(200);
    works();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "120",
        "Wed, 21 Oct 2065 07:28:00 GMT",
        "Wed, 21 Oct 2015 07:28:00 GMT",
        "999999999",
        "99999999999999999999",
        "-5",
        "soon",
        ""
      })
  void asksClientsToComeBackInReasonableTime(String retryAfter) throws Exception {
    answer(PAGE, aResponse().withStatus(503).withHeader("Retry-After", retryAfter));

    HttpResponse<byte[]> answer = mirror.get(PAGE);

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValueAsLong("Retry-After").orElse(-1)).isBetween(1L, 300L);
    works();
  }

  @Test
  void leavesAnUpstreamAloneThatFailsAgainAndAgain() throws Exception {
    answer(PAGE, aResponse().withStatus(500));
    for (int i = 0; i < 3; i++) {
      assertThat(mirror.get(PAGE).statusCode()).isEqualTo(503);
    }
    assertThat(upstream.findAll(getRequestedFor(urlEqualTo(PAGE)))).hasSize(5);
    heal();
    mirror.getUntil(PAGE, answer -> answer.statusCode() == 200);
    works();
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void standsAFaultOfAnyKindInAFile(Fault fault) throws Exception {
    answer(UPSTREAM_FILE, aResponse().withFault(fault));

    Optional<HttpResponse<byte[]>> answer = mirror.ask(FILE);

    assertThat(answer.filter(whole -> whole.statusCode() < 500)).isEmpty();
    assertNothingIsHeld();
    works();
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void standsAFaultOfAnyKindInAPage(Fault fault) throws Exception {
    answer(PAGE, aResponse().withStatus(200).withFault(fault));

    HttpResponse<byte[]> answer = mirror.get(PAGE);

    assertThat(answer.statusCode()).as(Hybrid.text(answer)).isIn(502, 503);
    assertNothingIsHeld();
    works();
  }

  // --- redirects

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://2852039166/",
        "http://127.0.0.1:1/",
        "http://localhost/",
        "http://10.0.0.1/",
        "//other.example/tiny",
        "https://files.pythonhosted.org.other.example/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://"
      })
  void followsNoRedirectToWhereItMayNotGo(String to) throws Exception {
    answer(PAGE, redirect(to));
    HttpResponse<byte[]> page = mirror.get(PAGE);
    assertThat(page.statusCode()).isEqualTo(502);
    assertThat(Hybrid.text(page)).contains("is not contacted");

    heal();
    answer(UPSTREAM_FILE, redirect(to));
    HttpResponse<byte[]> file = mirror.get(FILE);
    assertThat(file.statusCode()).isEqualTo(502);
    assertThat(Hybrid.text(file)).contains("is not contacted");
    assertNothingIsHeld();
    works();
  }

  @Test
  void followsNoRedirectsInACircle() throws Exception {
    answer(PAGE, redirect("/other"));
    answer("/other", redirect(PAGE));
    HttpResponse<byte[]> page = mirror.get(PAGE);
    assertThat(page.statusCode()).isEqualTo(502);
    assertThat(Hybrid.text(page)).contains("in a circle");
    works();
  }

  @Test
  void followsNoEndlessRedirects() throws Exception {
    for (int i = 0; i < 20; i++) {
      answer("/" + i, redirect("/" + (i + 1)));
    }
    answer(UPSTREAM_FILE, redirect("/0"));
    HttpResponse<byte[]> file = mirror.get(FILE);
    assertThat(file.statusCode()).isEqualTo(502);
    assertThat(Hybrid.text(file)).contains("after 10 redirects before");
    assertNothingIsHeld();
    works();
  }

  @Test
  void followsARedirectToAnAllowedHost() throws Exception {
    try (FakeIndex other = FakeIndex.start();
        Hybrid allowing =
            Hybrid.in(directory.resolve("allowing"))
                .pypi(at("/simple/"))
                .hosts("127.0.0.1:" + other.port())
                .start()) {
      other.add(WHEEL);
      answer(UPSTREAM_FILE, redirect(other.file(NAME).toString()));
      assertThat(allowing.get(FILE).body()).isEqualTo(BYTES);

      HttpResponse<byte[]> refused = mirror.get(FILE);
      assertThat(refused.statusCode()).isEqualTo(502);
      assertThat(other.requests(NAME)).hasSize(1);
      works();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/",
        "http://127.0.0.1:1/",
        "https://other.example/",
        "file:///etc/",
        "javascript:alert(1)//"
      })
  void listsNoFileThatItWouldNotContact(String where) throws Exception {
    answer(PAGE, page(where + NAME));
    HttpResponse<byte[]> page = mirror.get(PAGE);
    assertThat(page.statusCode()).as(Hybrid.text(page)).isIn(404, 503);
    assertThat(mirror.get(FILE).statusCode()).isIn(404, 502);
    assertNothingIsHeld();
    works();
  }
}
