package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class SdistZipFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.SDIST_ZIP.understands(bytes);
  }
}
