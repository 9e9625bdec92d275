package dev.airlock.server;

import static dev.airlock.fixtures.Presets.preset;
import static dev.airlock.fixtures.SdistBuilder.sdist;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.IndexKey;
import dev.airlock.fetch.Fetcher;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.Python;
import dev.airlock.fixtures.SdistBuilder;
import dev.airlock.lock.Lock;
import dev.airlock.preset.PresetSource;
import dev.airlock.routing.LocalPlaces;
import dev.airlock.server.pullthrough.Mode;
import dev.airlock.store.Store;
import dev.airlock.sync.Plan;
import dev.airlock.sync.PresetBundle;
import dev.airlock.sync.Sources;
import dev.airlock.sync.Syncer;
import dev.airlock.upstream.FileAccess;
import dev.airlock.upstream.Http;
import dev.airlock.upstream.Indexes;
import dev.airlock.upstream.PipConfig;
import dev.airlock.upstream.Retries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wheels that were made of sdists, served. */
class RepackTest {
  private static final String WHEEL = "gputil-1.4.0-py3-none-any.whl";
  private static final String SDIST = "GPUtil-1.4.0.tar.gz";

  @TempDir Path directory;

  private FakeIndex pypi;

  @BeforeEach
  void start() throws Exception {
    pypi = FakeIndex.start();
    pypi.add(gputil());
    pypi.add(wheel("leaf", "1.0"));
    synced();
  }

  @AfterEach
  void stop() {
    pypi.close();
  }

  private static SdistBuilder gputil() {
    return sdist("GPUtil", "1.4.0")
        .file("setup.py", "raise SystemExit('setup.py was run')\n".getBytes(UTF_8))
        .file("GPUtil/__init__.py", "number = 7\n".getBytes(UTF_8));
  }

  /** A store with a preset of which one wheel was made here. */
  private void synced() throws Exception {
    String json =
        preset("kit", pypi.simple())
            .packages("gputil", "1.4.0")
            .key(
                "repack",
                "[{\"name\": \"gputil\", \"version\": \"1.4.0\", \"requires_dist\": [\"leaf\"]}]")
            .json();
    PresetBundle bundle =
        PresetBundle.read(
            new PresetSource("test", "kit", json, Optional.empty(), Optional.empty()));
    Retries retries = Retries.DEFAULT;
    try (Store store = Store.openOrCreate(directory.resolve("store"));
        Http http = Http.of("airlock/test", Map.of(), directory, retries);
        var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var access = new FileAccess(http);
      var catalog = new Catalog(store);
      InstantSource clock = InstantSource.system();
      var fetcher = new Fetcher(store, catalog, access, retries, clock, _ -> {});
      var syncer = new Syncer(store, catalog, fetcher, access, executor, 4, clock, _ -> {});
      Sources sources =
          Sources.of(bundle.preset(), new Indexes(http), new LocalPlaces(Map.of(), PipConfig.NONE));
      Syncer.Solved solved = syncer.solve(bundle.preset(), sources, Optional.empty());
      Lock lock = syncer.lock(bundle, solved, syncer.plan(solved));
      Plan plan = syncer.plan(lock, sources);
      assertThat(syncer.fetch(lock, plan)).isEmpty();
      assertThat(syncer.publish(bundle, lock, plan)).isEmpty();
    }
  }

  private Hybrid mirror(Mode mode) throws IOException {
    return Hybrid.in(directory).mode(mode).start();
  }

  private String index() {
    return IndexKey.of(pypi.simple()).value();
  }

  @Test
  void isListedWhereverTheProjectIs() throws Exception {
    try (Hybrid mirror = mirror(Mode.OFFLINE)) {
      for (String page :
          List.of(
              "/preset/kit/simple/gputil/",
              "/preset/kit/find-links/",
              "/index/" + index() + "/simple/gputil/",
              "/simple/gputil/",
              "/preset/kit/pylock.toml")) {
        assertThat(Hybrid.text(mirror.get(page)))
            .as(page)
            .contains(WHEEL)
            .doesNotContain("#repack");
      }
      assertThat(Hybrid.text(mirror.get("/preset/kit/simple/gputil/"))).doesNotContain(SDIST);
    }
  }

  @Test
  void staysListedBesideWhatTheUpstreamLists() throws Exception {
    try (Hybrid mirror = mirror(Mode.HYBRID)) {
      assertThat(Hybrid.text(mirror.get("/index/" + index() + "/simple/gputil/")))
          .contains(WHEEL, SDIST);
      assertThat(Hybrid.text(mirror.get("/preset/kit/simple/gputil/"))).contains(WHEEL);
    }
  }

  @Test
  void isMadeAgainOnRequestWhereItIsLost() throws Exception {
    String path = Hybrid.file(index(), "gputil", WHEEL);
    byte[] wheel;
    try (Hybrid mirror = mirror(Mode.OFFLINE)) {
      wheel = mirror.get(path).body();
    }
    try (Stream<Path> files = Files.walk(directory.resolve("store"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.toString();
        if (name.contains("/files/gputil/") || name.contains("/blobs/")) {
          Files.delete(file);
        }
      }
    }
    try (Hybrid mirror = mirror(Mode.HYBRID)) {
      assertThat(Hybrid.text(mirror.get("/preset/kit/simple/gputil/"))).contains(WHEEL);
      assertThat(mirror.get(path).body()).isEqualTo(wheel);
      assertThat(mirror.held("gputil", WHEEL)).contains(wheel);
      assertThat(Hybrid.text(mirror.get(path + ".metadata"))).contains("Requires-Dist: leaf");
    }
  }

  @Test
  void isInstalledByPipFromThePreset() throws Exception {
    Optional<Python> python = Python.forWhich("import pip");
    assumeThat(python).as("a Python with pip").isPresent();
    try (Hybrid mirror = mirror(Mode.OFFLINE)) {
      String said =
          python
              .get()
              .output(
                  """
                  import os, subprocess, sys
                  for name in [each for each in os.environ if each.startswith("PIP_")
                               or each.lower().endswith("_proxy")]:
                      del os.environ[name]
                  os.environ["PIP_CONFIG_FILE"] = os.devnull
                  subprocess.run([sys.executable, "-m", "pip", "install", "--no-cache-dir", "--index-url",
                      sys.argv[1], "--target", sys.argv[2], "gputil==1.4.0"],
                      check=True, stdout=subprocess.DEVNULL)
                  sys.path.insert(0, sys.argv[2])
                  import GPUtil, leaf
                  print(GPUtil.number, leaf.__version__)
                  """,
                  List.of(
                      mirror.uri("/preset/kit/simple/").toString(),
                      directory.resolve("installed").toString()),
                  "");
      assertThat(said.strip()).isEqualTo("7 1.0");
    }
  }
}
