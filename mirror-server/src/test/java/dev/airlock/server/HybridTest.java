package dev.airlock.server;

import static dev.airlock.fixtures.SdistBuilder.sdist;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.IndexKey;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.ledger.Kind;
import dev.airlock.ledger.Ledger;
import dev.airlock.routing.ProjectPattern;
import dev.airlock.routing.RoutedIndex;
import dev.airlock.routing.Settings;
import dev.airlock.server.pullthrough.Mode;
import dev.airlock.upstream.Patience;
import dev.airlock.upstream.PipConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HybridTest {
  private static final WheelBuilder FOO = wheel("foo", "1.0").requires("bar>=1");
  private static final String FOO_FILE = "/files/pypi.org-simple/foo/" + FOO.filename();

  @TempDir Path directory;

  private FakeIndex upstream;
  private @Nullable Served served;

  @BeforeEach
  void start() throws IOException {
    upstream = FakeIndex.start();
    upstream.add(FOO);
  }

  @AfterEach
  void stop() throws IOException {
    if (served != null) {
      served.close();
    }
    upstream.close();
  }

  private Served serve(Mode mode, Settings settings) throws IOException {
    served = new Served(directory.resolve("store"), sourcing(mode, settings, upstream.simple()));
    return served;
  }

  private Sourcing sourcing(Mode mode, Settings settings, URI pypi) {
    return new Sourcing(
        mode,
        settings,
        List.of(directory.resolve("presets")),
        Map.of("pypi", pypi),
        PipConfig.NONE,
        Map.of(),
        directory,
        new Patience(
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            1,
            Duration.ofSeconds(30)));
  }

  private Served hybrid() throws IOException {
    return serve(Mode.HYBRID, Settings.NONE);
  }

  private static String source(HttpResponse<?> response) {
    return response.headers().firstValue("X-Airlock-Source").orElse("none");
  }

  private void preset(String name, String requirements) throws IOException {
    Path folder = Files.createDirectories(directory.resolve("presets").resolve(name));
    Files.writeString(
        folder.resolve("preset.json"),
        """
        {"schema": 1, "name": "%s",
         "targets": [{"python": "3.10", "platform": "manylinux_2_35_x86_64"}],
         "indexes": {"pypi": {"url": "https://pypi.org/simple/", "default": true}},
         "packages": {"foo": "1.0"}, "requirements": "requirements.txt"}
        """
            .formatted(name));
    Files.writeString(folder.resolve("requirements.txt"), requirements);
  }

  @Test
  void fetchesOnceWhatIsNotHeldAndServesItFromThenOn() throws Exception {
    Served mirror = hybrid();

    assertThat(source(mirror.get("/simple/foo/"))).isEqualTo("upstream");
    HttpResponse<byte[]> first = mirror.bytes(FOO_FILE);
    HttpResponse<byte[]> second = mirror.bytes(FOO_FILE);

    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(first.body()).isEqualTo(FOO.build());
    assertThat(source(first)).isEqualTo("upstream");
    assertThat(second.body()).isEqualTo(FOO.build());
    assertThat(source(second)).isEqualTo("store");
    assertThat(asked(FOO.filename())).isEqualTo(1);
  }

  @Test
  void servesTheHeldPageWhenTheUpstreamIsDown() throws Exception {
    Served mirror = serve(Mode.HYBRID, freshFor(Duration.ZERO));
    mirror.get("/simple/foo/");
    mirror.bytes(FOO_FILE);
    upstream.add(wheel("foo", "2.0"));
    upstream.close();

    HttpResponse<String> page = mirror.get("/simple/foo/");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(source(page)).isEqualTo("stale");
    assertThat(page.body()).contains(FOO.filename());
    assertThat(mirror.bytes(FOO_FILE).body()).isEqualTo(FOO.build());
  }

  @Test
  void saysThatAnUpstreamIsDownWhereNothingIsHeld() throws Exception {
    upstream.close();

    HttpResponse<String> page = hybrid().get("/simple/foo/");

    assertThat(page.statusCode()).isEqualTo(503);
    assertThat(page.headers().firstValue("Retry-After")).isPresent();
    assertThat(page.body()).contains("cannot be reached");
  }

  @Test
  void confirmsEveryPageOrRefusesItWhenOnline() throws Exception {
    Served mirror = serve(Mode.ONLINE, Settings.NONE);
    assertThat(source(mirror.get("/simple/foo/"))).isEqualTo("upstream");
    mirror.bytes(FOO_FILE);
    upstream.add(wheel("foo", "2.0"));
    assertThat(mirror.get("/simple/foo/").body()).contains("foo-2.0");
    upstream.close();

    assertThat(mirror.get("/simple/foo/").statusCode()).isEqualTo(503);
    assertThat(mirror.bytes(FOO_FILE).body()).isEqualTo(FOO.build());
  }

  @Test
  void offersMetadataThatItReadsFromWithinTheRemoteWheel() throws Exception {
    Served mirror = hybrid();

    assertThat(mirror.get("/simple/foo/").body()).contains("data-core-metadata=\"true\"");
    HttpResponse<byte[]> metadata = mirror.bytes(FOO_FILE + ".metadata");

    assertThat(metadata.body()).isEqualTo(FOO.metadata());
    assertThat(mirror.get("/simple/foo/").body())
        .contains("data-core-metadata=\"sha256=" + FakeIndex.sha256(FOO.metadata()));
    assertThat(asked(FOO.filename())).as("the whole wheel").isZero();
    assertThat(mirror.catalog.files(pypi(), Served.project("foo"))).isEmpty();
  }

  @Test
  void offersNoMetadataWhereRangesAreNotAnswered() throws Exception {
    upstream.withoutRanges();

    assertThat(hybrid().get("/simple/foo/").body()).doesNotContain("core-metadata");
  }

  @Test
  void answersThatThereIsNoSuchProjectAndAsksForItOnceAMoment() throws Exception {
    Served mirror = hybrid();
    mirror.stopClock();

    assertThat(mirror.get("/simple/nothing/").statusCode()).isEqualTo(404);
    assertThat(mirror.get("/simple/nothing/").statusCode()).isEqualTo(404);

    assertThat(asked("nothing")).isEqualTo(1);
  }

  @Test
  void servesAPresetThatWasNeverSyncedAndSaysSo() throws Exception {
    preset("small", "bar\n");
    upstream.add(sdist("bar", "1.5"));
    Served mirror = hybrid();

    HttpResponse<String> page = mirror.get("/preset/small/simple/foo/");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("X-Airlock-Unlocked")).hasValue("true");
    assertThat(mirror.get("/preset/small/constraints.txt").body()).isEqualTo("foo==1.0\n");
    assertThat(mirror.get("/preset/small/requirements.txt").body()).contains("bar");
    assertThat(mirror.get("/preset/small/simple/bar/").body()).contains("bar-1.5.tar.gz");
    mirror.close();
    served = null;
    try (var ledger =
        Ledger.in(directory.resolve("store").resolve(Ledger.DIRECTORY), InstantSource.system())) {
      assertThat(ledger.notes())
          .extracting(note -> note.kind() + " " + note.project())
          .containsExactlyInAnyOrder(Kind.UNLOCKED + " foo", Kind.UNLOCKED + " bar");
    }
  }

  @Test
  void keepsOutWhatARuleDeniesHoweverItIsSpelt() throws Exception {
    upstream.add(wheel("evil-thing", "1.0"));
    Served mirror =
        serve(
            Mode.HYBRID,
            new Settings(
                List.of(), List.of(new ProjectPattern("Evil_*")), List.of(), Duration.ZERO));

    assertThat(mirror.get("/simple/evil-thing/").body()).contains("deny 'evil-*'");
    assertThat(mirror.get("/simple/EVIL.thing/").statusCode()).isEqualTo(301);
    assertThat(mirror.get("/index/pypi.org-simple/simple/evil-thing/").statusCode()).isEqualTo(404);
    assertThat(
            mirror
                .get("/files/pypi.org-simple/evil-thing/evil_thing-1.0-py3-none-any.whl")
                .statusCode())
        .isEqualTo(404);
    assertThat(asked("evil-thing")).isZero();
  }

  @Test
  void takesNoProjectFromAnIndexThatItDoesNotComeFrom() throws Exception {
    preset("small", "");
    URI corporate = URI.create("https://corp.example/simple/");
    var settings =
        new Settings(
            List.of(
                new Settings.Index(RoutedIndex.of("pypi", Served.PYPI), List.of(), true),
                new Settings.Index(
                    RoutedIndex.of("corp", corporate), List.of(new ProjectPattern("foo")), false)),
            List.of(),
            List.of(),
            Duration.ZERO);
    Served mirror = serve(Mode.HYBRID, settings);

    assertThat(mirror.get(FOO_FILE).body())
        .contains("comes from the index " + IndexKey.of(corporate));
    assertThat(mirror.get("/index/pypi.org-simple/simple/foo/").statusCode()).isEqualTo(404);
    assertThat(mirror.get("/preset/small/simple/foo/").body())
        .as("by the default of a preset that requires it")
        .contains("comes from the index " + IndexKey.of(corporate));
    assertThat(asked("foo")).isZero();
    assertThat(asked(FOO.filename())).isZero();
  }

  @Test
  void noticesThatItIsItsOwnUpstream() throws Exception {
    Served mirror = hybrid();
    served = null;
    try (mirror;
        var loop =
            new Served(
                directory.resolve("other"),
                sourcing(Mode.HYBRID, Settings.NONE, mirror.uri("/simple/")))) {
      HttpResponse<String> page = loop.get("/simple/foo/");

      assertThat(page.statusCode()).isEqualTo(502);
      assertThat(page.body()).contains("answered with the status 421");
    }
  }

  @Test
  void keepsOutOfAPresetWhatARuleDeniesThoughItIsLocked() throws Exception {
    Served mirror =
        serve(
            Mode.HYBRID,
            new Settings(List.of(), List.of(new ProjectPattern("foo")), List.of(), Duration.ZERO));
    mirror.publish("small", Served.locked(Served.PYPI, mirror.hold(Served.PYPI, FOO)));

    assertThat(mirror.get("/preset/small/simple/foo/").body()).contains("deny 'foo'");
    assertThat(mirror.get("/preset/small/simple/").body()).doesNotContain("foo");
    assertThat(mirror.get("/preset/small/find-links/").body()).doesNotContain("foo");
    assertThat(mirror.get("/preset/small/pylock.toml").statusCode()).isEqualTo(404);
    assertThat(mirror.get(FOO_FILE).statusCode()).isEqualTo(404);
  }

  @Test
  void servesEachOfTheFilesThatShareANameAtAnAddressOfItsOwn() throws Exception {
    Served mirror = hybrid();
    HeldFile locked = mirror.hold(Served.PYPI, FOO);
    mirror.publish("small", Served.locked(Served.PYPI, locked));
    WheelBuilder rebuilt = wheel("foo", "1.0").requires("other");
    HeldFile other = mirror.hold(Served.PYPI, rebuilt);
    mirror.publish("rebuilt", Served.locked(Served.PYPI, other));

    assertThat(mirror.get("/preset/small/simple/foo/").body())
        .contains("/foo/" + locked.sha256() + "/" + FOO.filename())
        .doesNotContain(other.sha256().hex());
    assertThat(mirror.get("/preset/rebuilt/simple/foo/").body())
        .contains("/foo/" + other.sha256() + "/" + FOO.filename())
        .doesNotContain(locked.sha256().hex());
    assertThat(mirror.bytes(Served.address(Served.PYPI, locked)).body()).isEqualTo(FOO.build());
    assertThat(mirror.bytes(Served.address(Served.PYPI, other)).body()).isEqualTo(rebuilt.build());
    assertThat(mirror.get(Served.address(Served.PYPI, other) + ".metadata").body())
        .contains("Requires-Dist: other");
  }

  @Test
  void fetchesNothingForWhoAsksForNoBytes() throws Exception {
    HttpResponse<String> head = hybrid().send("HEAD", FOO_FILE);

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(FOO.build().length);
    assertThat(head.headers().firstValue("ETag"))
        .hasValue("\"sha256:" + FakeIndex.sha256(FOO.build()) + "\"");
    assertThat(upstream.fileGets()).isZero();
  }

  @Test
  void takesWhatOnePresetClaimsByTheDefaultOfAnotherOnlyIfThatRequiresIt() throws Exception {
    preset("requiring", "");
    preset("other", "");
    Path other = directory.resolve("presets/other/preset.json");
    Files.writeString(
        other, Files.readString(other).replace("\"foo\": \"1.0\"", "\"bar\": \"1.0\""));
    preset("claiming", "");
    Path claiming = directory.resolve("presets/claiming/preset.json");
    Files.writeString(
        claiming,
        Files.readString(claiming)
            .replace(
                "\"indexes\": {",
                "\"indexes\": {\"corp\": {\"url\": \"https://corp.example/simple/\","
                    + " \"projects\": [\"foo\", \"baz\"]}, "));
    upstream.add(wheel("baz", "1.0"));
    Served mirror = hybrid();

    assertThat(mirror.get("/preset/requiring/simple/foo/").statusCode()).isEqualTo(200);
    assertThat(mirror.get("/preset/other/simple/baz/").statusCode()).isEqualTo(404);
    assertThat(mirror.get("/index/pypi.org-simple/simple/baz/").statusCode()).isEqualTo(404);
    assertThat(asked("baz")).isZero();
  }

  @Test
  void looksAtThePageAgainWhereItMayBeOutdated() throws Exception {
    upstream.add(FOO).digest("sha256", "00".repeat(32));
    Served mirror = hybrid();
    assertThat(mirror.get("/simple/foo/").body()).contains("00".repeat(32));
    assertThat(mirror.bytes(FOO_FILE).statusCode()).isEqualTo(502);
    upstream.add(FOO);

    assertThat(mirror.bytes(FOO_FILE).body())
        .as("the index has corrected its digest, and the page is still fresh")
        .isEqualTo(FOO.build());
  }

  @Test
  void offersNoMetadataThatIsLost() throws Exception {
    Served mirror = serve(Mode.HYBRID, freshFor(Duration.ZERO));
    mirror.get("/simple/foo/");
    mirror.bytes(FOO_FILE + ".metadata");
    upstream.close();
    String digest = FakeIndex.sha256(FOO.metadata());
    assertThat(mirror.get("/simple/foo/").body()).contains(digest);

    Files.delete(
        mirror.store.root().resolve("blobs/sha256/" + digest.substring(0, 2) + "/" + digest));

    assertThat(mirror.get("/simple/foo/").body())
        .contains(FOO.filename())
        .doesNotContain("core-metadata");
  }

  @Test
  void keepsWhatAnIndexTakesAway() throws Exception {
    Served mirror = serve(Mode.HYBRID, freshFor(Duration.ZERO));
    mirror.get("/simple/foo/");
    mirror.bytes(FOO_FILE);
    upstream.remove("foo");

    assertThat(mirror.get("/simple/foo/").body()).contains(FOO.filename());
    assertThat(mirror.bytes(FOO_FILE).statusCode()).isEqualTo(200);
  }

  /** How often the upstream was asked for a page or a file, ranges apart. */
  private long asked(String name) {
    return upstream.requests(name).stream()
        .filter(request -> request.method().equals("GET") && request.header("range").isEmpty())
        .count();
  }

  private static Settings freshFor(Duration duration) {
    return new Settings(List.of(), List.of(), List.of(), duration);
  }

  private static IndexKey pypi() {
    return IndexKey.of(Served.PYPI);
  }
}
