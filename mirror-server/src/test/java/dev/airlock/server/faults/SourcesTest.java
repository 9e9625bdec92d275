package dev.airlock.server.faults;

import static dev.airlock.fixtures.RawUpstream.bytes;
import static dev.airlock.fixtures.RawUpstream.head;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.routing.ProjectPattern;
import dev.airlock.routing.RoutedIndex;
import dev.airlock.routing.Settings;
import dev.airlock.server.Hybrid;
import dev.airlock.server.pullthrough.Mode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which upstream is asked, how often and for what. */
class SourcesTest {
  private static final WheelBuilder WHEEL = wheel("tiny", "1.0").requires("other>=2");
  private static final byte[] BYTES = WHEEL.build();
  private static final String NAME = WHEEL.filename();
  private static final String PAGE = "/simple/tiny/";
  private static final String FILE = Hybrid.file("pypi.org-simple", "tiny", NAME);
  private static final RoutedIndex PYPI =
      RoutedIndex.of("pypi", URI.create("https://pypi.org/simple/"));
  private static final RoutedIndex CUDA =
      RoutedIndex.of("cuda", URI.create("https://download.pytorch.org/whl/cu118"));
  private static final WheelBuilder DRIVER = wheel("nvidia-cuda-x", "1.0");

  @TempDir Path directory;

  private FakeIndex index;
  private FakeIndex cuda;
  private Line line;

  @BeforeEach
  void start() throws IOException {
    index = FakeIndex.start();
    index.add(WHEEL);
    cuda = FakeIndex.start();
    line = Line.to(index);
  }

  @AfterEach
  void stop() throws IOException {
    line.close();
    cuda.close();
    index.close();
  }

  private Hybrid mirror() throws IOException {
    return Hybrid.in(directory).pypi(line.simple()).start();
  }

  // --- pages

  @Test
  void confirmsAHeldPageByItsValidator() throws Exception {
    try (Hybrid mirror = mirror()) {
      HttpResponse<byte[]> first = mirror.get(PAGE);
      HttpResponse<byte[]> second = mirror.get(PAGE);
      assertThat(second.body()).isEqualTo(first.body());
      assertThat(index.requests("tiny").get(0).header("If-None-Match")).isEmpty();
      assertThat(index.requests("tiny").get(1).header("If-None-Match")).isNotEmpty();
      assertThat(
              mirror
                  .get(PAGE, "If-None-Match", first.headers().firstValue("ETag").orElse(""))
                  .statusCode())
          .isEqualTo(304);
    }
  }

  @Test
  void believesAFreshPageWithoutAsking() throws Exception {
    var settings = new Settings(List.of(), List.of(), List.of(), Duration.ofMinutes(10));
    try (Hybrid mirror = Hybrid.in(directory).pypi(line.simple()).settings(settings).start()) {
      for (int i = 0; i < 5; i++) {
        assertThat(mirror.get(PAGE).statusCode()).isEqualTo(200);
      }
      assertThat(index.requests("tiny")).hasSize(1);
    }
  }

  @Test
  void opensNoConnectionOffline() throws Exception {
    try (Hybrid mirror = mirror()) {
      assertThat(mirror.get(PAGE).statusCode()).isEqualTo(200);
      assertThat(mirror.get(FILE).body()).isEqualTo(BYTES);
    }
    index.add(wheel("unheld", "1.0"));
    int before = line.connections();
    try (Hybrid offline = Hybrid.in(directory).pypi(line.simple()).mode(Mode.OFFLINE).start()) {
      assertThat(Hybrid.text(offline.get(PAGE))).contains(NAME);
      assertThat(offline.get(FILE).body()).isEqualTo(BYTES);
      assertThat(offline.get(FILE + ".metadata").body()).isEqualTo(WHEEL.metadata());
      assertThat(offline.get("/simple/unheld/").statusCode()).isEqualTo(404);
      assertThat(offline.get("/index/pypi.org-simple/simple/unheld/").statusCode()).isEqualTo(404);
      assertThat(offline.get(FILE.replace("1.0", "2.0")).statusCode()).isEqualTo(404);
      assertThat(offline.get("/preset/unheld/simple/tiny/").statusCode()).isEqualTo(404);
      assertThat(offline.get("/whl/cu118/torch/").statusCode()).isEqualTo(404);
      offline.assertSound();
    }
    assertThat(line.connections()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"HYBRID", "ONLINE"})
  void servesHeldFilesWithoutAsking(Mode mode) throws Exception {
    try (Hybrid mirror = Hybrid.in(directory).pypi(line.simple()).mode(mode).start()) {
      assertThat(mirror.get(FILE).body()).isEqualTo(BYTES);
      int before = line.connections();
      assertThat(mirror.get(FILE).body()).isEqualTo(BYTES);
      assertThat(mirror.get(FILE + ".metadata").body()).isEqualTo(WHEEL.metadata());
      assertThat(line.connections()).isEqualTo(before);
    }
  }

  // --- rules

