package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class UvLockFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.UV_LOCK.understands(bytes);
  }
}
