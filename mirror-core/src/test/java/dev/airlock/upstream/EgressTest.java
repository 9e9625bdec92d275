package dev.airlock.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which hosts are contacted, by name and by the address behind it. */
class EgressTest {
  private static final Egress EGRESS =
      Egress.only(
          List.of(
              URI.create("https://user:secret@pypi.org/simple"),
              URI.create("http://127.0.0.1:8777/simple/"),
              URI.create("http://Index.corp:81/")),
          List.of(
              "files.pythonhosted.org",
              "*.example.org",
              "cdn.example:8443",
              "10.0.0.5",
              "[fd00::5]:8080",
              "bücher.example"));

  private static InetSocketAddress endpoint(String name, String address, int port)
      throws IOException {
    return new InetSocketAddress(
        InetAddress.getByAddress(name, InetAddress.ofLiteral(address).getAddress()), port);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://pypi.org/simple/torch/",
        "https://PyPI.org./simple/",
        "http://pypi.org/",
        "http://127.0.0.1:8777/files/x",
        "http://index.corp:81/x",
        "https://files.pythonhosted.org/x",
        "https://files.pythonhosted.org:443/x",
        "http://files.pythonhosted.org/x",
        "https://a.example.org/",
        "https://a.b.example.org/",
        "https://cdn.example:8443/",
        "http://10.0.0.5/",
        "http://[fd00:0::5]:8080/",
        "https://xn--bcher-kva.example/",
        "file:///etc/passwd",
      })
  void contactsWhatIsConfigured(String address) {
    assertThat(EGRESS.refusal(URI.create(address))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "https://evil.example/, evil.example:443",
    "https://pypi.org:8443/, pypi.org:8443",
    "https://pypi.org.evil.example/, pypi.org.evil.example:443",
    "https://user:secret@evil.example/, evil.example:443",
    "https://pypi.org@evil.example/, evil.example:443",
    "http://127.0.0.1/, 127.0.0.1:80",
    "http://127.0.0.1:8778/, 127.0.0.1:8778",
    "http://2130706433/, 127.0.0.1:80",
    "http://[::ffff:169.254.169.254]/, 169.254.169.254:80",
    "http://169.254.169.254/latest/meta-data/, 169.254.169.254:80",
    "https://files.pythonhosted.org:8443/, files.pythonhosted.org:8443",
    "https://example.org/, example.org:443",
    "https://aexample.org/, aexample.org:443",
    "https://cdn.example/, cdn.example:443",
    "http://10.0.0.6/, 10.0.0.6:80",
    "http://index.corp/, index.corp:80",
    "http://[fd00::5]/, [fd00:0:0:0:0:0:0:5]:80",
  })
  void contactsNothingElse(String address, String place) {
    assertThat(EGRESS.refusal(URI.create(address)))
        .contains(place + " is no configured upstream and no allowed host");
  }

  @Test
  void contactsAnythingWhereThereAreNoLimits() throws IOException {
    assertThat(Egress.ANYWHERE.refusal(URI.create("http://169.254.169.254/"))).isEmpty();
    assertThat(Egress.ANYWHERE.refusal(endpoint("a.example", "127.0.0.1", 80))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "0.1.2.3",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.100.100.200",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "::7f00:1",
        "::ffff:10.0.0.1",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
      })
  void connectsNoAllowedNameToAPrivateAddress(String address) throws IOException {
    assertThat(EGRESS.refusal(endpoint("files.pythonhosted.org", address, 443)))
        .hasValueSatisfying(why ->
            assertThat(why)
                .startsWith("files.pythonhosted.org resolves to ")
                .contains("which is no public address"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"151.101.0.223", "2a04:4e42::223", "64:ff9b::9765:df", "2002:9765:df::1"})
  void connectsAnAllowedNameToAPublicAddress(String address) throws IOException {
    assertThat(EGRESS.refusal(endpoint("files.pythonhosted.org", address, 443))).isEmpty();
  }

  @Test
  void connectsConfiguredUpstreamsAndStatedAddressesWhereverTheyAre() throws IOException {
    assertThat(EGRESS.refusal(endpoint("pypi.org", "10.0.0.9", 443))).isEmpty();
    assertThat(EGRESS.refusal(endpoint("index.corp", "192.168.0.1", 81))).isEmpty();
    assertThat(EGRESS.refusal(new InetSocketAddress(InetAddress.ofLiteral("10.0.0.5"), 80)))
        .isEmpty();
    assertThat(EGRESS.refusal(new InetSocketAddress(InetAddress.ofLiteral("fd00::5"), 8080)))
        .isEmpty();
    assertThat(EGRESS.refusal(new InetSocketAddress(InetAddress.ofLiteral("10.0.0.6"), 80)))
        .isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "https://evil.example",
        "evil.example/",
        "*",
        "*.",
        "a*.example",
        "evil.example:0",
        "evil.example:99999",
        "evil.example:x",
        "user:hunter2@evil.example",
        "fd00::5",
        "[fd00::5",
        "a b",
      })
  void refusesWhatIsNoHost(String text) {
    assertThatThrownBy(() -> Egress.only(List.of(), List.of(text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "is no host: accepted are NAME, *.NAME, NAME:PORT and addresses such as");
  }

  @Test
  void knowsWhereThePagesOfWellKnownIndexesLinkTo() {
    assertThat(Egress.COMPANIONS.get("pypi.org")).containsExactly("files.pythonhosted.org");
    assertThat(Egress.COMPANIONS.get("download.pytorch.org"))
        .contains(
            "download-r2.pytorch.org",
            "d21usjoq99fcb9.cloudfront.net",
            "files.pythonhosted.org",
            "pypi.nvidia.com");
    for (Set<String> hosts : Egress.COMPANIONS.values()) {
      Egress egress = Egress.only(List.of(), hosts);
      assertThat(hosts)
          .allSatisfy(
              host -> assertThat(egress.refusal(URI.create("https://" + host + "/x"))).isEmpty());
    }
  }
}
