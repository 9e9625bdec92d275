package dev.airlock.tool;

import dev.airlock.architecture.Architecture;
import dev.airlock.architecture.FloorPlan;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  @Test
  void followsTheFloorPlan() {
    Architecture.assertFollows(FloorPlan.TOOL);
  }

  @Test
  void isNullMarked() {
    Architecture.assertNullMarked();
  }
}
