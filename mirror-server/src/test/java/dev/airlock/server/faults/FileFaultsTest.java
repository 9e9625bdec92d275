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

import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.RawUpstream.Step;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.server.Hybrid;
import dev.airlock.upstream.Patience;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

/** Files that arrive broken, wrong, too slowly or from elsewhere. */
class FileFaultsTest {
  private static final WheelBuilder WHEEL = wheel("bulky", "1.0").padding(200_000);
  private static final byte[] BYTES = WHEEL.build();
  private static final String NAME = WHEEL.filename();
  private static final String FILE = Hybrid.file("pypi.org-simple", "bulky", NAME);
  private static final int MOST = BYTES.length * 99 / 100;
  private static final byte[] OTHER = other();
  private static final String PORTAL = "<html><body>Please log in to the network.</body></html>";

  private static final String OK = "HTTP/1.1 200 OK";
  private static final String PARTIAL = "HTTP/1.1 206 Partial Content";
  private static final String V1 = "ETag: \"v1\"";
  private static final String WHOLE = "Content-Length: " + BYTES.length;
  private static final String CLOSE = "Connection: close";

  @TempDir Path directory;

  private FakeIndex index;
  private Line line;

  @BeforeEach
  void start() throws IOException {
    index = FakeIndex.start();
    line = Line.to(index);
  }

  @AfterEach
  void stop() throws IOException {
    line.close();
    index.close();
  }

  private Hybrid mirror(Patience patience) throws IOException {
    return Hybrid.in(directory).pypi(line.simple()).patience(patience).start();
  }

  private static byte[] other() {
    byte[] other = BYTES.clone();
    other[BYTES.length / 2] ^= 1;
    return other;
  }

  private static byte[] first(int count) {
    return Arrays.copyOf(BYTES, count);
  }

  private static Step[] script(Step... steps) {
    return steps;
  }

  /** Promises all, and sends most of it. */
  private static Step[] broken(Step... end) {
    return Stream.concat(Stream.of(head(OK, WHOLE, V1, CLOSE), bytes(first(MOST))), Stream.of(end))
        .toArray(Step[]::new);
  }

  private static Step range(byte[] of, int from) {
    byte[] rest = Arrays.copyOfRange(of, from, of.length);
    return connection -> {
      head(
              PARTIAL,
              "Content-Range: bytes " + from + "-" + (of.length - 1) + "/" + of.length,
              "Content-Length: " + rest.length,
              CLOSE)
          .on(connection);
      bytes(rest).on(connection);
    };
  }

  private static Step document(byte[] document, String... headers) {
    var lines = new ArrayList<>(List.of(OK, CLOSE));
    lines.addAll(List.of(headers));
    return connection -> {
      head(lines.toArray(String[]::new)).on(connection);
      bytes(document).on(connection);
    };
  }

