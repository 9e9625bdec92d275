package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class SdistGzipFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.SDIST_GZIP.understands(bytes);
  }
}
