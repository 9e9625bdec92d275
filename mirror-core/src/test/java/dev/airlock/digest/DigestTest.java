package dev.airlock.digest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DigestTest {
  private static final String HEX =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @ParameterizedTest
  @CsvSource({
    "MD5, 900150983cd24fb0d6963f7d28e17f72",
    "SHA1, a9993e364706816aba3e25717850c26c9cd0d89d",
    "SHA224, 23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
    "SHA256, ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  })
  void computesThePublishedValuesOfAbc(Algorithm algorithm, String hex) throws IOException {
    var hasher = new Hasher(algorithm);
    hasher.update("xabcx".getBytes(UTF_8), 1, 1);
    assertThat(hasher.count()).isEqualTo(1);
    hasher.updateAll(new ByteArrayInputStream("bc".getBytes(UTF_8)));

    assertThat(hasher.digest(algorithm)).isEqualTo(new Digest(algorithm, hex));
    assertThat(hasher.sha256()).hasToString(HEX);
    assertThat(hasher.sha256()).as("asked again").hasToString(HEX);
  }

  @Test
  void computesNothingItWasNotMadeFor() {
    assertThatThrownBy(() -> new Hasher(Algorithm.MD5).digest(Algorithm.SHA512))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sha512");
  }

  @Test
  void readsBothFormsInAnyCase() {
    Optional<Digest> digest = Optional.of(new Digest(Algorithm.SHA256, HEX));

    assertThat(Digest.parse("sha256=" + HEX)).isEqualTo(digest);
    assertThat(Digest.parse("SHA256:" + HEX.toUpperCase(Locale.ROOT))).isEqualTo(digest);
    assertThat(Digest.parse(digest.orElseThrow().toString())).isEqualTo(digest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sha256", "sha256=", "=", "sha256=abc", "blake2b=00", "egg=foo"})
  void passesOverWhatItDoesNotKnow(String text) {
    assertThat(Digest.parse(text)).isEmpty();
  }

  @Test
  void refusesDigitsThatAreNone() {
    for (String hex :
        List.of("", "0", HEX + "0", HEX.replace('b', 'g'), HEX.replace('0', '\u0660'))) {
      assertThatThrownBy(() -> new Sha256(hex))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("64 hexadecimal digits");
    }
    assertThat(new Sha256(HEX.toUpperCase(Locale.ROOT))).isEqualTo(new Sha256(HEX));
  }
}
