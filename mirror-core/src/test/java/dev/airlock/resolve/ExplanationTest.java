package dev.airlock.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.target.Installer;
import dev.airlock.resolve.Candidate.State;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a user reads when there is no solution. */
class ExplanationTest {
  private final Registry registry = new Registry();

  private String explanation(String... roots) {
    return explanation(List.of(), roots);
  }

  private String explanation(List<Requirement> constraints, String... roots) {
    List<Problem.Root> wanted =
        Arrays.stream(roots)
            .map(root -> new Problem.Root(Requirement.parse(root), "the preset (packages)"))
            .toList();
    var problem = new Problem(wanted, constraints, Installer.PIP, _ -> false, Map.of());
    NoSolutionException failure =
        catchThrowableOfType(NoSolutionException.class, () -> Solver.solve(problem, registry));
    return String.valueOf(failure.getMessage());
  }

  @Test
  void derivesAConflictOfTwoDependentsStepByStep() {
    registry
        .add("torch", "2.1.0", "numpy<2")
        .add("opencv", "4.12", "numpy>=2")
        .add("numpy", "1.26")
        .add("numpy", "2.0")
        .add("numpy", "2.1");

    assertThat(explanation("torch==2.1.0", "opencv==4.12"))
        .isEqualTo(
            """
            no set of versions fits:
              Because opencv 4.12 requires numpy>=2 and torch 2.1.0 requires numpy<2, opencv 4.12 and torch 2.1.0 cannot be used together.
              And because the preset (packages) requires torch==2.1.0, opencv 4.12 cannot be used.
              And because the preset (packages) requires opencv==4.12, there is no solution.
            What can be done:
              - loosen one of: torch==2.1.0 of the preset (packages); opencv==4.12 of the preset (packages)
              - overrule what others require of numpy, if you know better: "override": ["numpy==…"]\
            """);
  }

  @Test
  void namesTheRangeOfVersionsThatAreRuledOut() {
    for (int minor = 0; minor < 9; minor++) {
      registry.add("a", "1." + minor, "b>=2");
    }
    registry
        .add("b", "1")
        .add(
            "b",
            "2",
            new State.Unusable(
                Refusal.because(
                    "it requires Python >=3.12", "choose a target with another Python than 3.10")));

    assertThat(explanation("a"))
        .isEqualTo(
            """
            no set of versions fits:
              Because every version of a requires b>=2 and b 2 cannot be used (it requires Python >=3.12), no version of a can be used.
              And because the preset (packages) requires a, there is no solution.
            What can be done:
              - choose a target with another Python than 3.10\
            """);
  }

  @Test
  void tellsOfAlternativesThatAreRuledOutTogether() {
    registry
        .add("a", "1", "x<2", "y<2")
        .add("b", "1", "x>=2")
        .add("b", "2", "y>=2")
        .add("x", "1")
        .add("x", "2")
        .add("y", "1")
        .add("y", "2");

    assertThat(explanation("a", "b"))
        .contains(
            "And because a 1 requires x<2, every version of b and a 1 together require y 2.",
            "a 1 and every version of b cannot be used together");
  }

  @Test
  void leavesOutThatAnExtraIsItsProject() {
    registry.add("a", "1", "fast:c>=2").add("c", "1").add("c", "2").add("b", "1", "c<2");

    assertThat(explanation("a[fast]", "b"))
        .contains("a[fast] 1 requires c>=2", "there is no solution")
        .doesNotContain("same version");
  }

  @Test
  void tellsOfConstraintsAndYankedVersions() {
    registry.add("a", "1").add("a", "2", new State.Yanked("broken"));

    assertThat(explanation(List.of(Requirement.parse("a<1")), "a"))
        .contains("the preset constrains a<1", "loosen the constraint a<1");
    assertThat(explanation("a>1"))
        .contains(
            "a 2 cannot be used (it was yanked and nothing pins it)",
            "pin a with == to take a yanked version");
  }

  @Test
  void tellsTheReasonOfEachVersionThatIsNotAdmitted() {
    registry
        .add("a", "1")
        .add("a", "2", new State.Yanked("broken"))
        .add("a", "3rc1")
        .add("b", "1", "a>=2,!=3rc1");

    assertThat(explanation("b", "a>1,<3.0.dev0"))
        .contains("a 2 cannot be used (it was yanked and nothing pins it)")
        .doesNotContain("pre-release");
  }

  @Test
  void needsAProjectRatherThanEveryVersionOfIt() {
    registry.add("a", "1", "n").add("a", "2", "n").add("n", "1").add("n", "2");

    assertThat(explanation(List.of(Requirement.parse("n<1")), "a"))
        .contains("requires n")
        .doesNotContain("requires every version");
  }

  @Test
  void saysNothingTwice() {
    registry
        .add("w", "1")
        .add("w", "2", "gone")
        .add("w", "3", new State.Unusable(Refusal.because("it requires Python >=3.12")))
        .add("w", "4", "gone");

    String explanation = explanation("w>1");

    assertThat(explanation.lines()).doesNotHaveDuplicates();
    assertThat(explanation).contains("w 3 cannot be used (it requires Python >=3.12)");
  }

  @Test
  void tellsThatAProjectIsMissing() {
    registry.add("a", "1", "nowhere>=2");

    assertThat(explanation("a"))
        .contains(
            "a 1 requires nowhere>=2, but the registry has no project nowhere, and the preset"
                + " (packages) requires a");
    assertThat(explanation("a", "nobody"))
        .contains("The preset (packages) requires nobody, but the registry has no project nobody.");
  }

  @Test
  void listsTheFactsWhereTheDerivationIsTooLong() {
    for (int version = 1; version <= 40; version++) {
      registry.add("a", "" + version, "b==" + version).add("b", "" + version, "c==" + version);
    }
    registry.add("c", "99");

    assertThat(explanation("a"))
        .contains(
            "because\n  - the preset (packages) requires a\n",
            "a 1 requires b==1\n",
            "b 1 requires c==1, but of c there is only 99\n",
            "  - … and 51 more")
        .doesNotContain("overrule");
  }
}
