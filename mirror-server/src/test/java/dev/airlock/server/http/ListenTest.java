package dev.airlock.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenTest {
  @ParameterizedTest
  @CsvSource({
    "8080, 127.0.0.1, 8080",
    "0, 127.0.0.1, 0",
    "0.0.0.0, 0.0.0.0, 3143",
    "0.0.0.0:80, 0.0.0.0, 80",
    ":80, 127.0.0.1, 80",
    "localhost, localhost, 3143",
    "my-host.example:1, my-host.example, 1",
    "[::1]:3143, ::1, 3143",
    "[::], ::, 3143",
    "::1, ::1, 3143",
    "fe80::1, fe80::1, 3143",
    "[fe80::1%eth0]:1, fe80::1%eth0, 1",
  })
  void readsAddresses(String text, String host, int port) {
    assertThat(Listen.parse(text)).isEqualTo(new Listen(host, port));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a:b", "host:", "host:99999", "65536", "[::1", "a b", "http://x:1"})
  void refusesAnythingElse(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Listen.parse(text));
  }
}
