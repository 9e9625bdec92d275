package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class SdistBzip2FuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.SDIST_BZIP2.understands(bytes);
  }
}
