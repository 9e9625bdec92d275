package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class RequirementsFileFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.REQUIREMENTS_FILE.understands(bytes);
  }
}
