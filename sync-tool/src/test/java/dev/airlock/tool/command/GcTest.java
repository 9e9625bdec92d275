package dev.airlock.tool.command;

import static dev.airlock.fixtures.Presets.preset;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.WheelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class GcTest {
  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init")
  private FakeIndex pypi;

  @SuppressWarnings("NullAway.Init")
  private Tool tool;

  @BeforeEach
  void start() throws IOException {
    pypi = FakeIndex.start();
    pypi.add(wheel("app", "1.0").requires("leaf"));
    pypi.add(wheel("other", "1.0").requires("leaf"));
    pypi.add(wheel("leaf", "1.0").padding(4000));
    tool = new Tool(directory);
    tool.preset("one", preset("one", pypi.simple()).packages("app", "1.0").json());
    tool.preset("two", preset("two", pypi.simple()).packages("other", "1.0").json());
    tool.run("sync", "one");
    tool.run("sync", "two");
  }

  @AfterEach
  void stop() {
    pypi.close();
  }

  /** The clock of these commands stands at the epoch. */
  private void age() throws IOException {
    try (var files = Files.walk(tool.store)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH.minusSeconds(1_000_000)));
      }
    }
  }

  private JsonNode json(String... arguments) {
    assertThat(tool.run(arguments)).as(tool.err()).isZero();
    return tool.json().getLast();
  }

  @Test
  void removesAPresetAndFreesWhatNoOtherHas() throws IOException {
    assertThat(tool.run("rm", "one")).isZero();
    assertThat(tool.err()).contains("removed: one\n", "given up: 1 file (");
    assertThat(tool.run("check", "two")).isZero();
    age();

    JsonNode dry = json("gc", "--json", "--grace", "0", "--dry-run");
    assertThat(dry.path("dry_run").asBoolean()).isTrue();
    assertThat(dry.path("taken").path("files").asInt()).isPositive();
    JsonNode done = json("gc", "--json", "--grace", "0");
    assertThat(done.path("deleted").path("files").asInt())
        .isEqualTo(dry.path("taken").path("files").asInt());
    assertThat(tool.run("check", "two")).isZero();
    assertThat(tool.run("verify")).as(tool.err()).isZero();
    assertThat(tool.run("gc")).isZero();
    assertThat(tool.err()).contains("nothing was freed");
  }

  @Test
  void bringsARemovedPresetBackWithoutFetchingAnything() throws IOException {
    tool.run("rm", "one");
    age();
    assertThat(tool.run("gc")).isZero();
    assertThat(tool.err()).contains("taken: nothing needs them", "in the trash");

    assertThat(tool.run("sync", "one")).as(tool.err()).isZero();
    assertThat(tool.err()).contains("fetched 0 (0 B), reused 2 (");
    assertThat(tool.run("check", "one")).isZero();
  }

  @Test
  void keepsTheFilesOfAPresetForServers() throws IOException {
    assertThat(json("rm", "one", "--keep-files", "--json").path("files").asInt()).isOne();
    age();
    assertThat(tool.run("gc")).isZero();
    assertThat(tool.err()).contains("1 file (", "`airlock gc --unlocked` takes them");
    assertThat(json("gc", "--unlocked", "--json").path("entries").path("files").asInt()).isOne();
  }

  @Test
  void listsPresetsWithWhatNoOtherHas() throws IOException {
    JsonNode presets = json("ls", "--json").path("presets");
    assertThat(presets.findValuesAsText("preset")).containsExactly("one", "two");
    JsonNode one = presets.get(0);
    assertThat(one.path("files").asInt()).isEqualTo(2);
    assertThat(one.path("own_files").asInt()).isOne();
    assertThat(one.path("own_bytes").asLong()).isLessThan(one.path("bytes").asLong() - 4000);
    assertThat(one.path("complete").asBoolean()).isTrue();

    assertThat(tool.run("ls", "one")).isZero();
    assertThat(tool.out().lines().skip(1))
        .satisfiesExactly(
            app ->
                assertThat(app)
                    .contains("one ", "app-1.0-py3-none-any.whl ", " yes ")
                    .endsWith("-"),
            leaf -> assertThat(leaf).contains("leaf-1.0-py3-none-any.whl ").endsWith(" two"));
    JsonNode leaf = json("ls", "one", "--json").at("/presets/0/locked_files/1");
    assertThat(leaf.path("project").asText()).isEqualTo("leaf");
    assertThat(leaf.path("held").asBoolean()).isTrue();
    assertThat(leaf.path("sha256").asText()).hasSize(64);
    assertThat(leaf.path("also_of").get(0).asText()).isEqualTo("two");
    assertThat(tool.run("ls", "--projects")).isZero();
    assertThat(tool.out()).contains("leaf ", " one two\n", "app ", " one\n");
    JsonNode usage = json("du", "--json");
    assertThat(usage.path("blobs").path("files").asInt()).isEqualTo(6);
    assertThat(usage.path("unlocked").path("files").asInt()).isZero();
    assertThat(usage.path("presets").path("one")).isEqualTo(amounts(one));
    assertThat(tool.run("du")).isZero();
    assertThat(tool.out()).contains("preset one ", "all blobs ", "trash/ ", "the reserve ");
  }

  private static JsonNode amounts(JsonNode preset) {
    return ((ObjectNode) preset.deepCopy()).retain("files", "bytes", "own_files", "own_bytes");
  }

  @Test
  void saysWhenDocumentsAreDamaged() throws IOException {
    Path preset = tool.store.resolve("presets/one.json");
    Files.writeString(preset, "torn");
    assertThat(tool.run("gc")).as("there is a copy").isZero();
    Files.writeString(tool.store.resolve("presets/copies/one.json"), "torn");

    assertThat(tool.run("gc")).isEqualTo(5);
    assertThat(tool.err()).contains("presets/one.json: ", "run `airlock repair` first");
  }

  @Test
  void letsNothingWaitWhereTheReserveHasBegun() throws IOException {
    assertThat(tool.run("rm", "one")).isZero();
    age();

    JsonNode collected = json("gc", "--reserve", "900TiB", "--json");

    assertThat(collected.path("hurried").asBoolean()).isTrue();
    assertThat(collected.path("deleted").path("files").asInt()).isPositive();
    assertThat(collected.path("waiting").path("files").asInt()).isZero();
  }

  @Test
  void saysInADryRunWhatTheReserveWouldHaveItDo() throws IOException {
    tool.run("rm", "one");
    age();

    String[] dry = {"gc", "--json", "--dry-run", "--reserve", "900TiB"};
    assertThat(json(dry).path("hurried").asBoolean()).isTrue();
    assertThat(json("gc", "--json", "--dry-run").path("hurried").asBoolean()).isFalse();
  }

  @Test
  void duKnowsTheReserveThatIsAskedFor() {
    tool.environment.put("AIRLOCK_RESERVE", "900TiB");
    assertThat(json("du", "--json").path("reserve_bytes").asLong()).isEqualTo(900L << 40);
    assertThat(json("du", "--json").path("free_bytes").asLong()).isZero();
    assertThat(json("du", "--json", "--reserve", "5").path("reserve_bytes").asLong()).isEqualTo(5);
  }

  @Test
  void doesNotSayThatNothingWasFreedWhenWhatWasPutAsideIsDeleted() throws IOException {
    Path aside = tool.store.resolve("quarantine/" + "0".repeat(64));
    Files.createDirectories(aside.getParent());
    Files.writeString(aside, "bad");
    FileTime longAgo = FileTime.from(Instant.EPOCH.minus(Duration.ofDays(31)));
    Files.setLastModifiedTime(aside, longAgo);

    assertThat(tool.run("gc")).isZero();
    assertThat(tool.err())
        .contains("1 file (3 B) deleted: put aside long ago")
        .doesNotContain("nothing was freed");
  }

  @Test
  @Timeout(60)
  void leavesWhatARunningSyncNeedsThoughTheQuotaIsExceeded() throws Exception {
    WheelBuilder slow = wheel("slow", "1.0");
    WheelBuilder quick = wheel("quick", "1.0");
    for (WheelBuilder wheel : List.of(slow, quick)) {
      pypi.add(wheel).metadata(wheel.metadata()).size(wheel.build().length);
    }
    pypi.forget();
    tool.preset(
        "three",
        preset("three", pypi.simple())
            .packages("app", "1.0", "quick", "1.0", "slow", "1.0")
            .json());
    assertThat(tool.run("rm", "one", "two", "--keep-files")).as(tool.err()).isZero();
    var inFlight = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    pypi.next(
        slow.filename(),
        (exchange, content) -> {
          inFlight.countDown();
          await(goOn);
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content);
        });
    var running = new Tool(directory);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> sync = threads.submit(() -> running.run("sync", "three", "--jobs", "2"));
      try {
        await(inFlight);
        while (entries("quick").isEmpty()) {
          Thread.onSpinWait();
        }
        for (String project : List.of("app", "leaf", "other", "quick")) {
          FileTime longAgo = FileTime.from(Instant.EPOCH.minusSeconds(1_000_000));
          Files.setLastModifiedTime(entries(project).getFirst(), longAgo);
        }
        JsonNode collected = json("gc", "--quota", "0", "--unlocked", "--grace", "0", "--json");
        assertThat(collected.path("entries").path("files").asInt()).as("of other alone").isOne();
        assertThat(entries("other")).isEmpty();
      } finally {
        goOn.countDown();
      }
      assertThat(sync.get()).as(running.err()).isZero();
    }
    for (String name : List.of("app-1.0-py3-none-any.whl", "leaf-1.0-py3-none-any.whl")) {
      assertThat(pypi.requests(name)).as("held, and left: " + name).isEmpty();
    }
    assertThat(pypi.requests(quick.filename())).as("fetched before the collection").hasSize(1);
    assertThat(tool.run("check", "three")).as(tool.err()).isZero();
    assertThat(tool.store.resolve("partial/claims")).isEmptyDirectory();
  }

  private List<Path> entries(String project) throws IOException {
    try (var files = Files.walk(tool.store.resolve("indexes"))) {
      return files
          .filter(file -> file.toString().contains("/files/" + project + "/"))
          .filter(file -> file.toString().endsWith(".json"))
          .filter(Files::isRegularFile)
          .toList();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Test
  void refusesWhatItDoesNotUnderstand() {
    assertThat(tool.run("gc", "--grace", "1 week")).isEqualTo(2);
    assertThat(tool.err()).contains("--grace: '1 week': accepted are times such as 90m, 24h or 7d");
    assertThat(tool.run("gc", "--quota", "much")).isEqualTo(2);
    assertThat(tool.run("rm", "three")).isEqualTo(2);
    assertThat(tool.err()).contains("holds no preset 'three'", "[one, two]");
    assertThat(tool.run("ls", "three")).isEqualTo(2);
    assertThat(tool.err()).contains("holds no preset 'three': it holds [one, two]");
    assertThat(tool.run("ls", "one", "--projects")).isEqualTo(2);
    assertThat(tool.err()).contains("leave out either it or PRESET");
    assertThat(tool.run("gc", "--store", directory.resolve("none").toString())).isEqualTo(10);
  }
}
