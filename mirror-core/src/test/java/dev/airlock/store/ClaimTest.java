package dev.airlock.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.digest.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClaimTest {
  private static final Sha256 ONE = Sha256.of("one".getBytes(UTF_8));
  private static final Sha256 TWO = Sha256.of("two".getBytes(UTF_8));

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init")
  private Store store;

  private Instant now = Instant.parse("2026-01-02T03:04:05Z");
  private final InstantSource clock = () -> now;

  @BeforeEach
  void open() throws IOException {
    store = Store.openOrCreate(directory.resolve("store"), Reserve.NONE);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private List<Path> files() throws IOException {
    Path folder = store.root().resolve("partial/claims");
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void claimsUntilItIsClosed() throws IOException {
    try (Claim claim = store.claim(clock);
        Claim other = store.claim(clock)) {
      assertThat(files()).as("nothing is claimed yet").isEmpty();
      claim.add(ONE);
      claim.add(ONE);
      other.add(TWO);
      assertThat(store.claimed(now)).containsExactlyInAnyOrder(ONE, TWO);
      assertThat(files())
          .allSatisfy(file -> {
            assertThat(file).hasSize(65);
            assertThat(file.getFileName().toString()).matches(now.toEpochMilli() + "-[0-9a-f]{8}");
          });
    }
    assertThat(store.claimed(now)).isEmpty();
    assertThat(files()).isEmpty();
  }

  @Test
  void countsAsLongAsItIsTouched() throws IOException {
    try (Claim claim = store.claim(clock)) {
      claim.add(ONE);
      now = now.plus(Duration.ofMinutes(14));
      claim.beat();
      now = now.plus(Duration.ofMinutes(15));
      assertThat(store.claimed(now)).containsExactly(ONE);
      assertThat(store.deadClaims(now, true)).isEmpty();

      now = now.plusSeconds(1);
      assertThat(store.claimed(now)).isEmpty();
      assertThat(store.deadClaims(now, false)).containsExactly(65L);
      assertThat(files()).hasSize(1);
      assertThat(store.deadClaims(now, true)).containsExactly(65L);
      assertThat(files()).isEmpty();
    }
  }

  @Test
  void isWrittenAnewWhereSomebodyTookItForDead() throws IOException {
    try (Claim claim = store.claim(clock)) {
      claim.add(ONE);
      now = now.plus(Duration.ofHours(1));
      store.deadClaims(now, true);
      claim.beat();
      assertThat(store.claimed(now)).containsExactly(ONE);

      now = now.plus(Duration.ofHours(1));
      store.deadClaims(now, true);
      claim.add(TWO);
      assertThat(store.claimed(now)).containsExactlyInAnyOrder(ONE, TWO);
    }
  }

  @Test
  void bearsWithClocksThatDifferAndWithNoneThatIsWrong() throws IOException {
    try (Claim claim = store.claim(clock)) {
      claim.add(ONE);
      assertThat(store.claimed(now.minus(Duration.ofMinutes(10)))).containsExactly(ONE);
      assertThat(store.claimed(now.minus(Duration.ofDays(1)))).isEmpty();
      assertThat(store.deadClaims(now.minus(Duration.ofDays(1)), false)).hasSize(1);
    }
  }

  @Test
  void isReadWhileItIsWritten() throws IOException {
    try (Claim claim = store.claim(clock)) {
      claim.add(ONE);
      Files.writeString(files().getFirst(), TWO.hex().substring(0, 9), StandardOpenOption.APPEND);
      Files.writeString(files().getFirst().resolveSibling("README"), TWO.hex());
      claim.beat();

      assertThat(store.claimed(now)).containsExactly(ONE);
    }
  }

  @Test
  void writesNothingWhereNothingMayBeWritten() throws IOException {
    try (Store readOnly = Store.open(store.root());
        Claim claim = readOnly.claim(clock)) {
      claim.add(ONE);
      claim.beat();
      assertThat(files()).isEmpty();
    }
  }

  @Test
  void isLetBeWhereItCannotBeWritten() throws IOException {
    Files.createDirectories(store.root().resolve("partial"));
    Path inTheWay = Files.writeString(store.root().resolve("partial/claims"), "no folder");
    try (Claim claim = store.claim(clock)) {
      claim.add(ONE);
      assertThat(store.claimed(now)).isEmpty();
      Files.delete(inTheWay);
      claim.beat();
      assertThat(store.claimed(now)).as("it is tried again").containsExactly(ONE);
    }
  }
}