  private Hybrid routed(String... denied) throws IOException {
    cuda.add(DRIVER);
    index.add(DRIVER);
    return Hybrid.in(directory)
        .index("pypi", index.simple())
        .index("cuda", cuda.simple())
        .settings(
            new Settings(
                List.of(
                    new Settings.Index(PYPI, List.of(), true),
                    new Settings.Index(CUDA, List.of(new ProjectPattern("nvidia-*")), false)),
                List.of(denied).stream().map(ProjectPattern::new).toList(),
                List.of(),
                Duration.ZERO))
        .start();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nvidia-cuda-x",
        "nvidia_cuda_x",
        "NVIDIA.Cuda-X",
        "nvidia--cuda__x",
        "nvidia%2Dcuda-x",
        "%6Evidia-cuda-x"
      })
  void takesAProjectFromItsOwnIndexHoweverItIsSpelt(String spelling) throws Exception {
    try (Hybrid mirror = routed()) {
      String file = DRIVER.filename();
      assertThat(mirror.get("/index/" + PYPI.key() + "/simple/" + spelling + "/").statusCode())
          .isIn(301, 404);
      assertThat(mirror.get("/index/" + PYPI.key() + "/simple/nvidia-cuda-x/").statusCode())
          .isEqualTo(404);
      assertThat(mirror.get("/files/" + PYPI.key() + "/" + spelling + "/" + file).statusCode())
          .isEqualTo(404);
      assertThat(
              mirror
                  .get("/files/" + PYPI.key() + "/" + spelling + "/" + file + ".metadata")
                  .statusCode())
          .isEqualTo(404);
      assertThat(mirror.get("/files/" + CUDA.key() + "/" + spelling + "/" + file).body())
          .isEqualTo(DRIVER.build());
      assertThat(mirror.get("/simple/" + spelling + "/").statusCode()).isIn(200, 301);
      assertThat(Hybrid.text(mirror.get("/simple/nvidia-cuda-x/")))
          .contains(CUDA.key().value())
          .doesNotContain(PYPI.key().value());
      assertThat(index.requests()).isEmpty();
      mirror.assertSound();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny", "TINY", "Tiny", "t%69ny"})
  void keepsOutADeniedProjectHoweverItIsSpelt(String spelling) throws Exception {
    try (Hybrid mirror = routed("tiny")) {
      assertThat(mirror.get("/simple/" + spelling + "/").statusCode()).isIn(301, 404);
      assertThat(mirror.get("/simple/tiny/").statusCode()).isEqualTo(404);
      assertThat(mirror.get("/files/" + PYPI.key() + "/" + spelling + "/" + NAME).statusCode())
          .isEqualTo(404);
      assertThat(index.requests()).isEmpty();
    }
  }

  // --- metadata

  @Test
  void readsMetadataFromWithinWhereWhatStandsBesideIsWrong() throws Exception {
    index
        .add(WHEEL)
        .metadata(
            "Metadata-Version: 2.1\nName: x\n".getBytes(StandardCharsets.UTF_8), "0".repeat(64));
    try (Hybrid mirror = mirror()) {
      assertThat(mirror.get(FILE + ".metadata").body()).isEqualTo(WHEEL.metadata());
      assertThat(mirror.held("tiny", NAME)).isEmpty();
      mirror.assertSound();
    }
  }

  @Test
  void servesNoMetadataOfAnotherProject() throws Exception {
    index.add(WHEEL).metadata(wheel("evil", "1.0").metadata());
    try (Hybrid mirror = mirror()) {
      HttpResponse<byte[]> metadata = mirror.get(FILE + ".metadata");
      assertThat(metadata.statusCode() == 200 ? metadata.body() : WHEEL.metadata())
          .isEqualTo(WHEEL.metadata());
      mirror.assertSound();
    }
  }

  @Test
  void servesNoMetadataWhereRangesAreAnsweredWithOtherBytes() throws Exception {
    try (Hybrid mirror = mirror()) {
      line.always(
          NAME,
          head(
              "HTTP/1.1 206 Partial Content",
              "Content-Range: bytes 0-99/100",
              "Content-Length: 100",
              "Connection: close"),
          bytes(new byte[100]));
      HttpResponse<byte[]> metadata = mirror.get(FILE + ".metadata");
      assertThat(metadata.statusCode()).as(Hybrid.text(metadata)).isIn(404, 502);
      mirror.assertSound();
      line.heal();
      assertThat(mirror.get(FILE + ".metadata").body()).isEqualTo(WHEEL.metadata());
    }
  }

  @Test
  void offersMetadataOnlyWhereRangesAreAnswered() throws Exception {
    index.withoutRanges();
    try (Hybrid mirror = mirror()) {
      assertThat(Hybrid.text(mirror.get(PAGE))).contains(NAME).doesNotContain("core-metadata");
      assertThat(mirror.get(FILE).body()).isEqualTo(BYTES);
      assertThat(Hybrid.text(mirror.get(PAGE))).contains("core-metadata");
      assertThat(mirror.get(FILE + ".metadata").body()).isEqualTo(WHEEL.metadata());
    }
  }
}
