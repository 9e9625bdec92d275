package dev.airlock.server;

import static dev.airlock.fixtures.WheelBuilder.wheel;
import static dev.airlock.server.Served.PYPI;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.catalog.HeldFile;
import dev.airlock.index.IndexFile.Yanked;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
        "/%2e%2e%2fsecret.txt",
        "/files/pypi.org-simple/foo/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/files/pypi.org-simple/foo/%2E%2E/%2E%2E/secret.txt",
        "/files/pypi.org-simple/foo/foo-1.0-py3-none-any.whl%00.html",
        "/files/pypi.org-simple/foo/foo-1.0-py3-none-any.whl%0a",
        "/simple/%e0%80%af/",
        "/simple/%f0%80%80%ae/",
        "/simple/%ed%a0%80/",
        "/simple/foo%0a/",
        "/simple/foo%7f/",
        "/simple//foo/",
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
        "/files/PYPI.org-simple/foo/foo-1.0-py3-none-any.whl",
        "/Files/pypi.org-simple/foo/foo-1.0-py3-none-any.whl",
        "/files/pypi.org-simple/foo/foo-1.0-py3-none-any.whl;x=.html",
        "/files/pypi.org-simple;a/foo/foo-1.0-py3-none-any.whl",
        "/simple;x/foo/",
        "/simple/foo;x=1/",
        "/simple/%ef%bc%8e%ef%bc%8e%ef%bc%8fsecret.txt/",
        "/simple/caf%c3%a9/",
        "/simple/cafe%cc%81/",
        "/simple/%e2%84%aafoo/",
        "/preset/%ef%bc%8e%ef%bc%8e/simple/",
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

  /** Sends bytes as they are, and reads all that comes until the server closes. */
  private String exchange(String bytes) throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), served.port())) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 6~Transfer-Encoding: chunked~~0~~",
        "Transfer-Encoding: chunked~Transfer-Encoding: identity~~0~~",
        "Transfer-Encoding: identity~Content-Length: 3~~0~~",
        "Transfer-Encoding: xchunked~~0~~",
        "Transfer-Encoding: chunked, identity~~0~~",
        "Transfer-Encoding:\tchunked~~0~~",
        "Transfer-Encoding : chunked~~0~~",
        "Transfer-Encoding:~ chunked~~0~~",
        "X: a~ Transfer-Encoding: chunked~~0~~",
        " Transfer-Encoding: chunked~~0~~",
        "X: a\rTransfer-Encoding: chunked~~0~~",
        "X: a\nTransfer-Encoding: chunked~~0~~",
        "Transfer-Encoding: chunked~~5;ext=\n~",
        "Transfer-Encoding: chunked~~0x0~~",
        "Transfer-Encoding: chunked~~-1~~",
        "Transfer-Encoding: chunked~~fffffffffffffffff~~",
        "Transfer-Encoding: chunked~~0~X: y\r\r",
        "Content-Length: 5~Content-Length: 0~~",
        "Content-Length: 0, 5~~",
        "Content-Length: +5~~",
        "Content-Length: 0x5~~",
        "Content-Length: -1~~",
        "Content-Length: 5 5~~",
        "Content-Length: 99999999999999999999~~",
        "\u0000: x~Content-Length: 5~~",
        "X: a\r\r\r",
        "X: a\r\n\r\r",
      })
  void hidesNoRequestInAnother(String rest) throws Exception {
    String answer =
        exchange(
            "GET /health HTTP/1.1\r\nHost: x\r\n"
                + rest.replace("~", "\r\n")
                + "GET /simple/foo/ HTTP/1.1\r\nHost: x\r\n\r\n");

    assertThat(answer).as("the hidden one is not answered").doesNotContain("foo-1.0");
    assertThat(answer.split("HTTP/1.1 200", -1)).hasSizeLessThanOrEqualTo(2);
    assertThat(served.get("/simple/foo/").statusCode()).isEqualTo(200);
  }

  @Test
  void readsNoFormOfAGet() throws Exception {
    String part = "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\n";

    assertThat(
            served.raw(
                "GET /simple/foo/ HTTP/1.1",
                "Content-Type: multipart/form-data; boundary=b",
                "Content-Length: 100000000",
                "",
                part))
        .startsWith("HTTP/1.1 413")
        .contains("has no body");
  }

  @Test
  void doesNotBelieveWhatAClientSaysOfTheServer() throws Exception {
    for (String path : new String[] {"/simple/Foo/", "/simple/foo", "/simple/foo/", "/"}) {
      for (String header :
          new String[] {
            "X-Forwarded-Host: evil.example",
            "X-Forwarded-Prefix: //evil.example",
            "X-Original-URL: /evil.example",
            "X-Rewrite-URL: /evil.example",
            "Forwarded: host=evil.example",
            "Host: evil.example",
            "Host: x@evil.example",
          }) {
        assertThat(served.raw("GET " + path + " HTTP/1.1", header)).doesNotContain("evil.example");
      }
    }
    assertThat(served.raw("GET http://evil.example/simple/Foo/ HTTP/1.1"))
        .doesNotContain("evil.example");
  }

  @Test
  void putsNoLineOfARequestIntoItsAnswer() throws Exception {
    assertThat(served.raw("GET /simple/Foo/?x=%0d%0aSet-Cookie:%20y HTTP/1.1"))
        .startsWith("HTTP/1.1 301")
        .contains("%0D%0ASet-Cookie")
        .doesNotContain("\nSet-Cookie");
    for (String host : new String[] {"a\r\n b", "a\u0000b", "a\rSet-Cookie: x"}) {
      assertThat(served.raw("GET /simple/Foo/ HTTP/1.1", "Host: " + host))
          .doesNotContain("\nSet-Cookie");
    }
  }

  @Test
  void takesHeadersOnlyUpToALimit() throws Exception {
    String[] many = new String[150];
    Arrays.setAll(many, i -> "X-" + i + ": y");

    assertThat(served.raw("GET /simple/foo/ HTTP/1.1", many)).doesNotContain("HTTP/1.1 200");
    assertThat(served.raw("GET /simple/foo/?" + "a=b&".repeat(100) + " HTTP/1.1"))
        .doesNotContain("HTTP/1.1 200");
    assertThat(served.get("/simple/foo/").statusCode()).isEqualTo(200);
  }
}
