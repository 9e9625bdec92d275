package dev.airlock.server;

import static dev.airlock.fixtures.WheelBuilder.wheel;
import static dev.airlock.server.Served.PYPI;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.catalog.HeldFile;
import dev.airlock.index.IndexFile.Yanked;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is tried against mirrors, each against this one. */
class AttacksTest {
  private static final String SECRET = "the secret beside the store";

  @TempDir Path directory;
  private Served served;

  @BeforeEach
  void start() throws Exception {
    served = new Served(directory.resolve("store"));
    Files.writeString(directory.resolve("secret.txt"), SECRET);
    Files.writeString(directory.resolve("store").resolve("secret.whl"), SECRET);
    served.hold(PYPI, wheel("foo", "1.0"));
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../secret.txt",
        "/files/../../secret.txt",
        "/files/pypi.org-simple/foo/../../../../secret.txt",
        "/files/pypi.org-simple/foo/%2e%2e",
        "/files/pypi.org-simple/foo/..%2f..%2fsecret.txt",
        "/files/pypi.org-simple/foo/%2F%2F..%2Fsecret.txt",
        "/%2F%2F..%2F..%2Fsecret.txt",
        "/files/pypi.org-simple/..%5C..%5Csecret.txt/x",
        "/files/%2e%2e/%2e%2e/secret.txt",
        "/preset/%2e%2e/simple/",
        "/index/%2e%2e/simple/",
        "/simple/foo%00/",
        "/simple/foo%0d%0aSet-Cookie:%20x/",
        "/simple/%c0%ae%c0%ae/",
        "/simple/%ff/",
        "/simple/%/",
        "/simple/%4/",
        "/simple/%zz/",
        "/simple/./",
      })
  void refusesPathsThatAreNone(String path) throws Exception {
    String answer = served.raw("GET " + path + " HTTP/1.1");

    assertThat(answer).startsWith("HTTP/1.1 400").doesNotContain(SECRET);
    assertThat(answer).doesNotContain("Set-Cookie");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/files/pypi.org-simple/foo/%252e%252e%252fsecret.txt",
        "/files/..;/..;/secret.txt",
        "/..;/secret.txt",
        "/files/pypi.org-simple/foo/secret.whl",
        "/files/pypi.org-simple/foo/C:secret.whl",
        "/files/x/y/secret.whl",
        "/preset/.json/simple/",
        "/preset/%2500/simple/",
        "/index/.tmp-1/simple/",
        "/secret.whl",
        "/airlock-store.json",
        "/blobs/sha256/",
        "/files/pypi.org-simple/bar/foo-1.0-py3-none-any.whl",
        "/files/pypi.org-simple/foo/FOO-1.0-py3-none-any.whl",
      })
  void findsNothingOutsideTheCatalogue(String path) throws Exception {
    assertThat(served.raw("GET " + path + " HTTP/1.1"))
        .startsWith("HTTP/1.1 404")
        .doesNotContain(SECRET);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /files\\..\\secret.txt HTTP/1.1",
        "GET /simple/<b>/ HTTP/1.1",
        "GET /simple/f\u0000oo/ HTTP/1.1",
        "GET /simple/f\u00e9/ HTTP/1.1",
        "GET http:///simple/ HTTP/1.1 x",
        "GARBAGE",
      })
  void survivesRequestsThatAreNone(String line) throws Exception {
    assertThat(served.raw(line)).doesNotContain(SECRET).doesNotContain("HTTP/1.1 5");
    assertThat(served.get("/simple/foo/").statusCode()).isEqualTo(200);
  }

  @Test
  void doesNotReflectMarkup() throws Exception {
    for (String path :
        new String[] {
          "/simple/%3Cscript%3Ealert(1)%3C%2Fscript%3E/",
          "/simple/%3Cscript%3E/",
          "/preset/%3Cscript%3E/simple/",
          "/index/%3Cscript%3E/simple/",
          "/files/%3Cscript%3E/x/y",
        }) {
      var answer = served.get(path);

      assertThat(answer.statusCode()).isBetween(400, 404);
      assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain; charset=utf-8");
      assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    }
  }

  @Test
  void escapesWhatAnIndexClaimed() throws Exception {
    HeldFile foo = served.hold(PYPI, wheel("foo", "1.0"));
    served.catalog.enter(
        served.catalog.register(PYPI),
        new HeldFile(
            foo.name(),
            foo.sha256(),
            foo.size(),
            foo.metadata(),
            foo.requiresPython(),
            Optional.empty(),
            new Yanked.Because("\"><script>alert(1)</script>"),
            foo.source()));

    assertThat(served.get("/simple/foo/").body())
        .contains("&quot;&gt;&lt;script&gt;")
        .doesNotContain("<script>");
  }

  @Test
  void variantsOfANameDoNotGetRoundTheRouting() throws Exception {
    served.hold(Served.CU118, wheel("foo", "9.9"));

    for (String name : new String[] {"foo", "FOO", "f%6fo"}) {
      String answer = served.raw("GET /simple/" + name + "/ HTTP/1.1");
      assertThat(answer).doesNotContain("9.9");
    }
    assertThat(served.get("/files/pypi.org-simple/foo/foo-9.9-py3-none-any.whl").statusCode())
        .isEqualTo(404);
    assertThat(served.get("/files/pypi.org-simple/Foo/foo-1.0-py3-none-any.whl").statusCode())
        .isEqualTo(200);
  }

  @Test
  void limitsWhatARequestMayHold() throws Exception {
    assertThat(served.raw("GET /simple/" + "a".repeat(5000) + "/ HTTP/1.1"))
        .startsWith("HTTP/1.1 400")
        .contains("longer than");
    assertThat(served.raw("GET /simple/" + "a".repeat(300) + "/ HTTP/1.1"))
        .startsWith("HTTP/1.1 404");
    assertThat(served.raw("GET /simple/foo/ HTTP/1.1", "X: " + "a".repeat(100_000)))
        .doesNotContain("HTTP/1.1 200");
    assertThat(served.get("/simple/foo/").statusCode()).isEqualTo(200);
  }

  @Test
  void ignoresABodyAndDoesNotTakeItForARequest() throws Exception {
    String smuggled = "GET /simple/foo/ HTTP/1.1\r\nHost: x\r\n\r\n";
    String answer =
        served.raw("POST /simple/ HTTP/1.1", "Content-Length: " + smuggled.length(), "", smuggled);

    assertThat(answer).startsWith("HTTP/1.1 405").doesNotContain("HTTP/1.1 200");
  }
}
