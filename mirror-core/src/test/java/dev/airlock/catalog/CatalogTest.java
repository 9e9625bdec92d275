package dev.airlock.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.digest.Algorithm;
import dev.airlock.digest.Digest;
import dev.airlock.digest.Sha256;
import dev.airlock.index.IndexFile;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.store.Store;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogTest {
  private static final URI PYPI = URI.create("https://pypi.org/simple/");
  private static final ProjectName FOO = new ProjectName("foo");
  private static final Sha256 DIGEST = Sha256.of(new byte[] {1});
  private static final Instant NOON = Instant.parse("2024-06-30T12:00:00.123456Z");

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init")
  private Store store;

  @SuppressWarnings("NullAway.Init")
  private Catalog catalog;

  @SuppressWarnings("NullAway.Init")
  private IndexKey pypi;

  @BeforeEach
  void open() throws IOException {
    store = Store.openOrCreate(directory.resolve("store"));
    catalog = new Catalog(store);
    pypi = catalog.register(PYPI);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  @Test
  void knowsIndexesByTheirDeclaredAddress() throws IOException {
    catalog.register(PYPI);
    IndexKey other = catalog.register(URI.create("https://download.pytorch.org/whl/cu118"));

    assertThat(catalog.indexes()).containsExactly(other, pypi);
    assertThat(catalog.address(pypi)).contains(PYPI);
    assertThat(catalog.address(new IndexKey("unknown"))).isEmpty();
  }

  @Test
  void givesBackEveryDetailOfAFile() throws IOException {
    HeldFile full =
        new HeldFile(
            name("foo-1.0+cu118-py3-none-any.whl"),
            DIGEST,
            3_000_000_000L,
            Optional.of(Sha256.of(new byte[] {2})),
            SpecifierSet.parse(">=3.8,<4"),
            Optional.of(NOON),
            new Yanked.Because("<b>broken</b>"),
            URI.create("https://files.pythonhosted.org/foo-1.0%2Bcu118-py3-none-any.whl"),
            Optional.of(PYPI));
    HeldFile bare = file("foo-1.0.tar.gz");
    catalog.enter(pypi, full);
    catalog.enter(pypi, bare);

    assertThat(catalog.file(FileKey.of(pypi, full))).contains(full);
    assertThat(catalog.files(pypi, FOO)).containsExactly(full, bare);
    assertThat(catalog.projects(pypi)).containsExactly(FOO);
    assertThat(catalog.files(pypi, new ProjectName("bar"))).isEmpty();
  }

  @Test
  void tellsWhereAFileIsFrom() {
    HeldFile bare = file("foo-1.0.tar.gz");
    assertThat(bare.origin()).as("no page listed it").isEqualTo("https://pypi.org/");
    assertThat(page().place()).isEqualTo(PYPI);
  }

  @ParameterizedTest
  @CsvSource({
    "https://pypi.org/simple/foo/, https://pypi.org/simple/",
    "https://pypi.org/simple/foo, https://pypi.org/simple/",
    "https://a.org/whl/foo/index.html, https://a.org/whl/",
    "https://a.org/whl/torch_stable.html, https://a.org/whl/torch_stable.html",
    "file:///srv/simple/foo/index.html, file:///srv/simple/",
    "file:///srv/wheels/, file:///srv/wheels/",
    "file:///srv/foo/, file:///srv/foo/"
  })
  void knowsTheLocationThatAPageIsOneOf(URI source, URI place) {
    assertThat(
            new HeldPage(new ProjectPage(FOO, List.of()), source, NOON, Optional.empty()).place())
        .isEqualTo(place);
  }

  @Test
  void replacesAnEntryAsAWhole() throws IOException {
    catalog.enter(pypi, file("foo-1.0.tar.gz"));
    HeldFile yanked =
        new HeldFile(
            name("foo-1.0.tar.gz"),
            DIGEST,
            2,
            Optional.empty(),
            SpecifierSet.ANY,
            Optional.empty(),
            new Yanked.Because(""),
            PYPI);
    catalog.enter(pypi, yanked);

    assertThat(catalog.files(pypi, FOO)).containsExactly(yanked);
  }

  @Test
  void tellsNamesApartThatDifferInCaseOnlyOnEveryFileSystem() throws IOException {
    catalog.enter(pypi, file("foo-1.0.tar.gz"));
    catalog.enter(pypi, file("FOO-1.0.tar.gz"));
    catalog.enter(pypi, file("Foo-1!1.0.tar.gz"));

    assertThat(catalog.files(pypi, FOO)).hasSize(3);
    assertThat(catalog.named(pypi, name("FOO-1.0.tar.gz"))).containsExactly(file("FOO-1.0.tar.gz"));
    assertThat(catalog.named(pypi, name("fOO-1.0.tar.gz"))).isEmpty();
    try (Stream<Path> names = Files.walk(store.root())) {
      assertThat(names.map(path -> path.getFileName().toString()))
          .allMatch(name -> name.equals(name.toLowerCase(Locale.ROOT)));
    }
  }

  @Test
  void holdsSeveralFilesOfOneNameEachByItsDigest() throws IOException {
    HeldFile one = file("foo-1.0.tar.gz");
    HeldFile rebuilt = file("foo-1.0.tar.gz", Sha256.of(new byte[] {7}));
    catalog.enter(pypi, one);
    catalog.enter(pypi, rebuilt);
    catalog.used(pypi, rebuilt, Instant.now().plusSeconds(7200));

    assertThat(catalog.file(FileKey.of(pypi, one))).contains(one);
    assertThat(catalog.file(FileKey.of(pypi, rebuilt))).contains(rebuilt);
    assertThat(catalog.named(pypi, one.name())).containsExactly(rebuilt, one);
    assertThat(catalog.files(pypi, FOO)).containsExactlyInAnyOrder(one, rebuilt);
    assertThat(catalog.discard(FileKey.of(pypi, one))).isTrue();
    assertThat(catalog.named(pypi, one.name())).containsExactly(rebuilt);
    assertThat(catalog.discard(FileKey.of(pypi, rebuilt))).isTrue();
    assertThat(catalog.projects(pypi)).isEmpty();
  }

  @Test
  void givesBackAPage() throws IOException {
    HeldPage page = page();
    catalog.keep(pypi, page);

    assertThat(catalog.page(pypi, FOO)).contains(page);
    assertThat(catalog.page(pypi, new ProjectName("bar"))).isEmpty();
  }

  @Test
  void publishesAPresetAtOnceInPlaceOfTheEarlierOne() throws IOException {
    HeldPreset first = new HeldPreset("one", "{}", "numpy\n", "lock = \"1\"\n", NOON);
    HeldPreset second = new HeldPreset("one", "{ }", "", "lock = \"2\"\n", NOON.plusSeconds(1));
    catalog.publish(first);
    assertThat(catalog.preset("one")).contains(first);
    catalog.publish(second);

    assertThat(catalog.preset("one")).contains(second);
    assertThat(catalog.presets()).containsExactly("one");
    assertThat(catalog.preset("two")).isEmpty();
    assertThat(catalog.preset("../one")).isEmpty();
    assertThatThrownBy(() -> catalog.publish(new HeldPreset("../x", "", "", "", NOON)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "null",
        "[]",
        "{}",
        "\0\0\0\0",
        "{\"filename\":\"foo-1.0.tar.gz\"}",
        "{\"filename\":\"foo-1.0.tar.gz\",\"sha256\":\"12\",\"size\":1,\"source\":\"x\"}",
        "{\"synced\":\"yesterday\",\"lock\":\"\"}",
        "{\"meta\":{\"api-version\":\"1.1\"},\"files\":[],\"_airlock\":{\"read\":\"never\"}}",
      })
  void countsDamagedDocumentsAsAbsent(String damage) throws IOException {
    catalog.enter(pypi, file("foo-1.0.tar.gz"));
    catalog.keep(pypi, page());
    catalog.publish(new HeldPreset("one", "{}", "", "lock", NOON));
    try (Stream<Path> documents = Files.walk(store.root())) {
      for (Path document : documents.filter(path -> path.toString().endsWith(".json")).toList()) {
        Files.writeString(document, damage);
      }
    }

    assertThat(catalog.files(pypi, FOO)).isEmpty();
    assertThat(catalog.file(FileKey.of(pypi, file("foo-1.0.tar.gz")))).isEmpty();
    assertThat(catalog.page(pypi, FOO)).isEmpty();
    assertThat(catalog.preset("one")).isEmpty();
    assertThat(catalog.address(pypi)).isEmpty();
    assertThat(catalog.register(PYPI)).isEqualTo(pypi);
    assertThat(catalog.address(pypi)).contains(PYPI);
  }

  @Test
  void passesOverWhatOtherProgramsLeaveBehind() throws IOException {
    catalog.enter(pypi, file("foo-1.0.tar.gz"));
    Path indexes = store.root().resolve("indexes");
    Files.createDirectories(indexes.resolve(".DS_Store"));
    Files.createDirectories(indexes.resolve(pypi + "/files/.Spotlight"));
    Files.writeString(indexes.resolve(pypi + "/files/foo/.tmp-1-2"), "half");
    Files.createDirectories(store.root().resolve("presets"));
    Files.writeString(store.root().resolve("presets/._one.json"), "resource fork");

    assertThat(catalog.indexes()).containsExactly(pypi);
    assertThat(catalog.projects(pypi)).containsExactly(FOO);
    assertThat(catalog.files(pypi, FOO)).hasSize(1);
    assertThat(catalog.presets()).isEmpty();
  }

  private static DistributionFilename name(String text) {
    return DistributionFilename.of(text, FOO).orElseThrow();
  }

  private static HeldFile file(String name) {
    return file(name, DIGEST);
  }

  private static HeldFile file(String name, Sha256 sha256) {
    return new HeldFile(
        name(name),
        sha256,
        1,
        Optional.empty(),
        SpecifierSet.ANY,
        Optional.empty(),
        new Yanked.No(),
        PYPI.resolve("foo/" + name));
  }

  private static HeldPage page() {
    return new HeldPage(
        new ProjectPage(
            FOO,
            List.of(
                new IndexFile(
                    name("foo-1.0-py3-none-any.whl"),
                    URI.create("https://files.pythonhosted.org/foo-1.0-py3-none-any.whl"),
                    List.of(DIGEST.digest(), new Digest(Algorithm.MD5, "0".repeat(32))),
                    SpecifierSet.parse(">=3.8"),
                    OptionalLong.of(7),
                    Optional.of(NOON),
                    new Yanked.Because(""),
                    new MetadataOffer.Offered(Optional.of(DIGEST.digest()))))),
        URI.create("https://pypi.org/simple/foo/"),
        NOON,
        Optional.of("\"etag\""));
  }
}
