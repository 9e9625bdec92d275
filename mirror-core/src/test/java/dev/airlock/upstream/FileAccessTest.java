package dev.airlock.upstream;

import static dev.airlock.fixtures.Answer.status;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.archive.MalformedArchiveException;
import dev.airlock.digest.Sha256;
import dev.airlock.fixtures.Answer;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.SparseWheel;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.index.IndexFile;
import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileAccessTest {
  private static final WheelBuilder WHEEL = wheel("tiny", "1.0").requires("other");
  private static final String NAME = WHEEL.filename();

  @TempDir Path directory;

  private FakeIndex upstream;
  private Http http;
  private FileAccess access;

  @BeforeEach
  void start() throws IOException {
    upstream = FakeIndex.start();
    http =
        Http.of(
            "airlock/test",
            Map.of(),
            directory,
            new Retries(2, Duration.ZERO, Duration.ZERO, _ -> {}));
    access = new FileAccess(http);
  }

  @AfterEach
  void stop() {
    http.close();
    upstream.close();
  }

  private IndexFile listed(URI index) throws IOException {
    PageAnswer answer = new Indexes(http).at(index).page(new ProjectName("tiny"), Optional.empty());
    return ((PageAnswer.Page) answer).page().files().getFirst();
  }

  private Optional<byte[]> metadata() throws IOException {
    return access.metadata(listed(upstream.simple()));
  }

  // --- digests

  @Test
  void hashesAFileOfThisMachineOnceWhileItIsTheSame() throws IOException {
    Path file = Files.writeString(directory.resolve("f"), "one");
    var before = FileTime.from(Instant.EPOCH);
    Files.setLastModifiedTime(file, before);
    assertThat(access.digest(file.toUri())).contains(Sha256.of("one".getBytes(UTF_8)));
    // Nobody does this; it shows that the file is not read again.
    Files.writeString(file, "two");
    Files.setLastModifiedTime(file, before);
    assertThat(access.digest(file.toUri())).contains(Sha256.of("one".getBytes(UTF_8)));
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH.plusSeconds(1)));
    assertThat(access.digest(file.toUri())).contains(Sha256.of("two".getBytes(UTF_8)));
  }

  @Test
  void hashesAgainWhatWasWrittenJustNow() throws IOException {
    Path file = Files.writeString(directory.resolve("f"), "one");
    FileTime now = Files.getLastModifiedTime(file);
    access.digest(file.toUri());
    Files.writeString(file, "two");
    Files.setLastModifiedTime(file, now);
    assertThat(access.digest(file.toUri())).contains(Sha256.of("two".getBytes(UTF_8)));
  }

  @Test
  void hasNoDigestOfWhatIsElsewhereOrAbsent() throws IOException {
    upstream.add(WHEEL);
    assertThat(access.digest(upstream.file(NAME))).isEmpty();
    assertThat(access.digest(directory.resolve("absent").toUri())).isEmpty();
    assertThat(upstream.requests()).isEmpty();
  }

  // --- metadata

  @Test
  void takesMetadataFromBesideTheWheel() throws IOException {
    upstream.add(WHEEL).metadata(WHEEL.metadata());
    assertThat(metadata()).contains(WHEEL.metadata());
    assertThat(upstream.requests(NAME)).isEmpty();
  }

  @Test
  void readsTheWheelItselfWhereTheMetadataBesideIsAnother() throws IOException {
    upstream
        .add(WHEEL)
        .metadata("Name: evil\n".getBytes(java.nio.charset.StandardCharsets.UTF_8), "0".repeat(64));
    assertThat(metadata()).contains(WHEEL.metadata());
  }

  @Test
  void readsTheWheelItselfWhereTheMetadataIsOfferedAndAbsent() throws IOException {
    upstream.add(WHEEL).metadata(WHEEL.metadata());
    upstream.next(NAME + ".metadata", status(404));
    assertThat(metadata()).contains(WHEEL.metadata());
  }

  @Test
  void readsTheDirectoryOfALargeWheelOnly() throws IOException {
    Path file = SparseWheel.write(directory, WHEEL, 200);
    upstream.add("tiny", NAME, file).withoutDigest();
    assertThat(metadata()).contains(WHEEL.metadata());
    assertThat(upstream.fileBytes()).isPositive().isLessThan(1_000_000);
  }

  @Test
  void readsASmallWheelInOneRequest() throws IOException {
    upstream.add(WHEEL);
    assertThat(metadata()).contains(WHEEL.metadata());
    assertThat(upstream.requests(NAME)).hasSize(1);
  }

  @Test
  void hasNoMetadataWithoutRanges() throws IOException {
    upstream.withoutRanges().add(WHEEL);
    assertThat(metadata()).isEmpty();
  }

  @Test
  void saysThatTheUpstreamIsGoneRatherThanThatTheWheelIsBroken() throws IOException {
    upstream.add(wheel("tiny", "1.0").padding(300_000));
    IndexFile file = listed(upstream.simple());
    upstream.next(NAME, status(503), status(503));
    assertThatThrownBy(() -> access.metadata(file)).isInstanceOf(UpstreamException.class);
  }

  @Test
  void saysThatTheUpstreamStoppedAnsweringRanges() throws IOException {
    // METADATA stands far from the end, so that a second range is needed.
    WheelBuilder wheel = wheel("tiny", "1.0");
    byte[] noise = new byte[400_000];
    new java.util.Random(1).nextBytes(noise);
    byte[] bytes =
        wheel
            .withoutMetadata()
            .file("tiny-1.0.dist-info/METADATA", WHEEL.metadata())
            .file("z.bin", noise)
            .build();
    upstream.add("tiny", NAME, bytes);
    assertThat(metadata()).contains(WHEEL.metadata());
    Answer tail =
        (exchange, content) -> {
          int from = content.length - 1000;
          exchange
              .getResponseHeaders()
              .set(
                  "Content-Range",
                  "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
          exchange.sendResponseHeaders(206, 1000);
          exchange.getResponseBody().write(content, from, 1000);
        };
    IndexFile file = listed(upstream.simple());
    upstream.next(NAME, tail, status(403));
    assertThatThrownBy(() -> access.metadata(file))
        .isInstanceOf(UpstreamException.class)
        .hasMessageContaining("it answered one range request, and then no more");
    upstream.next(NAME, tail, status(503), status(503));
    assertThatThrownBy(() -> access.metadata(file))
        .isInstanceOf(UpstreamException.class)
        .hasMessageContaining("answered with the status 503");
  }

  @Test
  void saysThatAWheelIsBroken() throws IOException {
    upstream.add("tiny", NAME, new byte[1000]);
    assertThatThrownBy(this::metadata).isInstanceOf(MalformedArchiveException.class);
  }

  // --- files of this machine

  @Test
  void readsMetadataOfAFileOfThisMachine() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("wheels"));
    Files.write(folder.resolve(NAME), WHEEL.build());
    assertThat(access.metadata(listed(folder.toUri()))).contains(WHEEL.metadata());
    assertThat(access.size(folder.resolve(NAME).toUri()))
        .isEqualTo(OptionalLong.of(WHEEL.build().length));
  }

  @Test
  void goesOnWithAFileOfThisMachineUnlessItChanged() throws IOException {
    Path file = Files.write(directory.resolve("x.bin"), new byte[] {1, 2, 3, 4});
    Optional<String> validator;
    try (Transfer transfer = access.open(file.toUri(), 0, Optional.empty())) {
      assertThat(transfer.body().readAllBytes()).containsExactly(1, 2, 3, 4);
      validator = transfer.validator();
    }
    try (Transfer transfer = access.open(file.toUri(), 3, validator)) {
      assertThat(transfer.offset()).isEqualTo(3);
      assertThat(transfer.body().readAllBytes()).containsExactly(4);
    }
    try (Transfer transfer = access.open(file.toUri(), 3, Optional.of("another"))) {
      assertThat(transfer.offset()).isZero();
      assertThat(transfer.body().readAllBytes()).hasSize(4);
    }
  }

  @Test
  void saysThatAFileOfThisMachineIsNotThere() {
    URI absent = directory.resolve("absent.whl").toUri();
    assertThatThrownBy(() -> access.open(absent, 0, Optional.empty()).close())
        .isInstanceOf(UpstreamException.class)
        .hasMessage(absent + ": there is no such file");
  }

  // --- sizes

  @Test
  void findsOutWhetherPartsOfAFileCanBeHad() throws IOException {
    String wheel = wheel("tiny", "1.0").filename();
    upstream.add(wheel("tiny", "1.0"));
    assertThat(access.answersRanges(upstream.file(wheel))).isTrue();
    assertThat(upstream.requests().getLast().header("Range")).isEqualTo("bytes=0-0");
    upstream.withoutRanges();
    assertThat(access.answersRanges(upstream.file(wheel))).isFalse();
    assertThat(access.answersRanges(upstream.file("absent"))).isFalse();
    assertThat(access.answersRanges(directory.toUri())).isTrue();
    upstream.close();
    assertThatThrownBy(() -> access.answersRanges(upstream.file(wheel)))
        .isInstanceOf(UpstreamException.class);
  }

  @Test
  void asksForTheSizeOfAFile() throws IOException {
    upstream.add(WHEEL);
    assertThat(access.size(upstream.file(NAME))).isEqualTo(OptionalLong.of(WHEEL.build().length));
    assertThat(access.size(upstream.file("absent.whl"))).isEmpty();
  }
}
