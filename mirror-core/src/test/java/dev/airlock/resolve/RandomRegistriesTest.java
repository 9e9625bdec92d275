package dev.airlock.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The solver finds a solution exactly where trying everything finds one. */
class RandomRegistriesTest {
  private static final int ROUNDS = 3_000;

  @Test
  void isAsGoodAsTryingEverything() throws IOException {
    var random = new Random(2024);
    int solvable = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Registry registry = RandomRegistries.generate(random, 5, 3);
      Problem problem = SolverTest.problem("p0", "p" + (1 + random.nextInt(4)) + "[x]");
      boolean expected = RandomRegistries.isSolvable(problem, registry);
      solvable += expected ? 1 : 0;
      try {
        Solution solution = Solver.solve(problem, registry);
        assertThat(RandomRegistries.mistakes(problem, registry, solution))
            .as("round %d", round)
            .isEmpty();
        assertThat(expected).as("round %d", round).isTrue();
      } catch (NoSolutionException e) {
        assertThat(expected).as("round %d: %s", round, e.getMessage()).isFalse();
        assertThat(e.facts()).isNotEmpty();
      }
    }
    assertThat(solvable).isBetween(ROUNDS / 5, ROUNDS * 4 / 5);
  }
}
