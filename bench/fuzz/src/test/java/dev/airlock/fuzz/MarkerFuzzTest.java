package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class MarkerFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.MARKER.understands(bytes);
  }
}
