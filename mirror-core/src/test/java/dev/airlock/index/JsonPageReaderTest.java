package dev.airlock.index;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.digest.Algorithm;
import dev.airlock.digest.Digest;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.packaging.name.ProjectName;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonPageReaderTest {
  private static final URI PAGE = URI.create("https://example.org/simple/foo/");
  private static final ProjectName FOO = new ProjectName("foo");
  private static final String HASH = "b".repeat(64);

  @Test
  void readsAFileOfPypi() throws MalformedPageException {
    IndexFile file =
        only(
            """
            {"filename": "foo-1.0-py3-none-any.whl", "url": "https://f.org/foo-1.0-py3-none-any.whl",
             "hashes": {"sha256": "%s", "blake2b": "00", "md5": null}, "requires-python": ">=3.8",
             "size": 3000000000, "upload-time": "2024-06-30T12:00:00.123456Z", "yanked": "broken",
             "core-metadata": {"sha256": "%s"}, "data-dist-info-metadata": false,
             "provenance": null, "_private": {}}
            """
                .formatted(HASH, HASH));

    assertThat(file.digests()).containsExactly(new Digest(Algorithm.SHA256, HASH));
    assertThat(file.requiresPython()).hasToString(">=3.8");
    assertThat(file.size()).hasValue(3_000_000_000L);
    assertThat(file.uploadTime()).contains(Instant.parse("2024-06-30T12:00:00.123456Z"));
    assertThat(file.yanked()).isEqualTo(new Yanked.Because("broken"));
    assertThat(file.metadata())
        .isEqualTo(new MetadataOffer.Offered(Optional.of(new Digest(Algorithm.SHA256, HASH))));
  }

  @Test
  void takesForAbsentWhatIsNotStatedOrNonsense() throws MalformedPageException {
    for (String fields :
        List.of(
            "",
            """
            , "hashes": {}, "requires-python": null, "size": null, "upload-time": null,
            "yanked": null, "core-metadata": null
            """,
            """
            , "hashes": null, "requires-python": "", "size": -1, "upload-time": "yesterday",
            "yanked": "", "core-metadata": "yes"
            """,
            """
            , "hashes": {"sha256": "short"}, "size": 1e99, "upload-time": 1719748800,
            "yanked": false, "core-metadata": false
            """)) {
      IndexFile file =
          only("{\"filename\": \"foo-1.0.zip\", \"url\": \"foo-1.0.zip#x=1\"" + fields + "}");
      assertThat(file.url()).hasToString("https://example.org/simple/foo/foo-1.0.zip");
      assertThat(file.digests()).isEmpty();
      assertThat(file.requiresPython().isAny()).isTrue();
      assertThat(file.size()).isEmpty();
      assertThat(file.uploadTime()).isEmpty();
      assertThat(file.yanked()).isEqualTo(new Yanked.No());
      assertThat(file.metadata()).isEqualTo(new MetadataOffer.None());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "core-metadata": true                                          | true
          "core-metadata": {}                                            | true
          "dist-info-metadata": true                                     | true
          "data-dist-info-metadata": {"sha256": "x"}                     | true
          "core-metadata": false, "data-dist-info-metadata": true        | false
          "data-core-metadata": true                                     | false
          """)
  void knowsTheNamesThatTheMetadataKeyHas(String key, boolean offered)
      throws MalformedPageException {
    assertThat(
            only("{\"filename\": \"foo-1.0.zip\", \"url\": \"foo-1.0.zip\", " + key + "}")
                .metadata())
        .isInstanceOf(offered ? MetadataOffer.Offered.class : MetadataOffer.None.class);
  }

  @Test
  void leavesTheCredentialsOfLinksBehind() throws MalformedPageException {
    assertThat(
            only("""
            {"filename": "foo-1.0.zip", "url": "https://usr:hunter2@f.org/foo-1.0.zip"}
            """)
                .url())
        .hasToString("https://f.org/foo-1.0.zip");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "null",
        "7",
        "{\"filename\": \"foo-1.0.zip\"}",
        "{\"filename\": \"foo-1.0.zip\", \"url\": \"\"}",
        "{\"filename\": \"foo-1.0.zip\", \"url\": \"javascript:1\"}",
        "{\"filename\": \"foo-1.0.zip\", \"url\": \"file:///foo-1.0.zip\"}",
        "{\"filename\": \"../foo-1.0.zip\", \"url\": \"foo-1.0.zip\"}",
        "{\"filename\": \"bar-1.0.zip\", \"url\": \"bar-1.0.zip\"}",
        "{\"filename\": \"foo-1.0.exe\", \"url\": \"foo-1.0.exe\"}",
      })
  void passesOverWhatIsNoFileOfTheProject(String file) throws MalformedPageException {
    assertThat(read(page(file))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                                                 | its meta.api-version is ''
          <html>                                             | it is not JSON
          {"files": []}                                      | its meta.api-version is ''
          {"meta": {"api-version": "2.0"}, "files": []}      | '2.0'; 1.x is understood
          {"meta": {"api-version": "1.0"}}                   | it has no list of files
          {"meta": {"api-version": "1.0"}, "files": {}}      | it has no list of files
          []                                                 | its meta.api-version is ''
          """)
  void refusesWhatIsNoPage(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(MalformedPageException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("Source");
  }

  @Test
  void reads100_000Files() throws MalformedPageException {
    String files =
        IntStream.range(0, 100_000)
            .mapToObj(
                """
                {"filename": "foo-%d.zip", "url": "foo.zip", "hashes": {}}\
                """
                    ::formatted)
            .collect(Collectors.joining(","));

    assertThat(read(page(files))).hasSize(100_000);
  }

  private static String page(String file) {
    return "{\"meta\": {\"api-version\": \"1.4\"}, \"name\": \"foo\", \"files\": [" + file + "]}";
  }

  private static List<IndexFile> read(String json) throws MalformedPageException {
    return PageReader.read(MediaType.JSON_V1, json.getBytes(UTF_8), PAGE, FOO).files();
  }

  private static IndexFile only(String file) throws MalformedPageException {
    List<IndexFile> files = read(page(file));
    assertThat(files).hasSize(1);
    return files.getFirst();
  }
}
