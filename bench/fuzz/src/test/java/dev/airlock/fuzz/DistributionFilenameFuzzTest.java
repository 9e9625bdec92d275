package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class DistributionFilenameFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.DISTRIBUTION_FILENAME.understands(bytes);
  }
}
