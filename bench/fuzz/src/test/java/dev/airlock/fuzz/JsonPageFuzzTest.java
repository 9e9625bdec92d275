package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class JsonPageFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.JSON_PAGE.understands(bytes);
  }
}
