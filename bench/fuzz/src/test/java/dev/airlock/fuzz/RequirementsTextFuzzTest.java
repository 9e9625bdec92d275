package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class RequirementsTextFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.REQUIREMENTS_TEXT.understands(bytes);
  }
}
