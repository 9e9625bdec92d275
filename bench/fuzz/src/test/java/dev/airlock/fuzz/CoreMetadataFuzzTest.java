package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class CoreMetadataFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.CORE_METADATA.understands(bytes);
  }
}
