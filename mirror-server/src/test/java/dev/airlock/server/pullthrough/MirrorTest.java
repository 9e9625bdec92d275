package dev.airlock.server.pullthrough;

import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.IndexKey;
import dev.airlock.fetch.Fetcher;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.routing.Settings;
import dev.airlock.store.ProvenBlobs;
import dev.airlock.store.Reserve;
import dev.airlock.store.Store;
import dev.airlock.upstream.FileAccess;
import dev.airlock.upstream.Http;
import dev.airlock.upstream.Indexes;
import dev.airlock.upstream.Retries;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MirrorTest {
  private static final ProjectName BULKY = new ProjectName("bulky");
  private static final IndexKey PYPI = IndexKey.of(URI.create("https://pypi.org/simple/"));

  @TempDir private Path directory;

  @Test
  @SuppressWarnings("try") // closed early, so that nothing can be hashed
  void hashesNothingThatItFetchedAMomentAgo() throws IOException {
    WheelBuilder wheel = wheel("bulky", "1.0").padding(5_000_000);
    var proven = new ProvenBlobs();
    InstantSource clock = InstantSource.system();
    try (FakeIndex upstream = FakeIndex.start();
        Http http = Http.of("airlock/test", Map.of(), directory, Retries.DEFAULT);
        Store store = Store.openOrCreate(directory.resolve("store"), Reserve.NONE);
        var verifications = new Verifications(store.blobs(), proven, () -> true)) {
      upstream.add(wheel);
      var catalog = new Catalog(store);
      var access = new FileAccess(http);
      var indexes = new Indexes(http);
      var fetcher =
          new Fetcher(store, catalog, access, Retries.DEFAULT, clock, _ -> {}, false, proven);
      try (var upstreams =
          new Upstreams(
              catalog,
              fetcher,
              access,
              (_, _) -> indexes.at(upstream.simple()),
              List.of(),
              Duration.ofMinutes(10),
              clock,
              System::nanoTime)) {
        var mirror =
            new Mirror(
                store,
                verifications,
                Mode.HYBRID,
                Optional.of(upstreams),
                Settings.NONE,
                List.of(),
                Optional.empty(),
                System::nanoTime);
        // From now on whatever would be hashed fails.
        verifications.close();

        assertThat(metadata(mirror, wheel)).isEqualTo(Source.UPSTREAM);
        assertThat(metadata(mirror, wheel)).isEqualTo(Source.STORE);
        FileAnswer first = mirror.file(address(wheel), Extent.WHOLE);
        if (first instanceof FileAnswer.Arriving(var bytes, var _, var _, var _)) {
          bytes.awaitEnd(Duration.ofSeconds(20));
        }
        for (Extent extent : List.of(Extent.WHOLE, Extent.PART)) {
          assertThat(mirror.file(address(wheel), extent))
              .isInstanceOfSatisfying(
                  FileAnswer.Held.class, held -> assertThat(held.source()).isEqualTo(Source.STORE));
        }
        assertThat(metadata(mirror, wheel)).as("of the wheel by now").isEqualTo(Source.STORE);
        assertThat(upstream.requests(wheel.filename() + ".metadata").size()).isLessThan(2);
      }
    }
  }

  private static FileAddress address(WheelBuilder wheel) {
    return new FileAddress(
        PYPI, DistributionFilename.of(wheel.filename(), BULKY).orElseThrow(), Optional.empty());
  }

  private static Source metadata(Mirror mirror, WheelBuilder wheel) throws IOException {
    FileAnswer answer = mirror.metadata(address(wheel));
    assertThat(answer).isInstanceOf(FileAnswer.Held.class);
    return ((FileAnswer.Held) answer).source();
  }
}
