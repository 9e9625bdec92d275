package dev.airlock.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Sha256;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.store.Store;
import dev.airlock.upkeep.Quota;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvictionsTest {
  private static final URI PYPI = URI.create("https://pypi.org/simple/");

  @TempDir private Path directory;

  @Test
  void deletesWhatWasUsedLeastRecentlyAndIsOfNoPreset() throws IOException {
    Instant now = Instant.now();
    try (Store store = Store.openOrCreate(directory);
        var evictions =
            new Evictions(store, new Quota(15), Duration.ZERO, () -> now.plusSeconds(7200))) {
      var catalog = new Catalog(store);
      IndexKey index = catalog.register(PYPI);
      HeldFile old = held(store, catalog, index, "old");
      HeldFile used = held(store, catalog, index, "used");
      catalog.used(index, used, now.plusSeconds(7000));

      evictions.evict();
      assertThat(catalog.files(index, old.name().project())).isEmpty();
      assertThat(store.blobs().find(old.sha256())).isEmpty();
      assertThat(catalog.files(index, used.name().project())).containsExactly(used);
      assertThat(store.blobs().find(used.sha256())).isPresent();
    }
  }

  @Test
  void takesArrivalsAfterItsEnd() throws IOException {
    try (Store store = Store.openOrCreate(directory)) {
      var evictions = Evictions.usual(store, new Quota(15));
      evictions.close();
      evictions.arrived();
      assertThat(store.trash().bags()).isEmpty();
    }
  }

  private static HeldFile held(Store store, Catalog catalog, IndexKey index, String project)
      throws IOException {
    byte[] bytes = (project + " bytes").getBytes(UTF_8);
    var file =
        new HeldFile(
            DistributionFilename.of(project + "-1.0.tar.gz", new ProjectName(project))
                .orElseThrow(),
            Sha256.of(bytes),
            bytes.length,
            Optional.empty(),
            SpecifierSet.ANY,
            Optional.empty(),
            new Yanked.No(),
            PYPI);
    store.blobs().put(bytes);
    catalog.enter(index, file);
    return file;
  }
}
