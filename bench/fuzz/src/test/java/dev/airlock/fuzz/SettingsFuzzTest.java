package dev.airlock.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.airlock.fixtures.Parser;

class SettingsFuzzTest {
  @FuzzTest
  void reads(byte[] bytes) {
    var _ = Parser.SETTINGS.understands(bytes);
  }
}
