package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class PipConfigFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.PIP_CONFIG.understands(bytes);
  }
}
