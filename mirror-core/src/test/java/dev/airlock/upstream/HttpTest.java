package dev.airlock.upstream;

import static dev.airlock.fixtures.Answer.status;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import dev.airlock.fixtures.Answer;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.FakeProxy;
import dev.airlock.fixtures.PrivateAuthority;
import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client in its environment: credentials, proxies, certificates, broken connections. */
class HttpTest {
  private static final ProjectName TINY = new ProjectName("tiny");
  private static final URI HTTPS = URI.create("https://127.0.0.1:1/simple/");

  @TempDir Path home;

  private final AtomicInteger pauses = new AtomicInteger();
  private final Retries retries =
      new Retries(3, Duration.ofSeconds(1), Duration.ofSeconds(1), _ -> pauses.incrementAndGet());
  private FakeIndex upstream;

  @BeforeEach
  void start() throws IOException {
    upstream = FakeIndex.start();
    upstream.add(wheel("tiny", "1.0"));
  }

  @AfterEach
  void stop() {
    upstream.close();
  }

  private PageAnswer ask(Map<String, String> environment, URI address) throws IOException {
    try (Http http = Http.of("airlock/test", environment, home, retries)) {
      return new Indexes(http).at(address).page(TINY, Optional.empty());
    }
  }

  private static String basic(String userAndPassword) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString(userAndPassword.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private URI with(String credentials) {
    return URI.create(upstream.simple().toString().replace("://", "://" + credentials + "@"));
  }

  // --- credentials

  @Test
  void sendsTheCredentialsOfAnAddress() throws IOException {
    ask(Map.of(), with("user:pa:ss%40word"));
    assertThat(upstream.requests().getFirst().header("Authorization"))
        .isEqualTo(basic("user:pa:ss@word"));
  }

  @Test
  void sendsAPasswordWithAnAtSign() throws IOException {
    ask(Map.of(), with("user:hun@ter2"));
    assertThat(upstream.requests().getFirst().header("Authorization"))
        .isEqualTo(basic("user:hun@ter2"));
  }

  @Test
  void sendsAUserWithoutAPassword() throws IOException {
    ask(Map.of(), with("token"));
    assertThat(upstream.requests().getFirst().header("Authorization")).isEqualTo(basic("token:"));
  }

  @Test
  void showsNoCredentials() throws IOException {
    upstream.next("tiny", status(401));
    assertThatThrownBy(() -> ask(Map.of(), with("user:secret")))
        .hasMessageStartingWith(upstream.at("/simple/tiny/").toString())
        .hasMessageNotContaining("secret");
    PageAnswer.Page page = (PageAnswer.Page) ask(Map.of(), with("user:secret"));
    assertThat(page.toString()).doesNotContain("secret");
    upstream.remove("tiny");
    assertThat(ask(Map.of(), with("user:secret")).toString()).doesNotContain("secret");
    upstream.close();
    assertThatThrownBy(() -> ask(Map.of(), with("user:secret"))).hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @CsvSource({
    "http://user:hun@ter2@127.0.0.1:1/simple, http://127.0.0.1:1/simple",
    "http://user:hunter2@my_host.invalid:1/simple, http://my_host.invalid:1/simple",
    "http://user:hunter2@host:none/simple, http://host:none/simple",
    "http://user:hunter2@/simple, http:///simple",
    "http://user@host/@hunter2, http://host/@hunter2",
    "file:///user:a@b/simple, file:///user:a@b/simple",
  })
  void showsAnAddressWithoutItsCredentials(String address, String shown) {
    assertThat(Addresses.shown(URI.create(address))).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://user:hun@ter2@127.0.0.1:1/simple",
        "http://user:hunter2@my_host.invalid:1/simple",
        "http://user:hunter2@127.0.0.1:none/simple"
      })
  void showsNoCredentialsWhereTheAddressIsUnusual(String address) {
    assertThatThrownBy(() -> ask(Map.of(), URI.create(address)))
        .isInstanceOf(UpstreamException.class)
        .hasMessageNotContaining("ter2");
  }

  @Test
  void sendsTheCredentialsOfNetrc() throws IOException {
    Files.writeString(
        home.resolve(".netrc"),
        """
        # comment
        machine other.example login x password y
        machine 127.0.0.1
          login user
          password secret
        """);
    ask(Map.of(), upstream.simple());
    assertThat(upstream.requests().getFirst().header("Authorization"))
        .isEqualTo(basic("user:secret"));
  }

  @Test
  void takesANumberSignForAPartOfThePassword() {
    Netrc netrc =
        Netrc.parse(
            """
            # machine none login x password y
            machine a login user password #se#cret # machine b login x
            machine c #login x
              login user password p
            """);
    assertThat(netrc.of("a")).contains(new Netrc.Login("user", "#se#cret"));
    assertThat(netrc.of("c")).contains(new Netrc.Login("user", "p"));
    assertThat(netrc.of("b")).isEmpty();
    assertThat(netrc.of("none")).isEmpty();
  }

  @Test
  void saysThatTheNetrcCannotBeRead() throws IOException {
    Path netrc = Files.createDirectory(home.resolve(".netrc"));
    assertThatThrownBy(() -> ask(Map.of(), upstream.simple()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(netrc.toString());
    assertThat(ask(Map.of("NETRC", "/dev/null"), upstream.simple()))
        .isInstanceOf(PageAnswer.Page.class);
  }

  @Test
  void readsTheNetrcThatTheEnvironmentNames() throws IOException {
    Path file = Files.writeString(home.resolve("logins"), "default login u password p");
    ask(Map.of("NETRC", file.toString()), upstream.simple());
    assertThat(upstream.requests().getFirst().header("Authorization")).isEqualTo(basic("u:p"));
  }

  @Test
  void sendsNoCredentialsToAnotherHost() throws IOException {
    Files.writeString(home.resolve(".netrc"), "machine other.example login x password y");
    ask(Map.of(), upstream.simple());
    assertThat(upstream.requests().getFirst().header("Authorization")).isEmpty();
  }

  @Test
  void takesNoCredentialsAlongARedirect() throws IOException {
    try (FakeIndex other = FakeIndex.start()) {
      other.add(wheel("tiny", "2.0"));
      upstream.next("tiny", status(302, "Location", other.at("/simple/tiny/").toString()));
      ask(Map.of(), with("user:secret"));
      assertThat(upstream.requests().getFirst().header("Authorization")).isNotEmpty();
      assertThat(other.requests().getFirst().header("Authorization")).isEmpty();
    }
  }

  // --- proxies

  @ParameterizedTest
  @ValueSource(strings = {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"})
  void asksTheProxyOfTheEnvironment(String variable) throws IOException {
    try (FakeProxy proxy = FakeProxy.to(upstream.port())) {
      PageAnswer answer =
          ask(Map.of(variable, proxy.address()), URI.create("http://pypi.example/simple/"));
      assertThat(answer).isInstanceOf(PageAnswer.Page.class);
      assertThat(proxy.requests()).containsExactly("GET http://pypi.example/simple/tiny/ HTTP/1.1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"https_proxy", "HTTPS_PROXY"})
  void tunnelsThroughTheProxyOfTheEnvironment(String variable) throws IOException {
    Path authority = PrivateAuthority.writePem(home.resolve("ca.pem"));
    try (FakeIndex tls = FakeIndex.startTls();
        FakeProxy proxy = FakeProxy.to(tls.port())) {
      tls.add(wheel("tiny", "1.0"));
      PageAnswer answer =
          ask(
              Map.of(variable, proxy.hostAndPort(), "SSL_CERT_FILE", authority.toString()),
              URI.create("https://pypi.example/simple/"));
      assertThat(answer).isInstanceOf(PageAnswer.Page.class);
      assertThat(proxy.requests()).containsExactly("CONNECT pypi.example:443 HTTP/1.1");
    }
  }

  @Test
  void prefersTheVariableInLowerCase() throws IOException {
    try (FakeProxy proxy = FakeProxy.to(upstream.port())) {
      ask(
          Map.of("http_proxy", proxy.address(), "HTTP_PROXY", "http://127.0.0.1:1"),
          URI.create("http://pypi.example/simple/"));
      assertThat(proxy.requests()).hasSize(1);
    }
  }

  @Test
  void givesTheProxyTheCredentialsOfItsAddress() throws IOException {
    String wanted = "Proxy-Authorization: " + basic("user:secret");
    try (FakeProxy proxy = FakeProxy.guarded(upstream.port(), wanted)) {
      String address = proxy.address().replace("://", "://user:s%65cret@");
      assertThat(ask(Map.of("HTTP_PROXY", address), URI.create("http://pypi.example/simple/")))
          .isInstanceOf(PageAnswer.Page.class);
      assertThatThrownBy(() ->
              ask(Map.of("HTTP_PROXY", proxy.address()), URI.create("http://pypi.example/simple/")))
          .hasMessageContaining("the proxy wants credentials");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pypi.example",
        ".example",
        "*.example",
        "example",
        "*",
        "other, pypi.example",
        "PYPI.EXAMPLE"
      })
  void goesAroundTheProxyToItsExceptions(String exceptions) throws IOException {
    var proxies =
        new EnvironmentProxies(
            Map.of("HTTP_PROXY", "http://proxy.example:3128", "NO_PROXY", exceptions));
    assertThat(proxies.select(URI.create("http://pypi.example/simple/")))
        .containsExactly(java.net.Proxy.NO_PROXY);
    var lower =
        new EnvironmentProxies(
            Map.of("http_proxy", "http://proxy.example:3128", "no_proxy", exceptions));
    assertThat(lower.select(URI.create("http://pypi.example/simple/")))
        .containsExactly(java.net.Proxy.NO_PROXY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"notpypi.example", "pypi.example.org", "", " , ", "pypi.example:8080"})
  void goesThroughTheProxyToOthers(String exceptions) throws IOException {
    var proxies =
        new EnvironmentProxies(
            Map.of("HTTP_PROXY", "http://proxy.example:3128", "NO_PROXY", exceptions));
    assertThat(proxies.select(URI.create("http://pypi.example/simple/")))
        .singleElement()
        .hasToString("HTTP @ proxy.example/<unresolved>:3128");
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, http://10.1.2.3/simple/, true",
    "10.0.0.0/8, http://11.1.2.3/simple/, false",
    "10.0.0.0/8, http://10.example/simple/, false",
    "'other, 192.168.4.0/22', http://192.168.7.255:8777/simple/, true",
    "192.168.4.0/22, http://192.168.8.0/simple/, false",
    "fd00::/8, http://[fd12::5]:8777/simple/, true",
    "fd00::/8, http://[fe80::5]/simple/, false",
    "0.0.0.0/0, http://10.1.2.3/simple/, true",
    "0.0.0.0/0, http://[fd12::5]/simple/, false",
    "10.0.0.0/33, http://10.1.2.3/simple/, false",
    "10.0.0.0/, http://10.1.2.3/simple/, false",
    "10.1.2.3, http://10.1.2.3/simple/, true",
    "none, http://127.9.9.9/simple/, true",
    "none, http://[::1]:8777/simple/, true",
    "none, http://127.0.0.1.example/simple/, false",
  })
  void goesAroundTheProxyToRangesOfAddresses(String exceptions, URI address, boolean around)
      throws IOException {
    var proxies =
        new EnvironmentProxies(
            Map.of("HTTP_PROXY", "http://proxy.example:3128", "NO_PROXY", exceptions));
    assertThat(proxies.select(address).equals(List.of(java.net.Proxy.NO_PROXY))).isEqualTo(around);
  }

  @Test
  void contactsTheProxyWhereverItIs() throws IOException {
    try (FakeProxy proxy = FakeProxy.to(upstream.port());
        Http http =
            Http.of(
                new Http.Settings(
                    "airlock/test",
                    Map.of("HTTP_PROXY", proxy.address()),
                    home,
                    retries,
                    Patience.SERVING,
                    Egress.only(List.of(), List.of("pypi.example")),
                    true))) {
      URI index = URI.create("http://pypi.example/simple/");
      assertThat(new Indexes(http).at(index).page(TINY, Optional.empty()))
          .isInstanceOf(PageAnswer.Page.class);
      assertThat(new FileAccess(http).canReach(URI.create(proxy.address()))).isFalse();
    }
  }

  @Test
  void reachesThisMachineWithoutAProxy() throws IOException {
    assertThat(ask(Map.of("HTTP_PROXY", "http://127.0.0.1:1"), upstream.simple()))
        .isInstanceOf(PageAnswer.Page.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "::bad",
        "http://",
        "http://user:pa#hunter2@127.0.0.1:8777",
        "http://user:12#hunter2@127.0.0.1:8777",
        "http://user:12/hunter2@127.0.0.1:8777",
        "http://user:hunter2@pro xy:1",
        "http://user:%zzhunter2@proxy:1",
        "http://user:hunter2@proxy:port",
        "http://user:hunter2@proxy:99999",
        "ftp://user:hunter2@proxy:1",
      })
  void refusesAProxyThatIsNoAddress(String value) {
    for (String variable : List.of("HTTP_PROXY", "https_proxy", "ALL_PROXY")) {
      assertThatThrownBy(() -> ask(Map.of(variable, value), upstream.simple()))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(
              variable + " is no address of a proxy: accepted is http://user:password@proxy:3128")
          .hasMessageNotContaining("hunter2");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http://my_proxy:3128, HTTP @ my_proxy/<unresolved>:3128",
    "my_proxy, HTTP @ my_proxy/<unresolved>:3128",
    "HTTP://user:p@ss@proxy:81/, HTTP @ proxy/<unresolved>:81",
    "socks5h://proxy, SOCKS @ proxy/<unresolved>:1080",
  })
  void takesWhatNamesAProxy(String value, String proxy) throws IOException {
    assertThat(
            new EnvironmentProxies(Map.of("HTTP_PROXY", value))
                .select(URI.create("http://pypi.example/simple/")))
        .singleElement()
        .hasToString(proxy);
  }

  @Test
  void reachesAHostWithAnUnderscoreThroughTheProxy() throws IOException {
    Files.writeString(home.resolve(".netrc"), "machine my_host login u password p");
    try (FakeProxy proxy = FakeProxy.to(upstream.port())) {
      Map<String, String> environment = Map.of("HTTP_PROXY", proxy.address());
      PageAnswer answer = ask(environment, URI.create("http://my_host:8777/simple"));
      assertThat(proxy.requests()).containsExactly("GET http://my_host:8777/simple/tiny/ HTTP/1.1");
      assertThat(answer).isInstanceOf(PageAnswer.Page.class);
      PageAnswer.Page page = (PageAnswer.Page) answer;
      assertThat(page.page().files())
          .singleElement()
          .satisfies(file -> assertThat(file.url().toString()).startsWith("http://my_host:8777/"));
      assertThat(upstream.requests().getFirst().header("Authorization")).isEqualTo(basic("u:p"));
      ask(environment, URI.create("http://user:secret@your_host:8777/simple"));
      assertThat(upstream.requests().getLast().header("Authorization"))
          .isEqualTo(basic("user:secret"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"my_host", "my_host:8777", "*"})
  void goesAroundTheProxyToAHostWithAnUnderscore(String exceptions) throws IOException {
    assertThat(
            new EnvironmentProxies(
                    Map.of("HTTP_PROXY", "http://proxy.example:3128", "NO_PROXY", exceptions))
                .select(URI.create("http://my_host:8777/simple/")))
        .containsExactly(java.net.Proxy.NO_PROXY);
  }

  // --- certificates

  @Test
  void trustsTheAuthoritiesOfTheEnvironment() throws IOException {
    Path authority = PrivateAuthority.writePem(home.resolve("ca.pem"));
    try (FakeIndex tls = FakeIndex.startTls()) {
      tls.add(wheel("tiny", "1.0"));
      for (String variable : List.of("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")) {
        assertThat(ask(Map.of(variable, authority.toString()), tls.simple()))
            .isInstanceOf(PageAnswer.Page.class);
      }
    }
  }

  @Test
  void trustsNobodyElseAndSaysWhatToDo() throws IOException {
    try (FakeIndex tls = FakeIndex.startTls()) {
      assertThatThrownBy(() -> ask(Map.of(), tls.simple()))
          .isInstanceOf(UpstreamException.class)
          .hasMessageContaining("SSL_CERT_FILE names the authorities to trust");
      assertThat(pauses).hasValue(0);
    }
  }

  @Test
  void trustsNoCertificateOfAnotherHost() throws IOException {
    Path authority = PrivateAuthority.writePem(home.resolve("ca.pem"));
    try (FakeIndex tls = FakeIndex.startTls()) {
      URI localhost = URI.create("https://localhost:" + tls.port() + "/simple/");
      assertThatThrownBy(() -> ask(Map.of("SSL_CERT_FILE", authority.toString()), localhost))
          .isInstanceOf(UpstreamException.class)
          .hasMessageContaining("localhost");
      assertThat(pauses).hasValue(0);
    }
  }

  @Test
  void followsFromPlainHttpToTls() throws IOException {
    Path authority = PrivateAuthority.writePem(home.resolve("ca.pem"));
    try (FakeIndex tls = FakeIndex.startTls()) {
      tls.add(wheel("tiny", "1.0"));
      Answer moved = status(301, "Location", tls.at("/simple/tiny/").toString());
      upstream.next("tiny", moved);
      upstream.next("tiny", moved);
      assertThat(ask(Map.of("SSL_CERT_FILE", authority.toString()), upstream.simple()))
          .isInstanceOfSatisfying(
              PageAnswer.Page.class,
              page -> assertThat(page.source()).isEqualTo(tls.at("/simple/tiny/")));
    }
  }

  @Test
  void asksPlainHttpWhateverIsWrongWithTheCertificates() throws IOException {
    assertThat(ask(Map.of("SSL_CERT_FILE", home.resolve("absent").toString()), upstream.simple()))
        .isInstanceOf(PageAnswer.Page.class);
  }

  @Test
  void refusesAFileWithoutCertificates() throws IOException {
    Path empty = Files.writeString(home.resolve("empty.pem"), "");
    Path noise = Files.writeString(home.resolve("noise.pem"), "hello");
    Path absent = home.resolve("absent.pem");
    for (Path file : List.of(empty, noise, absent)) {
      assertThatThrownBy(() -> ask(Map.of("SSL_CERT_FILE", file.toString()), HTTPS))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(
              "SSL_CERT_FILE='"
                  + file
                  + "' cannot be used: it has to be a file of certificates in PEM form");
    }
  }

  // --- broken connections

  @ParameterizedTest
  @EnumSource(Fault.class)
  void triesAgainWhenAConnectionBreaks(Fault fault) throws IOException {
    var server = new WireMockServer(WireMockConfiguration.options().dynamicPort());
    server.start();
    try {
      server.stubFor(
          WireMock.get("/simple/tiny/")
              .inScenario("fault")
              .whenScenarioStateIs("Started")
              .willReturn(WireMock.aResponse().withFault(fault))
              .willSetStateTo("mended"));
      server.stubFor(
          WireMock.get("/simple/tiny/")
              .inScenario("fault")
              .whenScenarioStateIs("mended")
              .willReturn(
                  WireMock.aResponse()
                      .withHeader("Content-Type", "text/html")
                      .withBody("<a href='tiny-1.0.zip'>x</a>")));
      assertThat(ask(Map.of(), URI.create(server.baseUrl() + "/simple/")))
          .isInstanceOf(PageAnswer.Page.class);
    } finally {
      server.stop();
    }
  }
}
