package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.lock.DependencyGraph.Branch;
import dev.airlock.lock.LockedFile;
import dev.airlock.packaging.target.Target;
import dev.airlock.tool.terminal.Amounts;
import dev.airlock.tool.terminal.DependencyView;
import dev.airlock.tool.terminal.Terminal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code airlock tree}: everything that a preset wants, with what that requires. */
@Command(
    name = "tree",
    description =
        "Prints from the lock of a preset what it wants, with all that this requires: versions,"
            + " extras and bytes. What stands further up already is marked (*).")
final class TreeCommand extends AirlockCommand {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Parameters(
      paramLabel = "PRESET",
      description = "The preset: its name, or the path of its folder.")
  private String preset = "";

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      description = "Only this target, as in cp310-manylinux_2_35_x86_64.")
  private @Nullable String target;

  @Option(
      names = "--depth",
      paramLabel = "N",
      description = "How many levels below the first are printed. Default: all.")
  private int depth = Integer.MAX_VALUE;

  @Mixin private CommonOptions common = new CommonOptions();

  TreeCommand(Surroundings surroundings) {
    super(surroundings);
  }

  /** The tree of a target; the same on several targets. */
  private record Tree(List<Branch> branches, List<LockedFile> files) {
    long bytes() {
      return files.stream().mapToLong(LockedFile::size).sum();
    }
  }

  @Override
  boolean json() {
    return common.json();
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    if (depth < 0) {
      throw new CommandException(
          ExitCode.USAGE, "--depth " + depth + ": accepted is a number from 0 on");
    }
    Explained explained = Explained.find(around, preset, common.store(around));
    Terminal terminal = around.terminal();
    explained.outdated().ifPresent(terminal::say);
    Map<Target, Tree> trees = new LinkedHashMap<>();
    for (Target each : targets(explained)) {
      List<LockedFile> files =
          explained.lock().packages().stream()
              .flatMap(locked -> locked.fileFor(each).stream())
              .distinct()
              .toList();
      trees.put(each, new Tree(explained.graph(each).tree(depth), files));
    }
    if (common.json()) {
      terminal.print(json(explained, trees));
    } else {
      tell(terminal, explained, trees);
    }
    return ExitCode.OK;
  }

  private List<Target> targets(Explained explained) throws CommandException {
    List<Target> known = explained.lock().targets();
    List<Target> asked =
        known.stream().filter(each -> target == null || each.toString().equals(target)).toList();
    if (asked.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE,
          "--target " + target + ": the lock of " + explained.name() + " has " + known);
    }
    return asked;
  }

  private static void tell(Terminal terminal, Explained explained, Map<Target, Tree> trees) {
    Map<Target, List<String>> lines = new LinkedHashMap<>();
    trees.forEach((each, tree) -> {
      var drawn = new ArrayList<>(DependencyView.tree(tree.branches(), each));
      if (drawn.stream().anyMatch(line -> line.endsWith(DependencyView.ABOVE))) {
        drawn.add("(*) what it requires stands further up");
      }
      drawn.add(Amounts.count(tree.files().size(), "file") + ", " + Amounts.bytes(tree.bytes()));
      lines.put(each, List.copyOf(drawn));
    });
    DependencyView.byTarget(lines)
        .forEach((targets, drawn) -> {
          terminal.print(explained.name() + " " + targets);
          drawn.forEach(terminal::print);
        });
  }

  private static ObjectNode json(Explained explained, Map<Target, Tree> trees) {
    ObjectNode result = JSON.createObjectNode();
    result.put("event", "result").put("preset", explained.name());
    ArrayNode targets = result.putArray("targets");
    trees.forEach((target, tree) -> {
      ObjectNode node = targets.addObject().put("target", target.toString());
      node.put("files", tree.files().size()).put("bytes", tree.bytes());
      ArrayNode roots = node.putArray("tree");
      tree.branches().forEach(branch -> roots.add(json(branch, target)));
    });
    return result;
  }

  private static ObjectNode json(Branch branch, Target target) {
    ObjectNode node = JSON.createObjectNode();
    node.put("project", branch.locked().project().value());
    node.put("version", branch.locked().version().toString());
    branch.extras().forEach(extra -> node.withArray("extras").add(extra.value()));
    branch
        .locked()
        .fileFor(target)
        .ifPresent(file -> node.put("file", file.name().text()).put("bytes", file.size()));
    node.put("build", branch.build());
    branch.requirements().forEach(each -> node.withArray("requirements").add(each.toString()));
    branch.places().forEach(place -> node.withArray("places").add(place));
    node.put("requires_shown", branch.rest().name().toLowerCase(Locale.ROOT));
    ArrayNode children = node.putArray("requires");
    branch.children().forEach(child -> children.add(json(child, target)));
    return node;
  }
}
