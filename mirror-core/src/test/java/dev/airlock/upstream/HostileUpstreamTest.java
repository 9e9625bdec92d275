package dev.airlock.upstream;

import static dev.airlock.fixtures.Answer.status;
import static dev.airlock.fixtures.RawUpstream.bytes;
import static dev.airlock.fixtures.RawUpstream.drip;
import static dev.airlock.fixtures.RawUpstream.head;
import static dev.airlock.fixtures.RawUpstream.request;
import static dev.airlock.fixtures.RawUpstream.reset;
import static dev.airlock.fixtures.RawUpstream.silence;
import static dev.airlock.fixtures.RawUpstream.some;
import static dev.airlock.fixtures.RawUpstream.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.PrivateAuthority;
import dev.airlock.fixtures.RawUpstream;
import dev.airlock.packaging.name.ProjectName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstreams that answer as no proper server does, down to the bytes. */
class HostileUpstreamTest {
  private static final ProjectName TINY = new ProjectName("tiny");
  private static final String OK = "HTTP/1.1 200 OK";
  private static final String HTML = "Content-Type: text/html";
  private static final Patience QUICK =
      new Patience(
          Duration.ofSeconds(20),
          Duration.ofMillis(200),
          Duration.ofSeconds(60),
          1000,
          Duration.ofSeconds(10));

  @TempDir Path home;

  private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
  private final FakeMachine machine = new FakeMachine();
  private RawUpstream upstream;

  @BeforeEach
  void start() throws IOException {
    upstream = RawUpstream.start();
  }

  @AfterEach
  void stop() throws IOException {
    upstream.close();
  }

  private Http client(Patience patience, Egress egress, Map<String, String> environment)
      throws IOException {
    return Http.of(
        new Http.Settings(
            "airlock/test",
            environment,
            home,
            new Retries(3, Duration.ofSeconds(1), Duration.ofSeconds(1), pauses::add),
            patience,
            egress,
            false),
        machine.machine());
  }

  private UpstreamException failure(
      URI index, Patience patience, Egress egress, Map<String, String> environment)
      throws IOException {
    try (Http http = client(patience, egress, environment)) {
      return catchThrowableOfType(
          UpstreamException.class, () -> new Indexes(http).at(index).page(TINY, Optional.empty()));
    }
  }

  private UpstreamException failure() throws IOException {
    return failure(upstream.at("/simple/"), Patience.USUAL, Egress.ANYWHERE, Map.of());
  }

  private PageAnswer.Page page() throws IOException {
    try (Http http = client(Patience.USUAL, Egress.ANYWHERE, Map.of())) {
      return (PageAnswer.Page)
          new Indexes(http).at(upstream.at("/simple/")).page(TINY, Optional.empty());
    }
  }

  // --- slowness

  @Test
  void waitsForNoHeadThatDrips() throws IOException {
    upstream.always(request(), text(OK + "\r\nX-Slow: "), drip("x", Duration.ofMillis(5)));
    UpstreamException failure = failure(upstream.at("/simple/"), QUICK, Egress.ANYWHERE, Map.of());
    assertThat(failure)
        .hasMessage(
            upstream.at("/simple/tiny/")
                + " cannot be reached: SocketTimeoutException (no whole head of an answer within"
                + " 200 ms)");
    assertThat(failure.isUnreachable()).isTrue();
    assertThat(upstream.connections()).isEqualTo(3);
  }

  @Test
  void waitsForNoRedirectsThatTakeTurns() throws IOException {
    for (int i = 0; i < 3; i++) {
      upstream.next(
          request(),
          head("HTTP/1.1 302 Found", "Location: /" + i, "Content-Length: 0", "Connection: close"));
    }
    upstream.next(request(), silence());
    upstream.always(request(), silence());
    assertThat(failure(upstream.at("/simple/"), QUICK, Egress.ANYWHERE, Map.of()))
        .hasMessageContaining("no whole head of an answer within 200 ms");
  }

