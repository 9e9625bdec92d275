package dev.airlock.architecture;

import org.junit.jupiter.api.Test;

class ArchitectureTest {
  @Test
  void followsTheFloorPlan() {
    Architecture.assertFollows(FloorPlan.CORE);
  }

  @Test
  void isNullMarked() {
    Architecture.assertNullMarked();
  }

  @Test
  void neverPrints() {
    Architecture.assertSilent();
  }
}
