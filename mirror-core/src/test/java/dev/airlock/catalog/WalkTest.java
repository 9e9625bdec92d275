package dev.airlock.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.catalog.Document.Kind;
import dev.airlock.digest.Sha256;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalkTest {
  private static final ProjectName FOO = new ProjectName("foo");
  private static final URI SOURCE = URI.create("https://pypi.org/simple/foo/");
  private static final Instant NOON = Instant.parse("2024-06-30T12:00:00Z");
  private static final HeldPreset PRESET = new HeldPreset("p", "{}", "", "lock", NOON);

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init")
  private Store store;

  @SuppressWarnings("NullAway.Init")
  private Catalog catalog;

  @SuppressWarnings("NullAway.Init")
  private IndexKey pypi;

  @BeforeEach
  void fill() throws IOException {
    store = Store.openOrCreate(directory.resolve("store"));
    catalog = new Catalog(store);
    pypi = catalog.register(URI.create("https://pypi.org/simple/"));
    DistributionFilename name =
        DistributionFilename.of("foo-1.0-py3-none-any.whl", FOO).orElseThrow();
    Sha256 digest = Sha256.of(new byte[] {1});
    catalog.enter(
        pypi,
        new HeldFile(
            name,
            digest,
            1,
            Optional.of(digest),
            SpecifierSet.ANY,
            Optional.empty(),
            new Yanked.No(),
            SOURCE));
    catalog.keep(
        pypi, new HeldMetadata(name, digest, SpecifierSet.ANY, Optional.of(digest), SOURCE));
    catalog.keep(
        pypi, new HeldPage(new ProjectPage(FOO, List.of()), SOURCE, NOON, Optional.empty()));
    catalog.publish(PRESET);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private List<Document> walked() throws IOException {
    var met = new ArrayList<Document>();
    Walk.through(store, met::add);
    return met;
  }

  @Test
  void meetsEveryDocument() throws IOException {
    assertThat(walked())
        .extracting(document -> (Object) document.getClass())
        .containsExactly(
            Document.Preset.class,
            Document.Preset.class,
            Document.Index.class,
            Document.Entry.class,
            Document.Metadata.class,
            Document.Page.class);
  }

  @Test
  void tellsOfEachDocumentThatIsDamagedAndWhatItShouldBe() throws IOException {
    for (Document document : walked()) {
      byte[] bytes = Files.readAllBytes(document.path());
      bytes[bytes.length / 2] ^= 1;
      Files.write(document.path(), bytes);
    }

    assertThat(walked())
        .extracting(document -> ((Document.Damaged) document).kind())
        .containsExactly(
            Kind.PRESET, Kind.PRESET_COPY, Kind.INDEX, Kind.ENTRY, Kind.METADATA, Kind.PAGE);
  }

  @Test
  void tellsOfADocumentThatLiesInThePlaceOfAnother() throws IOException {
    Path entry = entry();
    Files.copy(entry, entry.resolveSibling("foo-2.0-py3-none-any.whl.json"));

    assertThat(walked())
        .anySatisfy(document ->
            assertThat(document)
                .isInstanceOfSatisfying(
                    Document.Damaged.class,
                    damaged -> assertThat(damaged.reason()).startsWith("it is of another file")));
  }

  @Test
  void tellsOfAnIndexWithoutItsDocument() throws IOException {
    Files.delete(store.root().resolve("indexes").resolve(pypi.value()).resolve("index.json"));

    assertThat(walked())
        .anySatisfy(document ->
            assertThat(document)
                .isInstanceOfSatisfying(
                    Document.Damaged.class,
                    damaged -> assertThat(damaged.reason()).isEqualTo("it is missing")));
  }

  @Test
  void anIndexOfWhichNothingIsKeptYetIsNotDamaged() throws IOException {
    Files.createDirectories(store.root().resolve("indexes").resolve("begun.example-simple"));

    assertThat(walked()).noneMatch(Document.Damaged.class::isInstance);
  }

  @Test
  void aDamagedPresetIsReadFromItsCopy() throws IOException {
    Path first = store.root().resolve("presets/p.json");
    Files.write(first, new byte[0]);

    assertThat(catalog.preset("p")).contains(PRESET);
    Files.delete(first);
    assertThat(catalog.preset("p")).isEmpty();
  }

  private Path entry() throws IOException {
    return walked().stream()
        .filter(Document.Entry.class::isInstance)
        .findFirst()
        .orElseThrow()
        .path();
  }
}