  @Test
  void waitsForNoDocumentThatDrips() throws IOException {
    machine.passAtEachLook(Duration.ofSeconds(1));
    upstream.always(
        request(), head(OK, HTML, "Content-Length: 1000000"), drip("x", Duration.ofMillis(1)));
    UpstreamException failure =
        failure(
            upstream.at("/simple/"),
            new Patience(
                Duration.ofSeconds(20),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                1000,
                Duration.ofSeconds(10)),
            Egress.ANYWHERE,
            Map.of());
    assertThat(failure)
        .hasMessageMatching(".*/tiny/: it sent \\d+ bytes within 3\\d s, which is too slow");
    assertThat(failure.isUnreachable()).isTrue();
    assertThat(failure.isTransient()).isTrue();
  }

  @Test
  void breaksOffAFileThatDripsAndGoesOnOverAnotherConnection() throws IOException {
    machine.passAtEachLook(Duration.ofSeconds(1));
    upstream.next(
        request(),
        head(OK, "ETag: \"v1\"", "Content-Length: 1000000"),
        drip("x", Duration.ofMillis(1)));
    upstream.next(
        request(),
        head(
            "HTTP/1.1 206 Partial Content",
            "ETag: \"v1\"",
            "Content-Range: bytes 5-6/7",
            "Content-Length: 2"),
        text("ab"));
    try (Http http = client(QUICK.silence(Duration.ofSeconds(60)), Egress.ANYWHERE, Map.of())) {
      var files = new FileAccess(http);
      try (Transfer transfer = files.open(upstream.at("/f"), 0, Optional.empty())) {
        UpstreamException failure =
            catchThrowableOfType(UpstreamException.class, () -> transfer.body().readAllBytes());
        assertThat(failure)
            .hasMessageMatching(".*/f: it sent \\d+ bytes within 10 s, which is too slow");
        assertThat(failure.isTransient()).isTrue();
        assertThat(failure.isUnreachable()).isFalse();
      }
      try (Transfer rest = files.open(upstream.at("/f"), 5, Optional.of("\"v1\""))) {
        assertThat(rest.offset()).isEqualTo(5);
        assertThat(rest.body().readAllBytes()).asString().isEqualTo("ab");
      }
    }
    assertThat(upstream.connections()).isEqualTo(2);
    assertThat(upstream.requests().getLast()).contains("If-Range: \"v1\"", "Range: bytes=5-");
  }

  @Test
  void goesOnOverAnotherConnectionWhenAFileIsLeftUnread() throws IOException {
    upstream.always(
        request(), head(OK, "Content-Length: 10"), text("01234"), request(), text("56789"));
    try (Http http = client(Patience.USUAL, Egress.ANYWHERE, Map.of())) {
      for (int i = 0; i < 2; i++) {
        try (Transfer transfer =
            new FileAccess(http).open(upstream.at("/f"), 0, Optional.empty())) {
          assertThat(transfer.body().readNBytes(5)).asString().isEqualTo("01234");
        }
      }
    }
    assertThat(upstream.connections()).isEqualTo(2);
  }

