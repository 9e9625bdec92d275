package dev.airlock.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.Document;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.catalog.IndexKey;
import dev.airlock.catalog.Walk;
import dev.airlock.digest.Sha256;
import dev.airlock.fetch.Fetcher;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.Presets;
import dev.airlock.fixtures.SdistBuilder;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.ledger.Ledger;
import dev.airlock.lock.Lock;
import dev.airlock.preset.PresetSource;
import dev.airlock.routing.LocalPlaces;
import dev.airlock.store.Blob;
import dev.airlock.store.ProvenBlobs;
import dev.airlock.store.Store;
import dev.airlock.sync.PresetBundle;
import dev.airlock.sync.Sources;
import dev.airlock.sync.Syncer;
import dev.airlock.upkeep.Checkpoint;
import dev.airlock.upkeep.Damage;
import dev.airlock.upkeep.Pace;
import dev.airlock.upkeep.Repair;
import dev.airlock.upkeep.Repairer;
import dev.airlock.upkeep.Verifier;
import dev.airlock.upstream.FileAccess;
import dev.airlock.upstream.Http;
import dev.airlock.upstream.IndexSource;
import dev.airlock.upstream.Indexes;
import dev.airlock.upstream.PipConfig;
import dev.airlock.upstream.Retries;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damages a store in random ways: what is damaged is never served as good, always found, and always
 * mended where the index can be asked. {@code -Dairlock.damage.cases} says how many cases are tried
 * and {@code -Dairlock.damage.seed} which.
 */
class DecayTest {
  private static final int CASES = Integer.getInteger("airlock.damage.cases", 60);
  private static final long SEED = Long.getLong("airlock.damage.seed", 5);
  private static final int PAGE = 4096;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PRESET = "field";
  private static final Retries RETRIES = new Retries(2, Duration.ZERO, Duration.ZERO, _ -> {});

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init")
  private FakeIndex pypi;

  @SuppressWarnings("NullAway.Init")
  private Http http;

  @SuppressWarnings("NullAway.Init")
  private Path root;

  @BeforeEach
  void fill() throws Exception {
    root = directory.resolve("store");
    http = Http.of("airlock/test", Map.of(), directory, RETRIES);
    pypi = FakeIndex.start();
    pypi.add(WheelBuilder.wheel("app", "1.0").requires("lib>=1").requires("big"));
    pypi.add(WheelBuilder.wheel("lib", "1.5").requiresPython(">=3.8"));
    pypi.add(WheelBuilder.wheel("lib", "1.0"));
    pypi.add(WheelBuilder.wheel("big", "2.0").file("big/data.bin", noise(300_000)));
    pypi.add(SdistBuilder.sdist("old", "0.1").metadataVersion("2.2").buildRequires("setuptools"));
    pypi.add(WheelBuilder.wheel("setuptools", "70.0"));
    sync();
  }

  @AfterEach
  void close() {
    pypi.close();
    http.close();
  }

