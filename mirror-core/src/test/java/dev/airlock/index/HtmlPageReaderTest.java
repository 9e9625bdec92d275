package dev.airlock.index;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.digest.Algorithm;
import dev.airlock.digest.Digest;
import dev.airlock.digest.Sha256;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HtmlPageReaderTest {
  private static final URI PAGE = URI.create("https://example.org/whl/cu118/foo/");
  private static final ProjectName FOO = new ProjectName("foo");
  private static final String HASH = "a".repeat(64);

  @Test
  void readsEveryAttribute() throws MalformedPageException {
    IndexFile file =
        only(
            """
            <a href="../foo-1.0-py3-none-any.whl#sha256=%s" data-requires-python="&gt;=3.8,&lt;4"
               data-yanked="it &quot;broke&quot;" data-core-metadata="sha256=%s" data-size="12"
               data-upload-time="2024-06-30T12:00:00.123456Z">foo</a>
            """
                .formatted(HASH, HASH));

    assertThat(file.url())
        .isEqualTo(URI.create("https://example.org/whl/cu118/foo-1.0-py3-none-any.whl"));
    assertThat(file.sha256()).contains(new Sha256(HASH));
    assertThat(file.requiresPython()).isEqualTo(SpecifierSet.parse(">=3.8,<4"));
    assertThat(file.yanked()).isEqualTo(new Yanked.Because("it \"broke\""));
    assertThat(file.metadata())
        .isEqualTo(new MetadataOffer.Offered(Optional.of(new Digest(Algorithm.SHA256, HASH))));
    assertThat(file.size()).hasValue(12);
    assertThat(file.uploadTime()).contains(Instant.parse("2024-06-30T12:00:00.123456Z"));
  }

  @Test
  void takesForAbsentWhatIsNotStatedOrNonsense() throws MalformedPageException {
    for (String anchor :
        List.of(
            "<a href='foo-1.0.tar.gz'>foo</a>",
            """
            <a href='foo-1.0.tar.gz#sha256=short' data-requires-python='' data-size='-1'
               data-upload-time='once'>foo</a>
            """,
            "<a href='foo-1.0.tar.gz#egg=foo' data-size='many' data-core-metadata='false'>x</a>")) {
      IndexFile file = only(anchor);
      assertThat(file.digests()).isEmpty();
      assertThat(file.requiresPython().isAny()).isTrue();
      assertThat(file.size()).isEmpty();
      assertThat(file.uploadTime()).isEmpty();
      assertThat(file.yanked()).isEqualTo(new Yanked.No());
      assertThat(file.metadata()).isEqualTo(new MetadataOffer.None());
      assertThat(file.url()).hasToString("https://example.org/whl/cu118/foo/foo-1.0.tar.gz");
    }
  }

  @Test
  void takesAYankedFileWithoutAReasonForYanked() throws MalformedPageException {
    assertThat(only("<a href=foo-1.0.zip data-yanked>x</a>").yanked())
        .isEqualTo(new Yanked.Because(""));
    assertThat(only("<a href=foo-1.0.zip data-yanked=''>x</a>").yanked())
        .isEqualTo(new Yanked.Because(""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          data-core-metadata="true"                                     | true
          data-core-metadata                                            | true
          data-dist-info-metadata="true"                                | true
          data-dist-info-metadata="sha256=x"                            | true
          data-core-metadata="false" data-dist-info-metadata="true"     | false
          data-core-metadata="true" data-dist-info-metadata="false"     | true
          data-gpg-sig="true"                                           | false
          """)
  void prefersTheNewNameOfTheMetadataAttribute(String attributes, boolean offered)
      throws MalformedPageException {
    assertThat(only("<a href=foo-1.0.zip " + attributes + ">x</a>").metadata())
        .isInstanceOf(offered ? MetadataOffer.Offered.class : MetadataOffer.None.class);
  }

  @ParameterizedTest
  @CsvSource({
    "foo-1.0%2Bcu118-py3-none-any.whl, foo-1.0+cu118-py3-none-any.whl",
    "foo-1.0+cu118-py3-none-any.whl, foo-1.0+cu118-py3-none-any.whl",
    "/a%20b/foo-1.0.zip, foo-1.0.zip",
    "/a b/foo-1.0.zip, foo-1.0.zip",
    "https://files.example.net/x/foo-1.0.zip?token=a#egg=foo, foo-1.0.zip",
    "HTTPS://files.example.net/foo-1.0.zip, foo-1.0.zip",
    "//files.example.net/foo-1.0.zip, foo-1.0.zip",
    "'  foo-1.0.zip  ', foo-1.0.zip",
    "foo-1.0.zip#md5=0123456789abcdef0123456789abcdef&egg=foo, foo-1.0.zip",
  })
  void decodesNamesAndFollowsLinksToOtherHosts(String href, String name)
      throws MalformedPageException {
    assertThat(only("<a href='" + href + "'>x</a>").name().text()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "javascript:foo-1.0.zip",
        "javascript:alert(1)//foo-1.0.zip",
        "data:text/html,/foo-1.0.zip",
        "file:///etc/foo-1.0.zip",
        "file:foo-1.0.zip",
        "FILE:///etc/foo-1.0.zip",
        "ftp://example.org/foo-1.0.zip",
        "mailto:foo-1.0.zip",
        "http:///foo-1.0.zip",
        "https:foo-1.0.zip",
        "%zz/foo-1.0.zip",
        "http://[/foo-1.0.zip",
        "",
        "#foo-1.0.zip",
        "../",
        "bar-1.0.zip",
        "foo-1.0.zip.asc",
        "foo-1.0.zip/",
      })
  void refusesLinksThatAPageFromTheWebMustNotHave(String href) throws MalformedPageException {
    assertThat(read("<a href='" + href + "'>foo</a>")).isEmpty();
    assertThat(read("<base href='" + href + "'><a href='foo-1.0.zip'>foo</a>"))
        .allMatch(file -> file.url().getScheme().equals("https"));
  }

  @Test
  void followsFileLinksFromPagesThatAreFiles() throws MalformedPageException {
    ProjectPage page =
        PageReader.read(
            MediaType.HTML,
            "<a href='../../files/foo-1.0.zip'>x</a><a href='file:///x/foo-2.0.zip'>x</a>"
                .getBytes(UTF_8),
            URI.create("file:///srv/simple/foo/index.html"),
            FOO);

    assertThat(page.files())
        .extracting(file -> file.url().getPath())
        .containsExactly("/srv/files/foo-1.0.zip", "/x/foo-2.0.zip");
  }

  @Test
  void resolvesAgainstTheBase() throws MalformedPageException {
    assertThat(only("<base href='https://cdn.example.net/a/'><a href='foo-1.0.zip'>x</a>").url())
        .hasToString("https://cdn.example.net/a/foo-1.0.zip");
    assertThat(only("<base href='/b/'><a href='foo-1.0.zip'>x</a>").url())
        .hasToString("https://example.org/b/foo-1.0.zip");
  }

  @Test
  void resolvesOnAHostWithoutAPath() throws MalformedPageException {
    ProjectPage page =
        PageReader.read(
            MediaType.HTML,
            "<a href='foo-1.0.zip'>x</a>".getBytes(UTF_8),
            URI.create("https://pypi.nvidia.com"),
            FOO);

    assertThat(page.files().getFirst().url()).hasToString("https://pypi.nvidia.com/foo-1.0.zip");
  }

  @ParameterizedTest
  @CsvSource({
    "http://usr:hunter2@files.example.net/foo-1.0.zip, http://files.example.net/foo-1.0.zip",
    "//usr:hunter2@files.example.net:81/foo-1.0.zip, https://files.example.net:81/foo-1.0.zip",
    "https://hunter2@files.example.net/a@b/foo-1.0.zip, https://files.example.net/a@b/foo-1.0.zip",
  })
  void leavesTheCredentialsOfLinksBehind(String href, String address)
      throws MalformedPageException {
    assertThat(only("<a href='" + href + "'>x</a>").url()).hasToString(address);
    assertThat(only("<base href='" + href + "'><a href='foo-1.0.zip'>x</a>").url())
        .hasToString(address);
  }

  @ParameterizedTest
  @CsvSource({
    "foo-1.0.zip, http://my_host:8777/foo-1.0.zip",
    "http://your_host/foo-1.0.zip, http://your_host/foo-1.0.zip",
  })
  void followsLinksToHostsWithAnUnderscore(String href, String address)
      throws MalformedPageException {
    ProjectPage page =
        PageReader.read(
            MediaType.HTML,
            ("<a href='" + href + "'>x</a>").getBytes(UTF_8),
            URI.create("http://my_host:8777"),
            FOO);
    assertThat(page.files())
        .singleElement()
        .satisfies(file -> assertThat(file.url()).hasToString(address));
  }

  @Test
  void ignoresEverythingButAnchors() throws MalformedPageException {
    assertThat(
            read(
                """
                <!DOCTYPE html><html><head><link href="foo-9.0.zip"></head><body>
                <script>document.write('<a href="foo-8.0.zip">x</a>')</script>
                <!-- <a href="foo-7.0.zip">x</a> -->
                <a name="foo-6.0.zip">x</a> <A HREF=foo-1.0.zip>foo</A>
                <noscript></noscript><script src="/cdn-cgi/__CF$cv$params/foo-5.0.zip"></script>
                """))
        .extracting(file -> file.name().version().toString())
        .containsExactly("1.0");
  }

  @Test
  void readsAPageWithoutFilesAndALoginPageNot() throws MalformedPageException {
    assertThat(read("<html><body><h1>Links for foo</h1></body></html>")).isEmpty();
    assertThatThrownBy(() -> read("<html><form action=/login><input name=user></form></html>"))
        .isInstanceOf(MalformedPageException.class)
        .hasMessageContaining("login");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html><head><title>x</title><meta name='pypi:repository-version' content='1.1'></head>"
            + "<body><a href='/help'>help</a></body></html>",
        "<title>root/pypi: links for x</title><a href='/root'>up</a>",
        "<h1>Foo</h1>none yet",
        "<title>Index of /simple/x/</title><a href='../'>../</a>",
        "<a href='Foo-1.0.win32.exe'>x</a>",
        "<a href='foo-1.0-py2.7.egg#md5=0'>x</a>",
        "<a href='bar-1.0.zip'>x</a>",
        "<a href='https://foo.example/'>foo 1.0 home_page</a>",
      })
  void readsPagesWithoutFiles(String html) throws MalformedPageException {
    assertThat(read(html)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<title>Sign in</title><a href='https://portal.example/login?to=/simple/foo/'>Sign in</a>",
        "<h1>Access denied</h1><p>Your request was logged.</p>",
        "Please accept the <a href='/terms'>terms</a>.",
      })
  void refusesThePageOfAPortal(String html) {
    assertThatThrownBy(() -> read(html))
        .isInstanceOf(MalformedPageException.class)
        .hasMessage("it has no link to a file of foo: a login or error page of a proxy, perhaps");
  }

  @Test
  void readsPagesInOtherEncodings() throws MalformedPageException {
    byte[] latin =
        "<meta charset=iso-8859-1><a href=foo-1.0.zip data-yanked='Z\u00fcrich'>x</a>"
            .getBytes(StandardCharsets.ISO_8859_1);

    assertThat(PageReader.read(MediaType.HTML, latin, PAGE, FOO).files().getFirst().yanked())
        .isEqualTo(new Yanked.Because("Z\u00fcrich"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<a href='foo-1.0.zip'>x</a><a href='foo-2.0.zip",
        "<a href='foo-1.0.zip'>x<a href=>y<a>z</b></i></a></html></html>",
        "\u0000<\u0000a><a href='foo-1.0.zip'>\u0000",
        "<a href='foo-1.0.zip' href='foo-9.0.zip' data-yanked data-yanked>x</a>",
        "<a href='&#xffffffff;&bogus;'>x</a><a href='&#x66;oo-1.0.zip'>y",
      })
  void readsWhatIsLeftOfABrokenPage(String html) throws MalformedPageException {
    assertThat(read(html))
        .extracting(file -> file.name().version().toString())
        .containsExactly("1.0");
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void reads100_000Anchors() throws MalformedPageException {
    var html = new StringBuilder("<html><body>");
    for (int i = 0; i < 100_000; i++) {
      html.append("<a href=\"https://h.org/foo-")
          .append(i)
          .append("-py3-none-any.whl#sha256=")
          .append(HASH)
          .append("\" data-requires-python=\"&gt;=3.8\">foo</a><br/>\n");
    }

    assertThat(read(html.toString())).hasSize(100_000);
  }

  private static List<IndexFile> read(String html) throws MalformedPageException {
    return PageReader.read(MediaType.HTML, html.getBytes(UTF_8), PAGE, FOO).files();
  }

  private static IndexFile only(String html) throws MalformedPageException {
    List<IndexFile> files = read(html);
    assertThat(files).hasSize(1);
    return files.getFirst();
  }
}
