package dev.airlock.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may read, and how long who may not has to wait. */
class TokensTest {
  @TempDir Path directory;
  private Path file;
  private final AtomicLong now = new AtomicLong();

  @BeforeEach
  void nameTheFile() {
    file = directory.resolve("tokens");
  }

  private static String basic(String user, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void admitsWhoNamesAToken() throws Exception {
    String token = TokenFile.append(file, "build-host");
    String other = TokenFile.append(file, "laptop");
    var tokens = new ReadTokens(file, now::get);

    assertThat(token).matches("[A-Za-z0-9_-]{43}").isNotEqualTo(other);
    for (String good :
        List.of(
            "Bearer " + token,
            "bearer  " + other,
            basic("token", token),
            basic("build-host", other),
            basic("", token))) {
      assertThat(tokens.admit(good)).as(good).isTrue();
    }
    for (String bad :
        List.of(
            "",
            token,
            "Bearer",
            "Bearer " + token + "x",
            "Bearer build-host",
            "Basic " + token,
            "Basic ???",
            "Digest " + token,
            basic(token, ""),
            basic("token", token.substring(1)))) {
      assertThat(tokens.admit(bad)).as(bad).isFalse();
    }
  }

  @Test
  void keepsDigestsThatOnlyTheOwnerReads() throws Exception {
    Files.writeString(file, "# who builds\n\n");
    String token = TokenFile.append(file, "a");

    assertThat(Files.readString(file))
        .startsWith("# who builds\n\na sha256:")
        .doesNotContain(token)
        .endsWith("\n");
    if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
    assertThatIOException()
        .isThrownBy(() -> TokenFile.append(file, "a"))
        .withMessageContaining("has a token 'a' already");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenFile.append(file, "a b"))
        .withMessageContaining("'a b' is no name for a token");
  }

  @Test
  void followsItsFileAndKeepsTheLastGoodTokens() throws Exception {
    String first = TokenFile.append(file, "first");
    var tokens = new ReadTokens(file, now::get);
    String second = TokenFile.append(file, "second");
    assertThat(tokens.admit("Bearer " + second)).as("looked at once a second").isFalse();
    now.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(tokens.admit("Bearer " + second)).isTrue();

    Files.writeString(file, "nonsense\n");
    now.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(tokens.admit("Bearer " + first)).isTrue();

    Files.writeString(file, "# nobody any more\n");
    now.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(tokens.admit("Bearer " + first)).isFalse();
  }

  @Test
  void namesEveryLineThatIsNoToken() throws Exception {
    String secret = "s3cr3t-that-somebody-put-here-by-mistake";
    Files.writeString(
        file, "ok sha256:" + "0".repeat(64) + "\nshort sha256:12\n\n" + secret + "\n");

    assertThatIOException()
        .isThrownBy(() -> new ReadTokens(file, now::get))
        .withMessageContaining("line 2, 'short…'")
        .withMessageContaining("line 4, 's3cr3t-that-s…'")
        .withMessageContaining("Accepted is NAME sha256:HEX")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(secret));
    assertThatIOException()
        .isThrownBy(() -> new ReadTokens(directory.resolve("none"), now::get))
        .withMessageContaining("airlock serve --new-token NAME --tokens");
  }

  @Test
  void letsTheAttemptsOfOneAddressWaitOneAfterTheOther() {
    var penalties = new Penalties(now::get);
    assertThat(penalties.next("a").delay()).isEqualTo(Penalties.EACH);
    assertThat(penalties.next("a").delay()).isEqualTo(Penalties.EACH.multipliedBy(2));
    assertThat(penalties.next("b").delay()).isEqualTo(Penalties.EACH);
    for (int i = 0; i < 1000; i++) {
      penalties.next("a");
    }
    assertThat(penalties.next("a")).isEqualTo(new Penalties.Penalty(Penalties.MOST, 1003));
    now.addAndGet(Penalties.MOST.toNanos());
    assertThat(penalties.next("a").delay()).isEqualTo(Penalties.EACH);
  }
}
