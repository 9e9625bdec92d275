package dev.airlock.tool.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ColumnsTest {
  @Test
  void alignsCellsAndLeavesNoBlanksAtTheEnd() {
    assertThat(
            Columns.lines(
                List.of(
                    List.of("NAME", "N", "WHY"),
                    List.of("a", "12", ""),
                    List.of("bcdef", "3", "x"))))
        .containsExactly("NAME   N   WHY", "a      12", "bcdef  3   x");
  }

  @Test
  void hasNoLinesOfNoRows() {
    assertThat(Columns.lines(List.of())).isEmpty();
  }
}
