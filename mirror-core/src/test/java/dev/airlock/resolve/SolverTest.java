package dev.airlock.resolve;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Installer;
import dev.airlock.packaging.version.Version;
import dev.airlock.resolve.Candidate.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SolverTest {
  private final Registry registry = new Registry();

  @Test
  void takesTheNewestOfEverythingThatIsNeeded() throws Exception {
    registry.add("a", "1").add("a", "10", "b").add("a", "9").add("b", "1").add("unneeded", "1");

    assertThat(solve("a")).isEqualTo(Map.of("a", "10", "b", "1"));
  }

  @Test
  void fitsVersionsTogether() throws Exception {
    registry.add("a", "1", "c<2").add("b", "1", "c>=1").add("c", "1").add("c", "1.5").add("c", "2");

    assertThat(solve("a", "b")).containsEntry("c", "1.5");
  }

  @Test
  void goesBackWhereTheNewestDoesNotFit() throws Exception {
    registry
        .add("a", "2", "b==1", "c==2")
        .add("a", "1", "c")
        .add("b", "1", "c==1")
        .add("c", "1")
        .add("c", "2");

    assertThat(solve("a")).isEqualTo(Map.of("a", "1", "c", "2"));
  }

  @Test
  void goesBackFromAProjectThatDoesNotExist() throws Exception {
    registry.add("a", "2", "nowhere").add("a", "1");

    assertThat(solve("a")).isEqualTo(Map.of("a", "1"));
  }

  @Test
  void namesEverythingThatCannotBeHadAtOnce() {
    registry.add("a", "1");

    assertThatThrownBy(() -> solve("nowhere", "a==2", "nobody", "a"))
        .isInstanceOfSatisfying(
            NoSolutionException.class,
            failure ->
                assertThat(failure.facts())
                    .hasSize(3)
                    .anyMatch(fact -> fact.contains("requires nowhere, but "))
                    .anyMatch(fact -> fact.contains("requires a==2, but of a there is only 1"))
                    .anyMatch(fact -> fact.contains("requires nobody, but ")));
  }

  @Test
  void takesCyclesAsTheyAre() throws Exception {
    registry.add("a", "1", "b").add("b", "1", "a>=1").add("c", "1", "c");

    assertThat(solve("a", "c")).containsOnlyKeys("a", "b", "c");
  }

  @Test
  void followsTheExtrasThatAreAskedFor() throws Exception {
    registry.add("a", "1", "x:b", "y:c", "all:a[x,y]").add("b", "1").add("c", "1", "a[x]");

    assertThat(solve("a")).containsOnlyKeys("a");
    assertThat(solve("a[X]")).containsOnlyKeys("a", "b");
    assertThat(solve("c")).containsOnlyKeys("a", "b", "c");
    assertThat(solve("a[all]")).containsOnlyKeys("a", "b", "c");
    assertThat(solve("a[unknown]")).containsOnlyKeys("a");
    assertThat(solution(problem("a[x]"), registry).extras())
        .isEqualTo(Map.of(new ProjectName("a"), Set.of(new ExtraName("x"))));
  }

  @Test
  void keepsAnExtraAtTheVersionOfItsProject() throws Exception {
    registry
        .add("a", "2", "x:c==2")
        .add("a", "1", "x:c==1")
        .add("b", "1", "c==1")
        .add("c", "1")
        .add("c", "2");

    assertThat(solve("a[x]", "b")).containsEntry("a", "1");
  }

  @Test
  void takesAYankedVersionOnlyForAPin() throws Exception {
    registry.add("a", "1").add("a", "2", new State.Yanked("broken")).add("b", "1", "a==2");

    assertThat(solve("a")).containsEntry("a", "1");
    assertThat(solve("a>=1")).containsEntry("a", "1");
    assertThat(solve("a==2")).containsEntry("a", "2");
    assertThat(solve("a===2")).containsEntry("a", "2");
    assertThat(solve("a", "b")).containsEntry("a", "2");
    assertThatThrownBy(() -> solve("a>1"))
        .isInstanceOf(NoSolutionException.class)
        .hasMessageContaining("yanked");
  }

  @Test
  void takesAPrereleaseWhereSomebodyAsksOrNothingElseIsThere() throws Exception {
    registry.add("a", "1").add("a", "2rc1").add("only", "1.0a1").add("only", "1.0b1");

    assertThat(solve("a")).containsEntry("a", "1");
    assertThat(solve("a>=1")).containsEntry("a", "1");
    assertThat(solve("a>=2.0a1")).containsEntry("a", "2rc1");
    assertThat(solve("a>0.1a1")).containsEntry("a", "2rc1");
    assertThat(solve("only")).containsEntry("only", "1.0b1");
    assertThat(
            versions(
                solution(
                    new Problem(roots("a"), List.of(), Installer.PIP, _ -> true, Map.of()),
                    registry)))
        .containsEntry("a", "2rc1");
  }

  @Test
  void hearsEverybodyBeforeAPrereleaseOrYankedVersionIsRefused() throws Exception {
    registry
        .add("a", "1", "c>=1")
        .add("b", "1", "b2")
        .add("b2", "1", "c>=2.0rc1", "d==2")
        .add("c", "1")
        .add("c", "2.0rc1")
        .add("d", "1")
        .add("d", "2", new State.Yanked("broken"))
        .add("e", "1", "d>=1", "c");

    assertThat(solve("a", "e", "b")).containsEntry("c", "2.0rc1").containsEntry("d", "2");
  }

  @Test
  void goesBackFromWhoeverNeedsAVersionThatIsNotAdmitted() throws Exception {
    registry
        .add("a", "2", "c>1")
        .add("a", "1", "c")
        .add("c", "1")
        .add("c", "2", new State.Yanked("broken"));

    assertThat(solve("a")).isEqualTo(Map.of("a", "1", "c", "1"));
  }

  @Test
  void admitsForAnExtraWhatSomebodyAsksOfItsProject() throws Exception {
    registry.add("a", "1", "x:b").add("a", "2rc1", "x:b").add("b", "1").add("c", "1", "a[x]");

    assertThat(solve("a>=2rc1", "c")).containsEntry("a", "2rc1");
    assertThat(solve("c", "a>=2rc1")).containsEntry("a", "2rc1");
  }

  @Test
  void letsOnlyTheRootsAskForPrereleasesOfUv() throws Exception {
    registry
        .add("a", "1")
        .add("a", "2rc1")
        .add("b", "1", "a>=2rc1")
        .add("only", "1a1")
        .add("y", "1", new State.Yanked("broken"))
        .add("z", "1", "y==1");

    assertThat(solveForUv("a>=1rc1")).containsEntry("a", "2rc1");
    assertThat(solveForUv("only")).containsEntry("only", "1a1");
    assertThat(solveForUv("z", "y==1")).containsEntry("y", "1");
    assertThatThrownBy(() -> solveForUv("b")).isInstanceOf(NoSolutionException.class);
    assertThatThrownBy(() -> solveForUv("a>1")).isInstanceOf(NoSolutionException.class);
    assertThatThrownBy(() -> solveForUv("z")).isInstanceOf(NoSolutionException.class);
  }

  @Test
  void obeysConstraintsOfProjectsThatSomethingRequires() throws Exception {
    registry.add("a", "1", "b").add("b", "1").add("b", "2").add("c", "1");
    List<Requirement> constraints = requirements("b<2", "c<1");

    assertThat(
            versions(
                solution(
                    new Problem(roots("a"), constraints, Installer.PIP, _ -> false, Map.of()),
                    registry)))
        .isEqualTo(Map.of("a", "1", "b", "1"));
    assertThatThrownBy(() ->
            Solver.solve(
                new Problem(roots("c"), constraints, Installer.PIP, _ -> false, Map.of()),
                registry))
        .isInstanceOf(NoSolutionException.class)
        .hasMessageContaining("c<1");
  }

  @Test
  void countsALocalVersionAsItsPublicOne() throws Exception {
    registry.add("torch", "2.1.0+cu118").add("torch", "2.0.1").add("vision", "1", "torch==2.1.0");

    assertThat(solve("torch")).containsEntry("torch", "2.1.0+cu118");
    assertThat(solve("torch==2.1.0", "vision")).containsEntry("torch", "2.1.0+cu118");
    assertThat(solve("torch==2.1.0+cu118")).containsEntry("torch", "2.1.0+cu118");
    assertThatThrownBy(() -> solve("torch==2.1.0+cpu")).isInstanceOf(NoSolutionException.class);
  }

  @Test
  void passesOverWhatCannotBeUsed() throws Exception {
    registry.add("a", "2", new State.Unusable(Refusal.because("no wheel for cp310"))).add("a", "1");

    assertThat(solve("a")).containsEntry("a", "1");
    assertThatThrownBy(() -> solve("a==2"))
        .isInstanceOf(NoSolutionException.class)
        .hasMessageContaining("no wheel for cp310");
  }

  @Test
  void keepsEarlierVersionsWhereTheyFit() throws Exception {
    registry.add("a", "1").add("a", "2").add("a", "3").add("b", "1", "a>=2");
    Map<ProjectName, Version> earlier = Map.of(new ProjectName("a"), Version.parse("1"));

    assertThat(
            versions(
                solution(
                    new Problem(roots("a"), List.of(), Installer.PIP, _ -> false, earlier),
                    registry)))
        .containsEntry("a", "1");
    assertThat(
            versions(
                solution(
                    new Problem(roots("a", "b"), List.of(), Installer.PIP, _ -> false, earlier),
                    registry)))
        .containsEntry("a", "3");
  }

  @Test
  void tellsWhoWantsAProjectThatIsMissing() {
    registry.add("torch", "2.1.0", "cuda-bindings>=13");

    assertThatThrownBy(() -> solve("torch"))
        .isInstanceOf(NoSolutionException.class)
        .hasMessageContaining(
            "torch 2.1.0 requires cuda-bindings>=13, but the registry has no project"
                + " cuda-bindings")
        .hasMessageContaining("the test requires torch");
  }

  @Test
  void tellsWhichVersionsThereAre() {
    registry.add("a", "1").add("a", "2");

    assertThatThrownBy(() -> solve("a>=3"))
        .isInstanceOf(NoSolutionException.class)
        .hasMessageContaining("The test requires a>=3, but of a there is only 2, 1.");
  }

  @Test
  void tellsBothSidesOfAConflict() {
    registry.add("a", "1", "c<2").add("b", "1", "c>=2").add("c", "1").add("c", "2");

    assertThatThrownBy(() -> solve("a", "b"))
        .isInstanceOf(NoSolutionException.class)
        .hasMessageContaining("a 1 requires c<2")
        .hasMessageContaining("b 1 requires c>=2");
  }

  @Test
  void answersTheSameInWhateverOrderItIsAsked() throws Exception {
    var random = new Random(7);
    for (int round = 0; round < 50; round++) {
      Registry generated = RandomRegistries.generate(random, 8, 5);
      Problem problem = problem("p0", "p1", "p2");
      List<String> answers = new ArrayList<>();
      for (int again = 0; again < 4; again++) {
        answers.add(answer(problem, generated.shuffled(random)));
      }
      assertThat(answers).allMatch(answers.getFirst()::equals);
    }
  }

  private static String answer(Problem problem, Registry registry) throws IOException {
    try {
      return new TreeMap<>(versions(Solver.solve(problem, registry))).toString();
    } catch (NoSolutionException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void learnsFromAChainThatHasToGoBackToItsOldestVersions() throws Exception {
    for (int project = 0; project < 200; project++) {
      for (int version = 1; version <= 100; version++) {
        registry.add("p" + project, "" + version, "p" + (project + 1) + "==" + version);
      }
    }
    registry.add("p200", "1");

    assertThat(solve("p0")).containsEntry("p0", "1").containsEntry("p199", "1").hasSize(201);
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void endsWhereManyProjectsPullTwoWays() throws Exception {
    var random = new Random(11);
    for (int project = 0; project < 200; project++) {
      for (int version = 1; version <= 100; version++) {
        int low = Math.max(1, version - random.nextInt(30));
        registry.add(
            "p" + project,
            "" + version,
            "p" + (project + 1) % 200 + ">=" + low,
            "p" + random.nextInt(200) + "<=" + Math.min(100, version + random.nextInt(20)),
            "p" + random.nextInt(200) + "!=" + random.nextInt(100));
      }
    }

    Problem problem = problem("p0", "p50", "p100", "p150");
    String answer = answer(problem, registry);

    assertThat(answer).isNotEmpty();
    assertThat(registry.questions()).isLessThan(100_000);
  }

  // --- asking

  private Map<String, String> solve(String... roots) throws IOException, NoSolutionException {
    return versions(solution(problem(roots), registry));
  }

  private Map<String, String> solveForUv(String... roots) throws IOException, NoSolutionException {
    return versions(
        solution(
            new Problem(roots(roots), List.of(), Installer.UV, _ -> false, Map.of()), registry));
  }

  private static Solution solution(Problem problem, Registry registry)
      throws IOException, NoSolutionException {
    Solution solution = Solver.solve(problem, registry);
    assertThat(RandomRegistries.mistakes(problem, registry, solution)).isEmpty();
    return solution;
  }

  static Problem problem(String... roots) {
    return new Problem(roots(roots), List.of(), Installer.PIP, _ -> false, Map.of());
  }

  private static List<Problem.Root> roots(String... roots) {
    return requirements(roots).stream()
        .map(requirement -> new Problem.Root(requirement, "the test"))
        .toList();
  }

  private static List<Requirement> requirements(String... texts) {
    return Arrays.stream(texts).map(Requirement::parse).toList();
  }

  static Map<String, String> versions(Solution solution) {
    return solution.versions().entrySet().stream()
        .collect(toMap(entry -> entry.getKey().value(), entry -> entry.getValue().toString()));
  }
}
