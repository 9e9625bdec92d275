package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class HtmlPageFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.HTML_PAGE.understands(bytes);
  }
}
