package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class ProjectListFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.PROJECT_LIST.understands(bytes);
  }
}
