package dev.airlock.server.faults;

import static dev.airlock.fixtures.RawUpstream.bytes;
import static dev.airlock.fixtures.RawUpstream.reset;
import static dev.airlock.fixtures.RawUpstream.silence;
import static dev.airlock.fixtures.RawUpstream.some;
import static dev.airlock.fixtures.RawUpstream.tunnel;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.PrivateAuthority;
import dev.airlock.fixtures.RawUpstream;
import dev.airlock.fixtures.RawUpstream.Step;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.server.Hybrid;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Upstreams to which there is no connection that can be trusted, or none at all. */
class TlsFaultsTest {
  private static final WheelBuilder WHEEL = wheel("tiny", "1.0");
  private static final byte[] BYTES = WHEEL.build();
  private static final String PAGE = "/simple/tiny/";
  private static final String FILE = Hybrid.file("pypi.org-simple", "tiny", WHEEL.filename());

  @TempDir Path directory;

  private FakeIndex index;
  private RawUpstream line;

  @BeforeEach
  void start() throws IOException {
    index = FakeIndex.startTls();
    index.add(WHEEL);
    line = RawUpstream.start();
  }

  @AfterEach
  void stop() throws IOException {
    line.close();
    index.close();
  }

  private Hybrid mirror(URI address, Path authorities) throws IOException {
    return Hybrid.in(directory)
        .pypi(address)
        .patience(Hybrid.HASTY)
        .environment(Map.of("SSL_CERT_FILE", authorities.toString()))
        .start();
  }

  /** Trusts whoever signed the sound certificate, and whoever signed the one that ran out. */
  private Path authorities() throws IOException {
    Path sound = PrivateAuthority.writePem(directory.resolve("sound.pem"));
    Path expired = PrivateAuthority.writeExpiredPem(directory.resolve("expired.pem"));
    return Files.writeString(
        directory.resolve("both.pem"), Files.readString(sound) + Files.readString(expired));
  }

  private static void assertRefused(Hybrid mirror) throws Exception {
    HttpResponse<byte[]> page = mirror.get(PAGE);
    assertThat(page.statusCode()).as(Hybrid.text(page)).isEqualTo(503);
    assertThat(Hybrid.text(page)).contains("cannot be reached");
    assertThat(page.headers().firstValue("Retry-After")).isPresent();
    assertThat(mirror.get(FILE).statusCode()).isEqualTo(503);
    assertThat(mirror.store().blobs().list()).isEmpty();
    mirror.assertSound();
  }

  private void works(Hybrid mirror) throws Exception {
    mirror.getUntil(PAGE, answer -> Hybrid.source(answer).equals("upstream"));
    assertThat(mirror.get(FILE).body()).isEqualTo(BYTES);
    mirror.assertSound();
  }

  static Stream<Arguments> handshakes() {
    return Stream.of(
        arguments("half of a ServerHello", new Step[] {some(), hex("160303002a0200")}),
        arguments("nothing", new Step[] {some()}),
        arguments("a reset", new Step[] {some(), reset()}),
        arguments("silence", new Step[] {some(), silence()}),
        arguments("an alert", new Step[] {some(), hex("15030100020246")}),
        arguments(
            "plain HTTP",
            new Step[] {
              some(), bytes("HTTP/1.1 400 Bad\r\n\r\n".getBytes(StandardCharsets.US_ASCII))
            }));
  }

  private static Step hex(String bytes) {
    return bytes(HexFormat.of().parseHex(bytes));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("handshakes")
  void refusesAHandshakeThatFailsAndRecovers(String fault, Step[] script) throws Exception {
    line.always(script);
    try (Hybrid mirror = mirror(line.at("https", "/simple/"), authorities())) {
      assertRefused(mirror);
      line.always(tunnel(index.port()));
      works(mirror);

      line.always(script);
      line.drop();
      index.add(wheel("tiny", "2.0"));
      HttpResponse<byte[]> held =
          mirror.getUntil(PAGE, answer -> Hybrid.source(answer).equals("stale"));
      assertThat(Hybrid.text(held)).as(fault).contains("tiny-1.0").doesNotContain("tiny-2.0");
      assertThat(mirror.get(FILE).body()).isEqualTo(BYTES);
    }
  }

  @Test
  void trustsNoCertificateThatRanOut() throws Exception {
    try (RawUpstream expired = RawUpstream.startExpired();
        Hybrid mirror = mirror(line.at("https", "/simple/"), authorities())) {
      line.always(tunnel(expired.port()));
      assertRefused(mirror);
      assertThat(expired.requests()).isEmpty();
      line.always(tunnel(index.port()));
      works(mirror);
    }
  }

  @Test
  void trustsNoCertificateOfAnotherHost() throws Exception {
    line.always(tunnel(index.port()));
    URI other = URI.create("https://localhost:" + line.port() + "/simple/");
    try (Hybrid mirror = mirror(other, authorities())) {
      assertRefused(mirror);
      assertThat(index.requests()).isEmpty();
    }
  }

  @Test
  void trustsNoCertificateThatNobodyVouchesFor() throws Exception {
    line.always(tunnel(index.port()));
    Path stranger = PrivateAuthority.writeExpiredPem(directory.resolve("stranger.pem"));
    try (Hybrid mirror = mirror(line.at("https", "/simple/"), stranger)) {
      assertRefused(mirror);
      assertThat(index.requests()).isEmpty();
    }
  }

  @Test
  void servesWhatIsHeldOfAHostWhoseNameIsGone() throws Exception {
    line.always(tunnel(index.port()));
    try (Hybrid mirror = mirror(line.at("https", "/simple/"), authorities())) {
      works(mirror);
    }
    URI nowhere = URI.create("https://upstream.invalid/simple/");
    try (Hybrid mirror = mirror(nowhere, authorities())) {
      HttpResponse<byte[]> held = mirror.get(PAGE);
      assertThat(Hybrid.source(held)).isEqualTo("stale");
      assertThat(Hybrid.text(held)).contains("tiny-1.0");
      assertThat(mirror.get(FILE).body()).isEqualTo(BYTES);
      HttpResponse<byte[]> other = mirror.get("/simple/other/");
      assertThat(other.statusCode()).isEqualTo(503);
      assertThat(Hybrid.text(other)).contains("the name cannot be resolved");
      mirror.assertSound();
    }
    try (Hybrid mirror = mirror(line.at("https", "/simple/"), authorities())) {
      works(mirror);
    }
  }

  @Test
  void servesWhatIsHeldWhenNobodyListens() throws Exception {
    line.always(tunnel(index.port()));
    URI address = line.at("https", "/simple/");
    try (Hybrid mirror = mirror(address, authorities())) {
      works(mirror);
      line.close();
      HttpResponse<byte[]> held =
          mirror.getUntil(PAGE, answer -> Hybrid.source(answer).equals("stale"));
      assertThat(Hybrid.text(held)).contains("tiny-1.0");
      assertThat(mirror.get(FILE).body()).isEqualTo(BYTES);
      assertThat(mirror.get("/simple/other/").statusCode()).isEqualTo(503);
      mirror.assertSound();
    }
  }
}
