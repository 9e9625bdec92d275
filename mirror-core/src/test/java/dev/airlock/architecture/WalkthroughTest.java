package dev.airlock.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class WalkthroughTest {
  private static final JavaClasses CODE =
      new ClassFileImporter().importClasses(Porch.class, Hall.class, Stairs.class, Cellar.class);
  private static final FloorPlan PLAN = new FloorPlan(List.of(Set.of("architecture")));

  static final class Porch {
    String enter(Stairs stairs) {
      return new Hall().cross(stairs);
    }
  }

  static final class Hall {
    String cross(Stairs stairs) {
      Supplier<String> later = () -> stairs.descend();
      return later.get();
    }
  }

  interface Stairs {
    String descend();
  }

  static final class Cellar implements Stairs {
    @Override
    public String descend() {
      return "wine";
    }
  }

  @Test
  void followsCallsThroughLambdasAndInterfaces() {
    assertThat(problems("Porch.enter: a\n  Hall.cross: b\n    Cellar.descend: c")).isEmpty();
  }

  @Test
  void followsConstructors() {
    assertThat(problems("Porch.enter: a\n  Hall.new: b")).isEmpty();
  }

  @Test
  void noticesACallThatTheCodeDoesNotMake() {
    assertThat(problems("Porch.enter: a\n  Cellar.descend: b"))
        .containsExactly("Porch.enter does not call Cellar.descend");
  }

  @Test
  void noticesAMethodThatIsGone() {
    assertThat(problems("Porch.enter: a\n  Hall.jump: b"))
        .containsExactly("Porch.enter does not call Hall.jump");
  }

  @Test
  void noticesAClassThatIsGone() {
    assertThat(problems("Porch.enter: a\n  Attic.look: b"))
        .containsExactly("one class should have the name Attic");
  }

  @Test
  void noticesACallThatLeavesTheFloor() {
    assertThat(FloorPlan.CORE.isDown("dev.airlock.sync", "dev.airlock.fetch")).isTrue();
    assertThat(FloorPlan.CORE.isDown("dev.airlock.sync", "dev.airlock.sync")).isTrue();
    assertThat(FloorPlan.CORE.isDown("dev.airlock.fetch", "dev.airlock.sync")).isFalse();
    assertThat(FloorPlan.CORE.isDown("dev.airlock.sync", "dev.airlock.rehearsal")).isFalse();
    assertThat(FloorPlan.CORE.isDown("dev.airlock.sync", "dev.airlock.tool")).isFalse();
  }

  @Test
  void writesTheStepsAndDrawsThem() {
    assertThat(
            Walkthrough.of("Porch.enter: opens the door.\n  Hall.cross: goes on.").markdown(CODE))
        .isEqualTo(
            """
            ```mermaid
            flowchart TB
              subgraph architecture_["architecture"]
                Porch
                Hall
              end
              Porch -- "1 cross" --> Hall
            ```

            - `Porch.enter` opens the door.
              - `Hall.cross` goes on.
            """);
  }

  private static List<String> problems(String text) {
    return Walkthrough.of(text).problems(PLAN, CODE);
  }
}
