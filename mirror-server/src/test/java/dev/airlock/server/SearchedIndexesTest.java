package dev.airlock.server;

import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.catalog.IndexKey;
import dev.airlock.fixtures.Answer;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.preset.IndexFormat;
import dev.airlock.routing.RoutedIndex;
import dev.airlock.routing.Settings;
import dev.airlock.server.pullthrough.Mode;
import dev.airlock.upstream.PipConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Projects that no index claims, where more than the default may have them. */
class SearchedIndexesTest {
  private static final URI EXTRA = URI.create("https://extra.example/simple/");
  private static final IndexKey EXTRA_KEY = IndexKey.of(EXTRA);
  private static final IndexKey PYPI_KEY = IndexKey.of(Served.PYPI);
  private static final WheelBuilder INTERNAL = wheel("internal", "1.0");
  private static final WheelBuilder IMPOSTOR = wheel("internal", "99.0");
  private static final WheelBuilder PUBLIC = wheel("public", "1.0");

  @TempDir Path directory;

  private FakeIndex pypi;
  private FakeIndex extra;

  @BeforeEach
  void start() throws IOException {
    pypi = FakeIndex.start();
    extra = FakeIndex.start();
    pypi.add(IMPOSTOR);
    pypi.add(PUBLIC);
    extra.add(INTERNAL);
    Path folder = Files.createDirectories(directory.resolve("presets/both"));
    Files.writeString(
        folder.resolve("preset.json"),
        """
        {"schema": 1, "name": "both",
         "targets": [{"python": "3.10", "platform": "manylinux_2_35_x86_64"}],
         "indexes": {"extra": {"url": "%s", "searched": true},
                     "pypi": {"url": "%s", "default": true}},
         "packages": {"internal": ">=1"}}
        """
            .formatted(EXTRA, Served.PYPI));
  }

  @AfterEach
  void stop() {
    pypi.close();
    extra.close();
  }

  private Hybrid.Setup setup() {
    return Hybrid.in(directory).pypi(pypi.simple()).index("extra", extra.simple());
  }

  private static String page(IndexKey index, String project) {
    return "/index/" + index + "/simple/" + project + "/";
  }

  private static String file(IndexKey index, WheelBuilder wheel) {
    String project = wheel.filename().substring(0, wheel.filename().indexOf('-'));
    return Hybrid.file(index.value(), project, wheel.filename());
  }

  private static int status(Hybrid mirror, String path) throws Exception {
    return mirror.get(path).statusCode();
  }

  @Test
  void takesAProjectFromTheFirstIndexThatHasItOnEveryPage() throws Exception {
    try (Hybrid mirror = setup().start()) {
      for (String path : List.of("/simple/internal/", "/preset/both/simple/internal/")) {
        String text = Hybrid.text(mirror.get(path));
        assertThat(text).contains(INTERNAL.filename(), EXTRA_KEY.value());
        assertThat(text).doesNotContain(IMPOSTOR.filename());
      }
      for (String path : List.of("/simple/public/", "/preset/both/simple/public/")) {
        assertThat(Hybrid.text(mirror.get(path))).contains(PUBLIC.filename(), PYPI_KEY.value());
      }
      assertThat(pypi.requests("internal")).isEmpty();
    }
  }

  @Test
  void admitsAFileOfThatIndexAlone() throws Exception {
    try (Hybrid mirror = setup().start()) {
      assertThat(status(mirror, file(EXTRA_KEY, INTERNAL))).isEqualTo(200);
      assertThat(status(mirror, file(PYPI_KEY, PUBLIC))).isEqualTo(200);
      assertThat(mirror.get(file(EXTRA_KEY, INTERNAL)).headers().firstValue("X-Airlock-Origin"))
          .contains(extra.simple().toString());
      HttpResponse<byte[]> refused = mirror.get(file(PYPI_KEY, IMPOSTOR));
      assertThat(refused.statusCode()).isEqualTo(404);
      assertThat(Hybrid.text(refused)).contains("comes from the index " + EXTRA_KEY);
      assertThat(status(mirror, page(PYPI_KEY, "internal"))).isEqualTo(404);
      assertThat(status(mirror, file(PYPI_KEY, IMPOSTOR) + ".metadata")).isEqualTo(404);
      assertThat(pypi.requests(IMPOSTOR.filename())).isEmpty();
    }
  }

