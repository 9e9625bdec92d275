package dev.airlock.tool.terminal;

import dev.airlock.lock.DependencyGraph.Branch;
import dev.airlock.lock.DependencyGraph.Chain;
import dev.airlock.lock.DependencyGraph.Rest;
import dev.airlock.lock.DependencyGraph.Step;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Dependencies of locked versions, drawn as lines. */
public final class DependencyView {
  /** The mark of a version whose requirements stand further up. */
  public static final String ABOVE = " (*)";

  private DependencyView() {}

  /**
   * What there is to say of each target, once for all that it is the same for.
   *
   * @return by the words for the targets: {@code for cp310-manylinux_2_35_x86_64}
   */
  public static <T> Map<String, T> byTarget(Map<Target, T> answers) {
    Map<T, List<String>> targets = new LinkedHashMap<>();
    answers.forEach((target, answer) ->
        targets.computeIfAbsent(answer, _ -> new ArrayList<>()).add(target.toString()));
    Map<String, T> named = new LinkedHashMap<>();
    targets.forEach((answer, names) -> named.put("for " + String.join(", ", names), answer));
    return named;
  }

  /** The versions of a project: {@code numpy 1.23.1}. */
  public static String versions(ProjectName project, Collection<LockedPackage> locked) {
    return locked.isEmpty()
        ? project + " is not wanted"
        : project
            + " "
            + locked.stream()
                .map(each ->
                    each.version()
                        + (each.role() == LockedPackage.Role.BUILD ? " (for builds)" : ""))
                .distinct()
                .collect(Collectors.joining(", "));
  }

  /** A chain, a line for each step of it. */
  public static List<String> chain(Chain chain) {
    var lines = new ArrayList<String>();
    lines.add("the preset (" + chain.root().place() + ") wants " + chain.root().requirement());
    for (Step step : chain.steps()) {
      lines.add(
          "  ".repeat(lines.size())
              + (step.build() ? "building " : "")
              + step.from().project()
              + step.extra().map(extra -> "[" + extra + "]").orElse("")
              + " "
              + step.from().version()
              + " requires "
              + step.requirement());
    }
    return lines;
  }

  /** A tree, a line for each version in it. */
  public static List<String> tree(List<Branch> branches, Target target) {
    var lines = new ArrayList<String>();
    for (Branch branch : branches) {
      lines.add(label(branch, target));
      below(branch, "", target, lines);
    }
    return lines;
  }

  private static void below(Branch parent, String indent, Target target, List<String> lines) {
    int count = parent.children().size();
    for (int i = 0; i < count; i++) {
      Branch child = parent.children().get(i);
      boolean last = i == count - 1;
      lines.add(indent + (last ? "└── " : "├── ") + label(child, target));
      below(child, indent + (last ? "    " : "│   "), target, lines);
    }
  }

  private static String label(Branch branch, Target target) {
    String extras =
        branch.extras().isEmpty()
            ? ""
            : branch.extras().stream()
                .map(ExtraName::value)
                .collect(Collectors.joining(",", "[", "]"));
    return branch.locked().project()
        + extras
        + " "
        + branch.locked().version()
        + branch.locked().fileFor(target).map(file -> ", " + Amounts.bytes(file.size())).orElse("")
        + (branch.build() ? " (build)" : "")
        + (branch.places().isEmpty() ? "" : " (" + String.join("; ", branch.places()) + ")")
        + mark(branch.rest());
  }

  private static String mark(Rest rest) {
    return switch (rest) {
      case HERE -> "";
      case ABOVE -> ABOVE;
      case DEEPER -> " …";
    };
  }
}
