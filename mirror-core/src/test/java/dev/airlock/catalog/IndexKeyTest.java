package dev.airlock.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.packaging.MalformedException;
import java.net.URI;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IndexKeyTest {
  @ParameterizedTest
  @CsvSource({
    "https://pypi.org/simple/, pypi.org-simple",
    "https://pypi.org/simple, pypi.org-simple",
    "https://PyPI.org/simple, pypi.org-simple",
    "https://download.pytorch.org/whl/cu118, download.pytorch.org-whl-cu118",
    "https://pypi.nvidia.com, pypi.nvidia.com",
  })
  void isReadableForTheAddressesThatPeopleUse(String address, String key) {
    assertThat(IndexKey.of(URI.create(address))).hasToString(key);
  }

  @Test
  void differsWhereAddressesDoInMoreThanATrailingSlash() {
    assertThat(
            Stream.of(
                    "https://h.org/a/b",
                    "https://h.org/a//b",
                    "https://h.org/a-b",
                    "https://h.org/A/b",
                    "https://h.org/a%20b",
                    "https://h.org/a/b?x=1",
                    "http://h.org/a/b",
                    "https://h.org:8443/a/b",
                    "file:///h.org/a/b",
                    "file:///srv/a/b",
                    "https://h.org/" + "a".repeat(300),
                    "https://h.org/" + "a".repeat(301))
                .map(address -> IndexKey.of(URI.create(address))))
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", ".hidden", "a/b", "A", "a b", "a:b", "-a"})
  void refusesWhatIsNoPortableName(String text) {
    assertThatThrownBy(() -> new IndexKey(text)).isInstanceOf(MalformedException.class);
  }
}
