package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class ProjectPatternFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.PROJECT_PATTERN.understands(bytes);
  }
}
