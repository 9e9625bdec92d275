package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class PyprojectFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.PYPROJECT.understands(bytes);
  }
}
