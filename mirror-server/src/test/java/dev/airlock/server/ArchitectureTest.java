package dev.airlock.server;

import dev.airlock.architecture.Architecture;
import dev.airlock.architecture.FloorPlan;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  @Test
  void followsTheFloorPlan() {
    Architecture.assertFollows(FloorPlan.SERVER);
  }

  @Test
  void isNullMarked() {
    Architecture.assertNullMarked();
  }
}
