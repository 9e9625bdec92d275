package dev.airlock.lock;

import static dev.airlock.lock.LockedBuilder.locked;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.digest.Sha256;
import dev.airlock.lock.DependencyGraph.Branch;
import dev.airlock.lock.DependencyGraph.Chain;
import dev.airlock.lock.DependencyGraph.Rest;
import dev.airlock.lock.DependencyGraph.Root;
import dev.airlock.lock.LockedPackage.Role;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.tag.Platform;
import dev.airlock.packaging.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DependencyGraphTest {
  private static final Target LINUX = Target.of("3.10", Platform.parse("manylinux_2_35_x86_64"));
  private static final Target MAC = Target.of("3.12", Platform.parse("macosx_14_0_arm64"));

  private static LockedBuilder wheel(String project, String version) {
    return locked(project, version)
        .wheel(project + "-" + version + "-py3-none-any.whl", 1)
        .on(LINUX, MAC);
  }

  private static DependencyGraph graph(Target target, List<Root> roots, LockedBuilder... packages) {
    return DependencyGraph.of(
        new Lock(
            "p",
            Sha256.of(new byte[0]),
            List.of(LINUX, MAC),
            Stream.of(packages).map(LockedBuilder::build).toList()),
        roots,
        target);
  }

  private static List<Root> roots(String... requirements) {
    return Stream.of(requirements)
        .map(text -> new Root(Requirement.parse(text), "wish " + text))
        .toList();
  }

  private static List<String> chains(DependencyGraph graph, String project) {
    return graph.chains(new ProjectName(project)).stream().map(DependencyGraphTest::told).toList();
  }

  private static String told(Chain chain) {
    var text = new StringBuilder(chain.first().project() + "");
    for (DependencyGraph.Step step : chain.steps()) {
      text.append(step.build() ? " =(" : " -(")
          .append(step.requirement())
          .append(")> ")
          .append(step.to().project())
          .append(' ')
          .append(step.to().version());
    }
    return text.toString();
  }

  private static List<String> tree(DependencyGraph graph, int depth) {
    var lines = new ArrayList<String>();
    draw(graph.tree(depth), "", lines);
    return lines;
  }

  private static void draw(List<Branch> branches, String indent, List<String> lines) {
    for (Branch branch : branches) {
      lines.add(
          indent
              + branch.locked().project()
              + (branch.extras().isEmpty() ? "" : branch.extras())
              + (branch.build() ? " build" : "")
              + (branch.rest() == Rest.HERE ? "" : " " + branch.rest()));
      draw(branch.children(), indent + "  ", lines);
    }
  }

  @Test
  void findsOneChainForEachThatRequiresAProjectTheShortestFirst() {
    var graph =
        graph(
            LINUX,
            roots("top", "numpy==1"),
            wheel("top", "1").requires("mid", "side"),
            wheel("mid", "1").requires("numpy>=1"),
            wheel("side", "1").requires("mid", "deep"),
            wheel("deep", "1").requires("numpy<2"),
            wheel("numpy", "1"));

    assertThat(chains(graph, "NumPy"))
        .containsExactly(
            "numpy",
            "top -(mid)> mid 1 -(numpy>=1)> numpy 1",
            "top -(side)> side 1 -(deep)> deep 1 -(numpy<2)> numpy 1");
    assertThat(graph.chains(new ProjectName("numpy")).getFirst().root().place())
        .isEqualTo("wish numpy==1");
    assertThat(chains(graph, "absent")).isEmpty();
  }

  @Test
  void followsExtrasThatAreAskedForAndNoOthers() {
    var requests =
        wheel("requests", "2")
            .requires("urllib3", "pysocks; extra == 'socks'", "chardet; extra == 'slow'");
    var graph =
        graph(
            LINUX,
            roots("requests[socks]"),
            requests,
            wheel("urllib3", "1"),
            wheel("pysocks", "1"),
            wheel("chardet", "1"));

    assertThat(chains(graph, "pysocks"))
        .containsExactly("requests -(pysocks; extra == \"socks\")> pysocks 1");
    assertThat(graph.chains(new ProjectName("pysocks")).getFirst().steps().getFirst().extra())
        .hasToString("Optional[socks]");
    assertThat(chains(graph, "chardet")).isEmpty();
    assertThat(tree(graph, 9)).containsExactly("requests[socks]", "  pysocks", "  urllib3");
  }

  @Test
  void seesEachTargetWithItsOwnMarkers() {
    LockedBuilder[] packages = {
      wheel("app", "1").requires("leaf; sys_platform == 'linux'", "leaf>=2; os_name == 'posix'"),
      wheel("leaf", "3"),
      wheel("old", "1").on(LINUX)
    };
    List<Root> roots = roots("app", "old; python_version < '3.11'");

    assertThat(chains(graph(LINUX, roots, packages), "leaf")).hasSize(2);
    assertThat(chains(graph(MAC, roots, packages), "leaf")).hasSize(1);
    assertThat(tree(graph(LINUX, roots, packages), 9)).containsExactly("app", "  leaf", "old");
    assertThat(tree(graph(MAC, roots, packages), 9)).containsExactly("app", "  leaf");
  }

  @Test
  void tellsWhatBuildsRequireAndOfWhichVersion() {
    var graph =
        graph(
            LINUX,
            roots("app", "setuptools"),
            locked("app", "1")
                .on(LINUX)
                .sdist("app-1.tar.gz")
                .buildRequires("setuptools<60", "wheel"),
            wheel("wheel", "1").role(Role.BUILD).requires("setuptools>=40"),
            wheel("setuptools", "70"),
            wheel("setuptools", "59").role(Role.BUILD));

    assertThat(chains(graph, "setuptools"))
        .containsExactly(
            "setuptools",
            "app =(setuptools<60)> setuptools 59",
            "app =(wheel)> wheel 1 -(setuptools>=40)> setuptools 70");
    assertThat(tree(graph, 9))
        .containsExactly(
            "app", "  setuptools build", "  wheel build", "    setuptools", "setuptools");
  }

  @Test
  void asksNothingOfBuildsWhereAWheelIsTaken() {
    var graph =
        graph(
            MAC,
            roots("app"),
            wheel("app", "1").sdist("app-1.tar.gz").buildRequires("setuptools"),
            wheel("setuptools", "70").role(Role.BUILD));

    assertThat(chains(graph, "setuptools")).isEmpty();
  }

  @Test
  void endsWhereRequirementsGoInCircles() {
    var graph =
        graph(
            LINUX,
            roots("a"),
            wheel("a", "1").requires("b", "a[x]", "c; extra == 'x'"),
            wheel("b", "1").requires("a"),
            wheel("c", "1").requires("b"));

    assertThat(chains(graph, "a")).containsExactly("a");
    assertThat(chains(graph, "b"))
        .containsExactly("a -(b)> b 1", "a -(a[x])> a 1 -(c; extra == \"x\")> c 1 -(b)> b 1");
    assertThat(tree(graph, 9)).containsExactly("a", "  b", "    a ABOVE", "  c", "    b ABOVE");
  }

  @Test
  void followsExtrasThatNameOtherExtrasOfTheSameProject() {
    var graph =
        graph(
            LINUX,
            roots("ex[a]"),
            wheel("ex", "1")
                .requires(
                    "ex[b]; extra == 'a'",
                    "ex[a,d]; extra == 'b'",
                    "c==1; extra == 'b'",
                    "d; extra == 'd'",
                    "e; extra == 'e'"),
            wheel("c", "1"),
            wheel("d", "1"),
            wheel("e", "1"));

    assertThat(tree(graph, 9)).containsExactly("ex[a]", "  c", "  d");
    assertThat(chains(graph, "c")).hasSize(1);
  }

  @Test
  void unfoldsEachVersionOnceAndNoDeeperThanAsked() {
    var graph =
        graph(
            LINUX,
            roots("a", "b"),
            wheel("a", "1").requires("b"),
            wheel("b", "1").requires("c"),
            wheel("c", "1").requires("d"),
            wheel("d", "1"));

    assertThat(tree(graph, 9)).containsExactly("a", "  b", "    c", "      d", "b ABOVE");
    assertThat(tree(graph, 1)).containsExactly("a", "  b DEEPER", "b", "  c DEEPER");
    assertThat(tree(graph, 0)).containsExactly("a DEEPER", "b DEEPER");
  }

  /** With every path a chain there would be 2^250 of them. */
  @Test
  void staysSmallWhereThereAreManyWays() {
    var packages = new ArrayList<LockedBuilder>();
    int layers = 250;
    for (int i = 0; i < layers; i++) {
      for (String side : List.of("l", "r")) {
        var locked = wheel(side + i, "1");
        packages.add(i + 1 < layers ? locked.requires("l" + (i + 1), "r" + (i + 1)) : locked);
      }
    }
    var graph = graph(LINUX, roots("l0", "r0"), packages.toArray(LockedBuilder[]::new));

    assertThat(chains(graph, "l249")).hasSize(2);
    assertThat(tree(graph, Integer.MAX_VALUE)).hasSize(4 * (layers - 1) + 2);
  }
}