  @Test
  void takesNothingFromTheNextIndexWhileOneCannotBeAsked() throws Exception {
    extra.close();
    try (Hybrid mirror = setup().start()) {
      for (String path :
          List.of(
              "/simple/internal/",
              "/preset/both/simple/internal/",
              page(PYPI_KEY, "internal"),
              file(PYPI_KEY, IMPOSTOR))) {
        assertThat(status(mirror, path)).as(path).isEqualTo(503);
      }
      assertThat(pypi.requests()).isEmpty();
    }
  }

  @Test
  void takesNothingFromTheNextIndexWhereOneRefuses() throws Exception {
    extra.next(
        "internal", Answer.status(403), Answer.status(403), Answer.status(403), Answer.status(403));
    try (Hybrid mirror = setup().start()) {
      for (String path : List.of("/simple/internal/", "/preset/both/simple/internal/")) {
        HttpResponse<byte[]> answer = mirror.get(path);
        assertThat(answer.statusCode()).as(path).isEqualTo(502);
        assertThat(Hybrid.text(answer)).contains("403", "forbidden_means_absent");
      }
      assertThat(pypi.requests()).isEmpty();
    }
  }

  @Test
  void goesByTheLockBeforeAnySearch() throws Exception {
    try (Served served = new Served(directory.resolve("store"))) {
      served.publish("locked", Served.locked(Served.PYPI, served.hold(Served.PYPI, IMPOSTOR)));
    }
    try (Hybrid mirror = setup().start()) {
      assertThat(Hybrid.text(mirror.get("/simple/internal/"))).contains(IMPOSTOR.filename());
      assertThat(status(mirror, file(PYPI_KEY, IMPOSTOR))).isEqualTo(200);
      assertThat(Hybrid.text(mirror.get("/preset/both/simple/internal/")))
          .contains(INTERNAL.filename());
    }
  }

  @Test
  void showsOfflineWhatTheFirstIndexInTheOrderOfTheConfigurationHolds() throws Exception {
    try (Served served = new Served(directory.resolve("store"))) {
      served.hold(Served.PYPI, IMPOSTOR);
      served.hold(EXTRA, INTERNAL);
      served.hold(Served.PYPI, PUBLIC);
    }
    var settings =
        new Settings(
            List.of(
                new Settings.Index(RoutedIndex.of("pypi", Served.PYPI), List.of(), false, true),
                new Settings.Index(
                    RoutedIndex.of("extra", EXTRA, IndexFormat.SIMPLE, Set.of()),
                    List.of(),
                    true,
                    false)),
            List.of(),
            List.of(),
            Duration.ZERO);
    try (Hybrid mirror = setup().settings(settings).mode(Mode.OFFLINE).start()) {
      assertThat(Hybrid.text(mirror.get("/simple/internal/"))).contains(INTERNAL.filename());
      assertThat(Hybrid.text(mirror.get("/simple/public/"))).contains(PUBLIC.filename());
      assertThat(status(mirror, file(EXTRA_KEY, INTERNAL))).isEqualTo(200);
      assertThat(status(mirror, file(PYPI_KEY, IMPOSTOR))).isEqualTo(404);
      assertThat(extra.requests()).isEmpty();
    }
  }

  @Test
  void searchesWhatPipsConfigurationHasBesideTheDefault() throws Exception {
    FakeIndex pips = extra;
    URI mirror = pypi.simple();
    IndexKey key = IndexKey.of(pips.simple());
    var pip =
        new PipConfig(
            Optional.of(mirror),
            List.of(URI.create(pips.simple().toString().replace("//", "//me:secret@"))),
            List.of(),
            false);
    Files.delete(directory.resolve("presets/both/preset.json"));
    try (Hybrid server = Hybrid.in(directory).pip(pip).start()) {
      assertThat(Hybrid.text(server.get("/simple/internal/")))
          .contains(INTERNAL.filename(), key.value());
      assertThat(Hybrid.text(server.get("/simple/public/")))
          .contains(PUBLIC.filename(), PYPI_KEY.value());
      assertThat(status(server, file(key, INTERNAL))).isEqualTo(200);
      assertThat(status(server, file(PYPI_KEY, IMPOSTOR))).isEqualTo(404);
      assertThat(pips.requests("internal").getFirst().header("Authorization")).startsWith("Basic ");
    }
  }
}
