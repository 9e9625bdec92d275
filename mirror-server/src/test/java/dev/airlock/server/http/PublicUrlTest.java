package dev.airlock.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublicUrlTest {
  @ParameterizedTest
  @CsvSource({
    "https://mirror.example.org,       https://mirror.example.org/",
    "http://10.0.0.7:8080/python,      http://10.0.0.7:8080/python/",
    "https://[2001:db8::1]/a/,         https://[2001:db8::1]/a/",
  })
  void endsWithASlash(String text, String root) {
    assertThat(PublicUrl.parse(text)).hasToString(root);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mirror.example.org",
        "//mirror/",
        "ftp://mirror/",
        "https:///x",
        "https://user:secret@mirror/",
        "https://mirror/?x",
        "https://mirror/#x",
        "https://mir ror/",
      })
  void isTheRootOfAServer(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PublicUrl.parse(text))
        .withMessageContaining("'" + text + "' is not the address of a server's root");
  }
}
