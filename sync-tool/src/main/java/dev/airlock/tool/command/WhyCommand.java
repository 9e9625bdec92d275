package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.catalog.Catalog;
import dev.airlock.lock.DependencyGraph.Chain;
import dev.airlock.lock.DependencyGraph.Step;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.store.Store;
import dev.airlock.sync.HeldOrigins;
import dev.airlock.tool.terminal.DependencyView;
import dev.airlock.tool.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code airlock why}: the chains by which a preset comes to want a project. */
@Command(
    name = "why",
    description =
        "Tells from the lock of a preset why a project is in it: one chain for every place of the"
            + " preset that wants it and every version that requires it, the shortest first.")
final class WhyCommand extends AirlockCommand {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHOWN = 10;

  @Parameters(
      index = "0",
      paramLabel = "PRESET",
      description = "The preset: its name, or the path of its folder.")
  private String preset = "";

  @Parameters(index = "1", paramLabel = "PROJECT", description = "The project.")
  private String project = "";

  @Option(names = "--all", description = "Print every chain, not the first " + SHOWN + " only.")
  private boolean all;

  @Mixin private CommonOptions common = new CommonOptions();

  WhyCommand(Surroundings surroundings) {
    super(surroundings);
  }

  /** Why a project is there; the same on several targets. */
  private record Answer(List<LockedPackage> locked, List<Chain> chains) {}

  /**
   * Where the files of a project are from: as it was recorded when they were fetched, or else the
   * declared address of their index.
   */
  private static SortedSet<String> origins(Explained explained, ProjectName wanted, Path root)
      throws IOException {
    var origins = new TreeSet<String>();
    if (Store.exists(root)) {
      try (Store store = Store.open(root)) {
        origins.addAll(
            HeldOrigins.of(new Catalog(store), explained.lock())
                .getOrDefault(wanted, Collections.emptySortedSet()));
      }
    }
    if (origins.isEmpty()) {
      explained.lock().of(wanted).forEach(locked -> origins.add(locked.index().toString()));
    }
    return origins;
  }

  @Override
  boolean json() {
    return common.json();
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    ProjectName wanted = wanted();
    Explained explained = Explained.find(around, preset, common.store(around));
    Terminal terminal = around.terminal();
    explained.outdated().ifPresent(terminal::say);
    if (explained.lock().of(wanted).isEmpty()) {
      throw new CommandException(ExitCode.ERROR, absent(explained, wanted));
    }
    Map<Target, Answer> answers = new LinkedHashMap<>();
    for (Target target : explained.lock().targets()) {
      List<LockedPackage> locked =
          explained.lock().of(wanted).stream().filter(each -> each.isFor(target)).toList();
      answers.put(target, new Answer(locked, explained.graph(target).chains(wanted)));
    }
    SortedSet<String> origins = origins(explained, wanted, common.store(around));
    if (common.json()) {
      ObjectNode result = json(explained, wanted, answers);
      origins.forEach(result.putArray("origins")::add);
      terminal.print(result);
    } else {
      DependencyView.byTarget(answers)
          .forEach((targets, answer) -> tell(terminal, wanted, targets, answer));
      terminal.print(wanted + " is from " + String.join(" and ", origins));
    }
    return ExitCode.OK;
  }

  private ProjectName wanted() throws CommandException {
    try {
      return new ProjectName(project);
    } catch (MalformedException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
  }

  private static String absent(Explained explained, ProjectName wanted) {
    return "the lock of "
        + explained.name()
        + " has no project "
        + wanted
        + (explained.bundle().preset().exclude().contains(wanted)
            ? ": the preset excludes it"
            : ": nothing in the preset requires it")
        + ". `airlock tree "
        + explained.name()
        + "` shows what is there.";
  }

  private int shown(List<Chain> chains) {
    return all ? chains.size() : Math.min(SHOWN, chains.size());
  }

  private void tell(Terminal terminal, ProjectName wanted, String targets, Answer answer) {
    terminal.print(DependencyView.versions(wanted, answer.locked()) + ", " + targets);
    for (Chain chain : answer.chains().subList(0, shown(answer.chains()))) {
      DependencyView.chain(chain).forEach(line -> terminal.print("  " + line));
    }
    int rest = answer.chains().size() - shown(answer.chains());
    if (rest > 0) {
      terminal.print("  … and " + rest + " more; --all prints them");
    }
    if (answer.chains().isEmpty() && !answer.locked().isEmpty()) {
      terminal.print("  nothing that the preset says today leads to it");
    }
  }

  private ObjectNode json(Explained explained, ProjectName wanted, Map<Target, Answer> answers) {
    ObjectNode result = JSON.createObjectNode();
    result.put("event", "result").put("preset", explained.name()).put("project", wanted.value());
    ArrayNode targets = result.putArray("targets");
    answers.forEach((target, answer) -> {
      ObjectNode node = targets.addObject().put("target", target.toString());
      ArrayNode versions = node.putArray("versions");
      answer.locked().forEach(locked -> versions.add(locked.version().toString()));
      ArrayNode chains = node.putArray("chains");
      int shown = shown(answer.chains());
      answer.chains().subList(0, shown).forEach(chain -> chains.add(json(chain)));
      node.put("more", answer.chains().size() - shown);
    });
    return result;
  }

  private static ObjectNode json(Chain chain) {
    ObjectNode node = JSON.createObjectNode().put("place", chain.root().place());
    node.put("requirement", chain.root().requirement().toString());
    node.set("leads_to", json(chain.first()));
    ArrayNode steps = node.putArray("steps");
    for (Step step : chain.steps()) {
      ObjectNode each = steps.addObject();
      each.set("from", json(step.from()));
      step.extra().ifPresent(extra -> each.put("extra", extra.value()));
      each.put("build", step.build()).put("requirement", step.requirement().toString());
      each.set("leads_to", json(step.to()));
    }
    return node;
  }

  private static ObjectNode json(LockedPackage locked) {
    return JSON.createObjectNode()
        .put("project", locked.project().value())
        .put("version", locked.version().toString());
  }
}