  // --- lengths

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: -5",
        "Content-Length: 5x",
        "Content-Length: 99999999999999999999",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 6",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
      })
  void takesNoAnswerWhoseLengthIsNotClear(String headers) throws IOException {
    upstream.always(request(), head(OK, HTML, headers), text("5\r\nhello\r\n0\r\n\r\n"));
    UpstreamException failure = failure();
    assertThat(failure)
        .hasMessageStartingWith(upstream.at("/simple/tiny/") + ": it ")
        .hasMessageMatching(
            ".*(states the length '|states two lengths|states both|has the transfer coding).*");
    assertThat(failure.isTransient()).isFalse();
    assertThat(pauses).isEmpty();
    try (Http http = client(Patience.USUAL, Egress.ANYWHERE, Map.of())) {
      assertThatThrownBy(() -> new FileAccess(http).open(upstream.at("/f"), 0, Optional.empty()))
          .isInstanceOf(UpstreamException.class);
    }
  }

  @Test
  void takesTheSameLengthTwice() throws IOException {
    upstream.always(
        request(),
        head(OK, HTML, "Content-Length: 28", "Content-Length: 28"),
        text("<a href='tiny-3.0.zip'>x</a>"));
    assertThat(page().page().files()).hasSize(1);
  }

  @Test
  void readsNoPageThatSaysThatItIsTooLarge() throws IOException {
    upstream.always(request(), head(OK, HTML, "Content-Length: 67108865"), silence());
    assertThat(failure())
        .hasMessage(upstream.at("/simple/tiny/") + ": its page is larger than 64 MiB");
  }

  @Test
  void readsNoPageWithoutAnEnd() throws IOException {
    byte[] chunk = new byte[1 << 20];
    upstream.always(
        request(),
        head(OK, HTML, "Connection: close"),
        connection -> {
          for (int i = 0; i < 1000; i++) {
            bytes(chunk).on(connection);
          }
        });
    assertThat(failure())
        .hasMessage(upstream.at("/simple/tiny/") + ": its page is larger than 64 MiB");
  }

  @Test
  void readsAPageThatIsMuchLargerThanItsPackedForm() throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(" ".repeat(10_000_000).getBytes(StandardCharsets.US_ASCII));
      gzip.write("<a href='tiny-3.0.zip'>x</a>".getBytes(StandardCharsets.US_ASCII));
    }
    upstream.always(
        request(),
        head(OK, HTML, "Content-Encoding: gzip", "Content-Length: " + packed.size()),
        bytes(packed.toByteArray()));
    assertThat(packed.size()).isLessThan(20_000);
    assertThat(page().page().files()).hasSize(1);
  }

  @Test
  void readsNoPageThatIsNestedWithoutEnd() throws IOException {
    String json = "{\"files\": " + "[".repeat(1_000_000);
    upstream.always(
        request(),
        head(
            OK,
            "Content-Type: application/vnd.pypi.simple.v1+json",
            "Content-Length: " + json.length()),
        text(json));
    assertThat(failure()).hasMessageContaining("it is no page of a simple index");
    assertThat(pauses).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Type: text/html\r\n\r\nno gzip",
        "220 mail.example ESMTP\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/html\r\n\r\nxyz\r\n",
        "\u0000\u0001\u0002",
      })
  void takesNoNonsense(String answer) throws IOException {
    upstream.always(request(), text(answer));
    assertThat(failure()).isInstanceOf(UpstreamException.class);
    assertThat(upstream.connections()).isLessThanOrEqualTo(6);
  }

  @Test
  void triesAgainAfterAReset() throws IOException {
    upstream.next(request(), reset());
    upstream.next(request(), head(OK, HTML, "Content-Length: 100"), text("<a "), reset());
    upstream.always(
        request(), head(OK, HTML, "Content-Length: 28"), text("<a href='tiny-3.0.zip'>x</a>"));
    assertThat(page().page().files()).hasSize(1);
  }

  @Test
  void keepsNoValidatorThatCannotBeSentBack() throws IOException {
    upstream.always(
        request(),
        head(OK, HTML, "ETag: \"\u00fc\"", "Content-Length: 28"),
        text("<a href='tiny-3.0.zip'>x</a>"));
    assertThat(page().etag()).isEmpty();
    try (Http http = client(Patience.USUAL, Egress.ANYWHERE, Map.of());
        Transfer transfer = new FileAccess(http).open(upstream.at("/f"), 0, Optional.empty())) {
      assertThat(transfer.validator()).isEmpty();
    }
  }

  @Test
  void endsWhenItIsInterrupted() throws Exception {
    upstream.always(request(), silence());
    try (Http http = client(Patience.USUAL, Egress.ANYWHERE, Map.of())) {
      var failure = new CompletableFuture<Throwable>();
      Thread asking =
          Thread.ofVirtual()
              .start(() ->
                  failure.complete(
                      catchThrowable(() ->
                          new Indexes(http)
                              .at(upstream.at("/simple/"))
                              .page(TINY, Optional.empty()))));
      asking.interrupt();
      assertThat(failure.get()).isInstanceOf(InterruptedIOException.class);
    }
  }

  // --- TLS

  @Test
  void trustsNoCertificateThatRanOut() throws IOException {
    Path authority = PrivateAuthority.writeExpiredPem(home.resolve("ca.pem"));
    try (RawUpstream expired = RawUpstream.startExpired()) {
      expired.always(request(), head(OK, "Content-Length: 0"));
      UpstreamException failure =
          failure(
              expired.at("/simple/"),
              Patience.USUAL,
              Egress.ANYWHERE,
              Map.of("SSL_CERT_FILE", authority.toString()));
      assertThat(failure)
          .hasMessageStartingWith(expired.at("/simple/tiny/") + " cannot be reached: SSL")
          .hasMessageContaining("SSL_CERT_FILE names the authorities to trust");
      assertThat(failure.isUnreachable()).isTrue();
      assertThat(failure.isTransient()).isFalse();
      assertThat(expired.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // An alert: protocol_version.
        "15030100020246",
        // A ServerHello of TLS 1.0, and one of TLS 1.1.
        "160301002a020000260301RANDOM00002f00",
        "160302002a020000260302RANDOM00002f00",
        // Half of a ServerHello.
        "160303002a0200",
        // Nothing.
        "",
        // No TLS at all: HTTP/1.1 400.
        "485454502f312e31203430300d0a0d0a",
      })
  void speaksTlsOfTodayOrNotAtAll(String answer) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(answer.replace("RANDOM", "00".repeat(32)));
    upstream.always(some(), bytes(bytes));
    UpstreamException failure =
        failure(upstream.at("https", "/simple/"), Patience.USUAL, Egress.ANYWHERE, Map.of());
    assertThat(failure)
        .hasMessageStartingWith(upstream.at("https", "/simple/tiny/") + " cannot be reached: ");
    assertThat(failure.isUnreachable()).isTrue();
  }

  @Test
  void waitsForNoHandshakeThatDrips() throws IOException {
    upstream.always(drip("\u0016", Duration.ofMillis(5)));
    assertThat(
            failure(upstream.at("https", "/simple/"), QUICK, Egress.ANYWHERE, Map.of())
                .isUnreachable())
        .isTrue();
  }

  // --- where requests go

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/latest/meta-data/",
        "http://user:secret@evil.example/simple/tiny/",
        "http://127.0.0.1:1/simple/tiny/",
        "http://localhost/",
        "http://[::1]/",
        "http://2130706433/",
        "//evil.example/x",
      })
  void followsNoRedirectToAHostThatIsNotAllowed(String location) throws IOException {
    upstream.always(
        request(), head("HTTP/1.1 302 Found", "Location: " + location, "Content-Length: 0"));
    UpstreamException failure =
        failure(
            upstream.at("/simple/"),
            Patience.USUAL,
            Egress.only(List.of(upstream.at("/simple/")), List.of("files.pythonhosted.org")),
            Map.of());
    String target =
        (location.startsWith("//") ? "http:" + location : location).replace("user:secret@", "");
    assertThat(failure)
        .hasMessageStartingWith(
            upstream.at("/simple/tiny/") + " redirects to " + target + ", which is not contacted: ")
        .hasMessageEndingWith(" is no configured upstream and no allowed host");
    assertThat(failure.isRefused()).isTrue();
    assertThat(failure.isTransient()).isFalse();
    assertThat(upstream.connections()).isOne();
    assertThat(machine.lookups()).isEmpty();
  }

  @Test
  void connectsNoAllowedNameToThisMachine() throws IOException {
    machine.name("cdn.example", "127.0.0.1");
    UpstreamException failure =
        failure(
            URI.create("http://cdn.example:" + upstream.port() + "/simple/"),
            Patience.USUAL,
            Egress.only(List.of(), List.of("cdn.example:" + upstream.port())),
            Map.of());
    assertThat(failure)
        .hasMessageStartingWith(
            "http://cdn.example:"
                + upstream.port()
                + "/simple/tiny/ is not contacted: cdn.example resolves to 127.0.0.1, which is no"
                + " public address");
    assertThat(failure.isRefused()).isTrue();
    assertThat(upstream.connections()).isZero();
    assertThat(pauses).isEmpty();
  }

  @Test
  void contactsNoHostThatIsNotAllowed() throws IOException {
    try (Http http = client(Patience.USUAL, Egress.only(List.of(), List.of()), Map.of())) {
      var files = new FileAccess(http);
      assertThat(files.canReach(upstream.at("/f"))).isFalse();
      assertThatThrownBy(() -> files.open(upstream.at("/f"), 0, Optional.empty()))
          .hasMessage(
              upstream.at("/f")
                  + " is not contacted: 127.0.0.1:"
                  + upstream.port()
                  + " is no configured upstream and no allowed host");
    }
    assertThat(upstream.connections()).isZero();
  }

  @Test
  void leavesTlsForNoRedirect() throws IOException {
    Path authority = PrivateAuthority.writePem(home.resolve("ca.pem"));
    try (FakeIndex tls = FakeIndex.startTls()) {
      tls.next("tiny", status(302, "Location", upstream.at("/simple/tiny/").toString()));
      assertThat(
              failure(
                  tls.simple(),
                  Patience.USUAL,
                  Egress.ANYWHERE,
                  Map.of("SSL_CERT_FILE", authority.toString())))
          .hasMessage(
              tls.at("/simple/tiny/")
                  + " redirects to "
                  + upstream.at("/simple/tiny/")
                  + ", which is not contacted: it leaves TLS");
      assertThat(upstream.connections()).isZero();
    }
  }

  // --- credentials

  @Test
  void letsCredentialsIntoNoMessageAndNoLog() throws IOException {
    var lines = Collections.synchronizedList(new ArrayList<String>());
    var handler = listener(lines);
    Logger root = Logger.getLogger("");
    Level before = root.getLevel();
    root.setLevel(Level.ALL);
    root.addHandler(handler);
    try {
      upstream.next(request(), head("HTTP/1.1 401 Who?", "Content-Length: 0"));
      upstream.next(request(), head("HTTP/1.1 302 Found", "Location: ftp://me:secret@x/", "X: y"));
      upstream.next(request(), head(OK, HTML, "Content-Length: -1"));
      upstream.next(request(), head(OK, "Content-Type: x/y", "Content-Length: 0"));
      URI index = URI.create(upstream.at("/simple/").toString().replace("//", "//me:secret@"));
      var failures = new ArrayList<Throwable>();
      for (int i = 0; i < 4; i++) {
        failures.add(failure(index, Patience.USUAL, Egress.ANYWHERE, Map.of()));
      }
      failures.add(failure(index, Patience.USUAL, Egress.only(List.of(), List.of()), Map.of()));
      failures.add(
          failure(
              URI.create("http://me:secret@nowhere.example/"),
              Patience.USUAL,
              Egress.ANYWHERE,
              Map.of()));
      failures.add(failure(index, QUICK, Egress.ANYWHERE, Map.of()));
      assertThat(failures).hasSize(7).doesNotContainNull();
      for (Throwable failure : failures) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
          assertThat(at.toString()).doesNotContain("secret");
        }
      }
      assertThat(lines).noneMatch(line -> line.contains("secret"));
    } finally {
      root.removeHandler(handler);
      root.setLevel(before);
    }
  }

  private static Handler listener(List<String> lines) {
    return new Handler() {
      @Override
      public void publish(LogRecord line) {
        lines.add(line.getMessage() + " " + line.getThrown());
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }
}
