package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class WheelArchiveFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.WHEEL_ARCHIVE.understands(bytes);
  }
}
