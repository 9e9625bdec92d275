package dev.airlock.architecture;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A way through the code, as a tree of steps. Each step is one call down: the method of the step
 * above it calls it, and it is in the same package or on a lower floor. {@link #problems} holds the
 * steps against the code, and {@link #markdown} writes them for the documents.
 *
 * @param steps in the order of the calls
 */
public record Walkthrough(List<Step> steps) {
  private static final String INDENT = "  ";

  /**
   * One step.
   *
   * @param depth 0 for the first step
   * @param type the simple name of the class, which no other class has
   * @param method its method, or {@code new}
   * @param what what it does, as the end of a sentence
   */
  public record Step(int depth, String type, String method, String what) {
    private String call() {
      return type + "." + method;
    }
  }

  /**
   * Reads steps from lines of the form {@code Type.method: what it does}. Two spaces more than the
   * line above say that the method above calls it.
   */
  public static Walkthrough of(String text) {
    return new Walkthrough(text.lines().map(Walkthrough::step).toList());
  }

  private static Step step(String line) {
    String call = line.strip().substring(0, line.strip().indexOf(": "));
    int dot = call.indexOf('.');
    return new Step(
        (line.length() - line.stripLeading().length()) / INDENT.length(),
        call.substring(0, dot),
        call.substring(dot + 1),
        line.strip().substring(call.length() + 2));
  }

  /** The steps that the code does not take, as sentences; empty when all is well. */
  public List<String> problems(FloorPlan plan, JavaClasses code) {
    var problems = new ArrayList<String>();
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      Optional<JavaClass> type = type(code, step);
      if (type.isEmpty()) {
        problems.add("one class should have the name " + step.type());
        continue;
      }
      if (i > 0) {
        Step above = above(i);
        problem(plan, code, above, step, type.get()).ifPresent(problems::add);
      }
    }
    return problems;
  }

  private static Optional<String> problem(
      FloorPlan plan, JavaClasses code, Step above, Step step, JavaClass type) {
    Optional<JavaClass> caller = type(code, above);
    if (caller.isEmpty()) {
      return Optional.empty();
    }
    if (calls(caller.get(), above).noneMatch(access -> reaches(access, type, step))) {
      return Optional.of(above.call() + " does not call " + step.call());
    }
    if (!plan.isDown(caller.get().getPackageName(), type.getPackageName())) {
      return Optional.of(step.call() + " is not below " + above.call());
    }
    return Optional.empty();
  }

  private Step above(int index) {
    for (int i = index - 1; i >= 0; i--) {
      if (steps.get(i).depth() == steps.get(index).depth() - 1) {
        return steps.get(i);
      }
    }
    throw new IllegalStateException(steps.get(index).call() + " is below no step");
  }

  private static Optional<JavaClass> type(JavaClasses code, Step step) {
    List<JavaClass> found =
        code.stream().filter(type -> type.getSimpleName().equals(step.type())).toList();
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }

  /** What the code of a method calls, with what lambdas in it call, and what it refers to. */
  private static Stream<JavaAccess<?>> calls(JavaClass type, Step step) {
    return type.getCodeUnits().stream()
        .filter(unit -> nameOf(unit).equals(step.method()))
        .flatMap(unit ->
            Stream.of(
                    unit.getMethodCallsFromSelf(),
                    unit.getConstructorCallsFromSelf(),
                    unit.getMethodReferencesFromSelf(),
                    unit.getConstructorReferencesFromSelf())
                .flatMap(Set::stream));
  }

  private static boolean reaches(JavaAccess<?> access, JavaClass type, Step step) {
    String called = access.getTarget().getName().replace(JavaConstructor.CONSTRUCTOR_NAME, "new");
    return called.equals(step.method()) && type.isAssignableTo(access.getTargetOwner().getName());
  }

  private static String nameOf(JavaCodeUnit unit) {
    return unit.getName().replace(JavaConstructor.CONSTRUCTOR_NAME, "new");
  }

  /** The walk for a document: a drawing in Mermaid, and the steps as a nested list. */
  public String markdown(JavaClasses code) {
    return drawing(code) + "\n" + list();
  }

  private String list() {
    var text = new StringBuilder();
    for (Step step : steps) {
      String indent = INDENT.repeat(step.depth());
      text.append(wrapped(indent + "- `" + step.call() + "` " + step.what(), indent + INDENT));
    }
    return text.toString();
  }

  private static String wrapped(String text, String indent) {
    var lines = new StringBuilder();
    var line = new StringBuilder();
    for (String word : text.split("(?<=\\S) ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > 120) {
        lines.append(line).append('\n');
        line = new StringBuilder(indent);
        line.append(word);
      } else {
        line.append(line.isEmpty() ? "" : " ").append(word);
      }
    }
    return lines.append(line).append('\n').toString();
  }

  private String drawing(JavaClasses code) {
    Map<String, Set<String>> rooms = new LinkedHashMap<>();
    for (Step step : steps) {
      String room =
          type(code, step).map(type -> FloorPlan.shortName(type.getPackageName())).orElse("?");
      rooms.computeIfAbsent(room, r -> new LinkedHashSet<>()).add(step.type());
    }
    var text = new StringBuilder("```mermaid\nflowchart TB\n");
    rooms.forEach((room, types) -> {
      text.append("  subgraph ").append(room.replace('.', '_')).append("_[\"").append(room);
      text.append("\"]\n");
      types.forEach(type -> text.append("    ").append(type).append('\n'));
      text.append("  end\n");
    });
    for (int i = 1; i < steps.size(); i++) {
      String from = above(i).type();
      String to = steps.get(i).type();
      if (!from.equals(to)) {
        text.append("  " + from + " -- \"" + i + " " + steps.get(i).method() + "\" --> " + to);
        text.append('\n');
      }
    }
    return text.append("```\n").toString();
  }
}
