package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class WheelFilenameFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.WHEEL_FILENAME.understands(bytes);
  }
}
