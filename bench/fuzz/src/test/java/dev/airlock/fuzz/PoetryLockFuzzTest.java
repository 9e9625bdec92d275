package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class PoetryLockFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.POETRY_LOCK.understands(bytes);
  }
}
