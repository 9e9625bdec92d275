package dev.airlock.server;

import static dev.airlock.fixtures.WheelBuilder.wheel;
import static dev.airlock.server.Served.PYPI;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.airlock.server.http.HttpSettings;
import dev.airlock.server.http.SelfSigned;
import dev.airlock.server.http.TokenFile;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in, over what, and what is written down of it. */
class AccessTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;

  private Served serve(UnaryOperator<HttpSettings> settings) throws Exception {
    var served = new Served(directory.resolve("store"), settings);
    served.hold(PYPI, wheel("foo", "1.0"));
    return served;
  }

  private static String basic(String token) {
    return "Basic "
        + Base64.getEncoder().encodeToString(("me:" + token).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void servesOnlyWhoNamesAToken() throws Exception {
    Path file = directory.resolve("tokens");
    String token = TokenFile.append(file, "host");
    try (var served = serve(settings -> settings.withTokens(file))) {
      for (String path :
          new String[] {
            "/",
            "/simple/",
            "/simple/foo/",
            "//health",
            "/health/",
            "/absent",
            "/files/pypi.org-simple/foo/foo-1.0-py3-none-any.whl",
          }) {
        var refused = served.get(path);
        assertThat(refused.statusCode()).as(path).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate"))
            .contains("Basic realm=\"airlock\", charset=\"UTF-8\"");
        assertThat(refused.body()).contains("pip: ").contains("uv: ").contains("--new-token");
      }
      for (String path : new String[] {"/health", "/ready"}) {
        assertThat(served.get(path).statusCode()).as(path).isEqualTo(200);
      }
      for (String credentials : new String[] {"Bearer " + token, basic(token)}) {
        assertThat(served.get("/simple/foo/", "Authorization", credentials).body())
            .contains("foo-1.0");
      }
    }
  }

  @Test
  void aWrongTokenHoldsUpNobodyElse() throws Exception {
    Path file = directory.resolve("tokens");
    String token = TokenFile.append(file, "host");
    try (var served = serve(settings -> settings.withTokens(file));
        var client = HttpClient.newHttpClient()) {
      List<CompletableFuture<HttpResponse<String>>> wrong = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        wrong.add(
            client.sendAsync(
                HttpRequest.newBuilder(served.uri("/simple/foo/"))
                    .header("Authorization", "Bearer wrong" + i)
                    .build(),
                BodyHandlers.ofString()));
      }
      assertThat(served.get("/simple/foo/", "Authorization", "Bearer " + token).statusCode())
          .isEqualTo(200);
      assertThat(wrong).anyMatch(answer -> !answer.isDone());
      assertThat(wrong.getFirst().get().statusCode()).isEqualTo(401);
    }
  }

  @Test
  void writesALineForEachRequestWithoutWhatIsSecret() throws Exception {
    Path file = directory.resolve("tokens");
    String token = TokenFile.append(file, "host");
    var out = new ByteArrayOutputStream();
    String id;
    int size;
    try (var served = serve(settings -> settings.withTokens(file).withAccessLog(out))) {
      String wheel = "/files/pypi.org-simple/foo/foo-1.0-py3-none-any.whl";
      var answer = served.bytes(wheel, "Authorization", basic(token), "User-Agent", "pip/25.0 {}");
      id = answer.headers().firstValue("X-Request-Id").orElseThrow();
      size = answer.body().length;
      served.get("/simple/Foo/?secret=query", "Authorization", "Bearer " + token);
      served.get("/simple/foo/", "Authorization", "Bearer not" + token);
      served.get("/nothing/%00", "Authorization", "Bearer " + token);
      served.raw("GET http://x/health?secret=1 HTTP/1.1");
    }
    String text = out.toString(StandardCharsets.UTF_8);
    List<JsonNode> lines = new ArrayList<>();
    for (String line : text.lines().toList()) {
      lines.add(JSON.readTree(line));
    }

    assertThat(text).doesNotContain(token).doesNotContain("secret");
    assertThat(lines).hasSize(5);
    JsonNode first = lines.getFirst();
    assertThat(first.path("id").asText()).isEqualTo(id);
    assertThat(first.path("remote").asText()).isEqualTo("127.0.0.1");
    assertThat(first.path("route").asText()).isEqualTo("/files/{index}/{project}/{filename}");
    assertThat(first.path("status").asInt()).isEqualTo(200);
    assertThat(first.path("source").asText()).isEqualTo("store");
    assertThat(first.path("bytes").asInt()).isEqualTo(size);
    assertThat(first.path("user_agent").asText()).isEqualTo("pip/25.0 {}");
    assertThat(first.path("ms").asDouble())
        .isGreaterThanOrEqualTo(first.path("ttfb_ms").asDouble());
    assertThat(lines)
        .extracting(line -> line.path("status").asInt())
        .containsExactly(200, 301, 401, 400, 200);
    assertThat(lines.get(1).path("path").asText()).isEqualTo("/simple/Foo/");
    assertThat(lines.getLast().path("path").asText()).isEqualTo("/health");
  }

  @Test
  void namesItsAddressesAsTheyAreOverTls() throws Exception {
    SelfSigned identity = SelfSigned.make(directory, "EC");
    var files = identity.write(directory);
    try (var served = serve(settings -> settings.with(files));
        var client = HttpClient.newBuilder().sslContext(identity.trust()).build()) {
      served.publish("p", Served.locked(PYPI, served.hold(PYPI, wheel("foo", "1.0"))));
      String root = "https://127.0.0.1:" + served.port() + "/";
      for (Version version : List.of(Version.HTTP_1_1, Version.HTTP_2)) {
        var lock =
            client.send(
                HttpRequest.newBuilder(URI.create(root + "preset/p/pylock.toml"))
                    .version(version)
                    .header("X-Forwarded-Host", "evil.example")
                    .header("X-Forwarded-Proto", "http")
                    .header("Forwarded", "host=evil.example;proto=http")
                    .build(),
                BodyHandlers.ofString());
        assertThat(lock.version()).isEqualTo(version);
        assertThat(lock.body())
            .contains("url = \"" + root + "files/pypi.org-simple/foo/")
            .doesNotContain("evil.example");
      }
    }
  }

  @Test
  void isNotReadyWhenItsStoreIsGone() throws Exception {
    try (var served = serve(UnaryOperator.identity())) {
      assertThat(served.get("/ready").body()).contains("\"status\":\"ready\"");
      Files.delete(directory.resolve("store").resolve("airlock-store.json"));
      assertThat(served.get("/ready").statusCode()).isEqualTo(503);
      assertThat(served.get("/health").statusCode()).isEqualTo(200);
    }
  }
}