  private static byte[] gzip(byte[] bytes) {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  // --- what passes

  static Stream<Arguments> passing() {
    return Stream.of(
        passing("broken off before its length", broken()),
        passing("reset", broken(reset())),
        passing("standing still at 99 %", broken(silence())),
        passing(
            "one byte at a time",
            script(head(OK, WHOLE, V1, CLOSE), drip("x", Duration.ofMillis(20)))),
        passing("a head that drips", script(text(OK + "\r\nX: "), drip("x", Duration.ofMillis(5)))),
        passing("silence", script(silence())),
        passing("no answer", script()),
        passing("no answer but a reset", script(reset())),
        passing("no HTTP", script(text("220 mail.example ESMTP\r\n"))),
        passing(
            "a chunk that breaks off",
            script(
                head(OK, "Transfer-Encoding: chunked", V1, CLOSE),
                text("fffff\r\n"),
                bytes(first(100)))),
        passing("broken off twice", broken(), script(range(first(MOST + 500), MOST))),
        passing(
            "other bytes from where it broke, under the same validator",
            broken(),
            script(range(OTHER, MOST))),
        passing(
            "another version after it broke",
            script(head(OK, WHOLE, "ETag: \"v0\"", CLOSE), bytes(first(MOST)))),
        passing(
            "a range that begins behind the end",
            broken(),
            script(head("HTTP/1.1 416 Range Not Satisfiable", "Content-Length: 0", CLOSE))),
        passing("503 once", script(head("HTTP/1.1 503 No", "Content-Length: 0", CLOSE))),
        passing(
            "429 once", script(head("HTTP/1.1 429 Slow", "Retry-After: 9", "Content-Length: 0"))));
  }

  private static Arguments passing(String fault, Step[]... scripts) {
    return arguments(fault, List.of(scripts));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("passing")
  void servesTheRightBytesInSpiteOf(String fault, List<Step[]> scripts) throws Exception {
    index.add(WHEEL);
    try (Hybrid mirror = mirror(Hybrid.HASTY)) {
      scripts.forEach(script -> line.next(NAME, script));

      HttpResponse<byte[]> answer = mirror.get(FILE);

      assertThat(answer.statusCode()).as(fault).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(BYTES);
      assertThat(mirror.held("bulky", NAME)).hasValue(BYTES);
      mirror.assertSound();
      assertThat(Hybrid.source(mirror.get(FILE))).isEqualTo("store");
    }
  }

  @Test
  void goesOnWhereItBrokeOverAnotherConnection() throws Exception {
    index.add(WHEEL);
    try (Hybrid mirror = mirror(Hybrid.CALM)) {
      line.next(NAME, broken());
      assertThat(mirror.get(FILE).body()).isEqualTo(BYTES);
      assertThat(line.requests(NAME)).hasSize(2);
      assertThat(line.requests(NAME).getLast())
          .contains("Range: bytes=" + MOST + "-", "If-Range: \"v1\"");
    }
  }

  // --- what does not

  static Stream<Arguments> lasting() {
    return Stream.of(
        failing(503, "broken off before its length", broken()),
        failing(503, "reset", broken(reset())),
        failing(503, "standing still at 99 %", broken(silence())),
        failing(503, "silence", silence()),
        failing(503, "no HTTP", text("\u0000\u0001\u0002")),
        wrong("cut short without a length", first(MOST), head(OK, CLOSE), bytes(first(MOST))),
        wrong(
            "a length that is too small",
            first(MOST),
            head(OK, "Content-Length: " + MOST, CLOSE),
            bytes(BYTES)),
        wrong("other bytes, as many", OTHER, head(OK, WHOLE, CLOSE), bytes(OTHER)),
        wrong(
            "the page of a captive portal",
            PORTAL.getBytes(StandardCharsets.US_ASCII),
            document(PORTAL.getBytes(StandardCharsets.US_ASCII), "Content-Type: text/html")),
        wrong("nothing at all", new byte[0], head(OK, "Content-Length: 0", CLOSE)),
        wrong(
            "the right bytes, packed without being asked",
            gzip(BYTES),
            document(gzip(BYTES), "Content-Encoding: gzip")),
        failing(502, "two lengths", document(BYTES, WHOLE, "Content-Length: 5")),
        failing(502, "a negative length", document(BYTES, "Content-Length: -5")),
        failing(502, "a length and chunks", document(BYTES, WHOLE, "Transfer-Encoding: chunked")),
        failing(502, "an absurd length", document(BYTES, "Content-Length: 99999999999999999999")),
        failing(
            502,
            "a range that nobody asked for",
            connection -> {
              head(
                      PARTIAL,
                      "Content-Range: bytes 100-199/" + BYTES.length,
                      "Content-Length: 100",
                      CLOSE)
                  .on(connection);
              bytes(first(100)).on(connection);
            }));
  }

  /** Whoever was sent a part already gets no status, but a connection that is cut. */
  private static Arguments failing(int status, String fault, Step... script) {
    return arguments(fault, status, Optional.empty(), script);
  }

  /** The upstream says that all is well, and the bytes are wrong. */
  private static Arguments wrong(String fault, byte[] bytes, Step... script) {
    return arguments(fault, 502, Optional.of(bytes), script);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lasting")
  void fallsForNothingAndRecoversFrom(
      String fault, int status, Optional<byte[]> quarantined, Step[] script) throws Exception {
    index.add(WHEEL);
    try (Hybrid mirror = mirror(Hybrid.HASTY)) {
      line.always(NAME, script);

      Optional<HttpResponse<byte[]>> answer = mirror.ask(FILE);

      answer.ifPresent(whole -> {
        assertThat(whole.statusCode()).as(Hybrid.text(whole)).isEqualTo(status);
        assertThat(Hybrid.text(whole)).contains(NAME);
        assertThat(whole.headers().firstValue("Retry-After").isPresent()).isEqualTo(status == 503);
      });
      assertThat(mirror.held("bulky", NAME)).isEmpty();
      assertThat(mirror.store().blobs().list()).isEmpty();
      if (quarantined.isPresent()) {
        assertThat(mirror.quarantined()).contains(quarantined.get());
      } else {
        assertThat(mirror.quarantined()).isEmpty();
      }
      mirror.assertSound();
      works(mirror, fault);
    }
  }

  /** The very next request succeeds when the line is sound again. */
  private void works(Hybrid mirror, String fault) throws Exception {
    line.heal();
    HttpResponse<byte[]> again = mirror.get(FILE);
    assertThat(again.statusCode()).as("after %s: %s", fault, again.body().length).isEqualTo(200);
    assertThat(again.body()).isEqualTo(BYTES);
    assertThat(mirror.held("bulky", NAME)).hasValue(BYTES);
    mirror.assertSound();
  }

  // --- where a client has seen a part already

  @Test
  void cutsTheConnectionOfWhoeverWasSentAPartOfWrongBytes() throws Exception {
    WheelBuilder large = wheel("large", "1.0").padding(5 << 20);
    byte[] right = large.build();
    byte[] wrong = right.clone();
    wrong[wrong.length - 1] ^= 1;
    index.add(large);
    String file = Hybrid.file("pypi.org-simple", "large", large.filename());
    try (Hybrid mirror = mirror(Hybrid.CALM)) {
      line.always(
          large.filename(), head(OK, "Content-Length: " + wrong.length, CLOSE), bytes(wrong));

      Optional<HttpResponse<byte[]>> answer = mirror.ask(file);

      assertThat(answer.filter(whole -> whole.statusCode() == 200)).isEmpty();
      assertThat(mirror.held("large", large.filename())).isEmpty();
      Hybrid.await("quarantine", () -> holds(mirror, wrong));
      mirror.assertSound();
      line.heal();
      assertThat(mirror.get(file).body()).isEqualTo(right);
    }
  }

  private static boolean holds(Hybrid mirror, byte[] wrong) throws IOException {
    return mirror.quarantined().stream().anyMatch(bytes -> Arrays.equals(bytes, wrong));
  }

  @Test
  void sendsNoWholeFileOfUnknownLengthThatIsWrong() throws Exception {
    WheelBuilder large = wheel("large", "1.0").padding(5 << 20);
    byte[] right = large.build();
    index.add(large);
    String file = Hybrid.file("pypi.org-simple", "large", large.filename());
    try (Hybrid mirror = mirror(Hybrid.CALM)) {
      line.always(large.filename(), head(OK, CLOSE), bytes(Arrays.copyOf(right, 5_000_000)));

      Optional<HttpResponse<byte[]>> answer = mirror.ask(file);

      assertThat(answer.filter(whole -> whole.statusCode() == 200)).isEmpty();
      assertThat(mirror.held("large", large.filename())).isEmpty();
      mirror.assertSound();
      line.heal();
      assertThat(mirror.get(file).body()).isEqualTo(right);
    }
  }

  // --- what the index says of a file

  @ParameterizedTest
  @ValueSource(longs = {-1, 1, -100_000, 100_000})
  void takesNoFileOfAnotherLengthThanTheIndexStates(long difference) throws Exception {
    index.add(WHEEL).size(BYTES.length + difference);
    try (Hybrid mirror = mirror(Hybrid.CALM)) {
      Optional<HttpResponse<byte[]>> answer = mirror.ask(FILE);

      assertThat(answer.filter(whole -> whole.statusCode() < 500)).isEmpty();
      assertThat(mirror.held("bulky", NAME)).isEmpty();
      assertThat(mirror.store().blobs().list()).isEmpty();
      mirror.assertSound();
      index.add(WHEEL);
      assertThat(mirror.get("/simple/bulky/").statusCode()).isEqualTo(200);
      works(mirror, "a wrong length in the index");
    }
  }

  @Test
  void takesNoPortalForAWheelOfWhichTheIndexStatesNoDigest() throws Exception {
    index.add(WHEEL).withoutDigest();
    try (Hybrid mirror = mirror(Hybrid.CALM)) {
      line.always(NAME, document(PORTAL.getBytes(StandardCharsets.US_ASCII)));

      Optional<HttpResponse<byte[]>> answer = mirror.ask(FILE);

      assertThat(answer.filter(whole -> whole.statusCode() < 500)).isEmpty();
      assertThat(mirror.held("bulky", NAME)).isEmpty();
      mirror.assertSound();
      works(mirror, "a portal");
    }
  }

  @Test
  void takesNoPartOfAWheelOfWhichNothingIsStated() throws Exception {
    index.add(WHEEL).withoutDigest();
    try (Hybrid mirror = mirror(Hybrid.CALM)) {
      line.always(NAME, head(OK, CLOSE), bytes(first(MOST)));

      Optional<HttpResponse<byte[]>> answer = mirror.ask(FILE);

      assertThat(answer.filter(whole -> whole.statusCode() < 500)).isEmpty();
      assertThat(mirror.held("bulky", NAME)).isEmpty();
      mirror.assertSound();
      works(mirror, "a part");
    }
  }
}
