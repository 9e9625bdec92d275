package dev.airlock.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitsTest {
  @ParameterizedTest
  @CsvSource({"1048576, 8192", "4096, 1898", "1024, 362", "100, 16"})
  void leavesADescriptorForTheFileOfEachConnection(String limit, int connections) {
    String limits =
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max processes             95000                95000                processes
        Max open files            %s                 %s                 files
        """
            .formatted(limit, limit);

    assertThat(Limits.connections(limits)).isEqualTo(connections);
  }

  @Test
  void takesTheMostWhereTheSystemSaysNothing() {
    assertThat(Limits.connections("")).isEqualTo(8192);
    assertThat(Limits.connections("Max open files            unlimited   unlimited   files"))
        .isEqualTo(8192);
  }
}