  private static byte[] noise(int length) {
    var bytes = new byte[length];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  private void sync() throws Exception {
    String json = Presets.preset(PRESET, pypi.simple()).packages("app", "1.0", "old", "0.1").json();
    PresetBundle bundle =
        PresetBundle.read(
            new PresetSource("test", PRESET, json, Optional.empty(), Optional.empty()));
    try (Store store = Store.openOrCreate(root);
        var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var catalog = new Catalog(store);
      var access = new FileAccess(http);
      InstantSource clock = InstantSource.system();
      var fetcher = new Fetcher(store, catalog, access, RETRIES, clock, _ -> {});
      var syncer = new Syncer(store, catalog, fetcher, access, executor, 4, clock, _ -> {});
      Sources sources =
          Sources.of(bundle.preset(), new Indexes(http), new LocalPlaces(Map.of(), PipConfig.NONE));
      Syncer.Solved solved = syncer.solve(bundle.preset(), sources, Optional.empty());
      Lock lock = syncer.lock(bundle, solved, syncer.plan(solved));
      assertThat(syncer.fetch(lock, syncer.plan(lock, sources))).isEmpty();
      assertThat(syncer.publish(bundle, lock, syncer.plan(lock, sources))).isEmpty();
    }
  }

  // --- what is right

  /** What the store says and serves while it is sound. */
  private record Truth(
      Map<String, byte[]> files,
      Map<String, JsonNode> listed,
      List<String> entries,
      HeldPreset preset) {}

  private Truth truth() throws Exception {
    Map<String, byte[]> files = new TreeMap<>();
    Map<String, JsonNode> listed = new TreeMap<>();
    var entries = new ArrayList<String>();
    try (Store store = Store.open(root)) {
      Walk.through(
          store,
          document -> {
            if (document instanceof Document.Entry(var _, IndexKey key, var file)) {
              entries.add(key + " " + file);
              String path =
                  Hybrid.file(key.value(), file.name().project().value(), file.name().text());
              files.put(path, bytes(store, file.sha256()));
              if (file.metadata().isPresent()) {
                files.put(path + ".metadata", bytes(store, file.metadata().get()));
              }
            }
          });
      try (var served = new Served(root)) {
        for (String page : pages(store)) {
          for (JsonNode file : files(served.bytes(page, "Accept", JSON_PAGE))) {
            listed.put(page + " " + file.path("filename").asText(), file);
          }
        }
      }
      return new Truth(files, listed, entries, new Catalog(store).preset(PRESET).orElseThrow());
    }
  }

  private static final String JSON_PAGE = "application/vnd.pypi.simple.v1+json";

  private static byte[] bytes(Store store, Sha256 digest) throws IOException {
    Blob blob = store.blobs().find(digest).orElseThrow();
    try (SeekableByteChannel channel = blob.open()) {
      return Channels.newInputStream(channel).readAllBytes();
    }
  }

  private static List<String> pages(Store store) throws IOException {
    IndexKey key = new Catalog(store).indexes().getFirst();
    return Stream.of("app", "lib", "big", "old", "setuptools")
        .flatMap(project ->
            Stream.of(
                "/preset/" + PRESET + "/simple/" + project + "/",
                "/index/" + key + "/simple/" + project + "/"))
        .toList();
  }

  private static List<JsonNode> files(HttpResponse<byte[]> answer) throws IOException {
    if (answer.statusCode() != 200) {
      return List.of();
    }
    var files = new ArrayList<JsonNode>();
    JSON.readTree(answer.body()).path("files").forEach(files::add);
    return files;
  }

  // --- the cases

  @Test
  void whatIsDamagedIsNeverServedAsGoodAlwaysFoundAndAlwaysMended() throws Exception {
    Truth truth = truth();
    assertThat(truth.files()).hasSizeGreaterThan(6);
    assertThat(truth.listed()).hasSizeGreaterThan(6);
    for (int number = 0; number < CASES; number++) {
      var random = new Random(SEED * 1_000_003 + number);
      Path victim = victim(random);
      String what = "case %d: %s of %s".formatted(number, damage(random, victim), victim);

      assertThat(damages()).as(what).isNotEmpty();
      assertNothingWrongIsServed(truth, what);
      Repair repair = repair();
      assertThat(repair.left()).as(what).isEmpty();
      assertThat(damages()).as(what).isEmpty();
      assertIsWhole(truth, what);
    }
  }

  @Test
  void mendsOnAFullDiskWhatThereIsRoomFor() throws Exception {
    try (Mounted disk = Mounted.memory(directory.resolve("disk"), "size=8m")) {
      root = disk.path().resolve("store");
      sync();
      List<Path> blobs = largest(3);
      for (Path blob : blobs) {
        byte[] bytes = Files.readAllBytes(blob);
        bytes[bytes.length / 2] ^= 1;
        Files.write(blob, bytes);
      }
      Path ballast = disk.path().resolve("ballast");
      fillUp(ballast);

      Repair full = repair();
      assertThat(full.isFull()).isTrue();
      assertThat(full.left()).hasSize(3);
      assertThat(full.deeds())
          .hasSize(3)
          .allSatisfy(deed -> assertThat(deed.what()).contains("aside"));

      try (FileChannel channel = FileChannel.open(ballast, StandardOpenOption.WRITE)) {
        channel.truncate(channel.size() - (128 << 10));
      }
      Repair some = repair();
      assertThat(some.isFull()).isTrue();
      assertThat(some.left())
          .extracting(Damage::subject)
          .containsExactly("big-2.0-py3-none-any.whl");

      Files.delete(ballast);
      assertThat(repair().left()).isEmpty();
      assertThat(damages()).isEmpty();
    }
  }

  private List<Path> largest(int count) throws IOException {
    var sizes = new TreeMap<Long, Path>();
    try (Stream<Path> files = Files.walk(root.resolve("blobs"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sizes.put(Files.size(file), file);
      }
    }
    return List.copyOf(sizes.descendingMap().values()).subList(0, count);
  }

  private static void fillUp(Path file) throws IOException {
    byte[] some = new byte[PAGE];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(some);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  private Path victim(Random random) throws IOException {
    var victims = new ArrayList<Path>();
    for (String folder : List.of("blobs", "indexes", "presets")) {
      try (Stream<Path> files = Files.walk(root.resolve(folder))) {
        files.filter(Files::isRegularFile).sorted().forEach(victims::add);
      }
    }
    return victims.get(random.nextInt(victims.size()));
  }

  private static String damage(Random random, Path victim) throws IOException {
    byte[] bytes = Files.readAllBytes(victim);
    byte[] before = bytes.clone();
    String how =
        switch (random.nextInt(4)) {
          case 0 -> {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            yield "a flipped bit";
          }
          case 1 -> {
            int from = random.nextInt(bytes.length) / PAGE * PAGE;
            Arrays.fill(bytes, from, Math.min(bytes.length, from + PAGE), (byte) 0);
            yield "a zeroed page";
          }
          case 2 -> {
            bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            yield "a truncation";
          }
          default -> {
            byte[] more = new byte[1 + random.nextInt(5000)];
            random.nextBytes(more);
            bytes = Arrays.copyOf(bytes, bytes.length + more.length);
            System.arraycopy(more, 0, bytes, bytes.length - more.length, more.length);
            yield "appended bytes";
          }
        };
    assertThat(bytes).isNotEqualTo(before);
    Files.write(victim, bytes);
    return how;
  }

  private void assertNothingWrongIsServed(Truth truth, String what) throws Exception {
    try (Store store = Store.open(root);
        var served = new Served(root)) {
      for (String page : pages(store)) {
        for (JsonNode file : files(served.bytes(page, "Accept", JSON_PAGE))) {
          JsonNode right =
              truth
                  .listed()
                  .getOrDefault(
                      page + " " + file.path("filename").asText(), MissingNode.getInstance());
          assertThat(isAsGood(file, right)).as("%s: %s lists %s", what, page, file).isTrue();
        }
      }
      for (Map.Entry<String, byte[]> file : truth.files().entrySet()) {
        for (String[] range : List.of(new String[0], new String[] {"Range", "bytes=0-99"})) {
          assertIsRight(served, file.getKey(), file.getValue(), range, what);
        }
      }
    }
  }

  /** A file may be offered without its metadata, when that is damaged. */
  private static boolean isAsGood(JsonNode file, JsonNode right) {
    for (var field : file.properties()) {
      boolean isOffer = field.getKey().contains("metadata");
      if (!field.getValue().equals(right.path(field.getKey())) && !isOffer) {
        return false;
      }
    }
    return file.path("hashes").equals(right.path("hashes"));
  }

  private static void assertIsRight(
      Served served, String path, byte[] right, String[] range, String what) throws Exception {
    HttpResponse<byte[]> answer;
    try {
      answer = served.bytes(path, range);
    } catch (IOException cut) {
      return;
    }
    if (answer.statusCode() == 200) {
      assertThat(answer.body()).as("%s: %s", what, path).isEqualTo(right);
    } else if (answer.statusCode() == 206) {
      assertThat(answer.body())
          .as("%s: the beginning of %s", what, path)
          .isEqualTo(Arrays.copyOf(right, Math.min(right.length, 100)));
    } else {
      assertThat(answer.statusCode()).as("%s: %s", what, path).isIn(404, 416, 502, 503);
    }
  }

  private List<Damage> damages() throws IOException {
    try (Store store = Store.open(root)) {
      return new Verifier(store, Verifier.Extent.ALL, Pace.free(), Checkpoint.none(), _ -> {})
          .run()
          .damages();
    }
  }

  private Repair repair() throws IOException {
    try (Store store = Store.openOrCreate(root);
        Ledger ledger = Ledger.inMemory(InstantSource.system())) {
      var catalog = new Catalog(store);
      var access = new FileAccess(http);
      var fetcher =
          new Fetcher(
              store,
              catalog,
              access,
              RETRIES,
              InstantSource.system(),
              _ -> {},
              true,
              new ProvenBlobs());
      return new Repairer(store, fetcher, new OneIndex(), ledger, InstantSource.system(), _ -> {})
          .run(Optional.empty(), damages());
    }
  }

  /** The index that all came from. */
  private final class OneIndex implements Repairer.Origins {
    @Override
    public Optional<IndexSource> place(IndexKey index) throws IOException {
      return Optional.of(new Indexes(http).at(pypi.simple()));
    }

    @Override
    public Optional<HeldPreset> preset(String name) {
      return Optional.empty();
    }

    @Override
    public List<URI> indexes() {
      return List.of(pypi.simple());
    }
  }

  private void assertIsWhole(Truth truth, String what) throws IOException {
    try (Store store = Store.open(root)) {
      var entries = new ArrayList<String>();
      Walk.through(
          store,
          document -> {
            if (document instanceof Document.Entry(var _, IndexKey key, var file)) {
              entries.add(key + " " + file);
            }
          });
      assertThat(entries).as(what).isEqualTo(truth.entries());
      assertThat(new Catalog(store).preset(PRESET)).as(what).contains(truth.preset());
    }
  }
}
