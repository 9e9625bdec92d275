package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.catalog.Catalog;
import dev.airlock.lock.Lock;
import dev.airlock.rehearsal.Finding;
import dev.airlock.rehearsal.Rehearsal;
import dev.airlock.rehearsal.Verdict;
import dev.airlock.store.Store;
import dev.airlock.sync.PresetBundle;
import dev.airlock.tool.terminal.Amounts;
import dev.airlock.tool.terminal.ProgressView;
import dev.airlock.tool.terminal.Terminal;
import dev.airlock.tool.terminal.Terminal.Verbosity;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code airlock check}: proves that an install from the store alone will succeed. */
@Command(
    name = "check",
    description =
        "Proves from the store alone, without network, that an install of a preset will succeed for"
            + " each of its targets: verifies every file, and solves the preset anew against what"
            + " is held.")
final class CheckCommand extends AirlockCommand {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Parameters(
      paramLabel = "PRESET",
      description = "The preset: its name, or the path of its folder.")
  private String preset = "";

  @Mixin private CommonOptions common = new CommonOptions();

  CheckCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return common.json();
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    Terminal terminal = around.terminal();
    long started = terminal.nanos().getAsLong();
    Verdict verdict;
    String name;
    try (Store store = Store.open(common.store(around))) {
      var catalog = new Catalog(store);
      var presets = new Presets(around);
      PresetBundle bundle = presets.anywhere(preset, catalog);
      name = bundle.preset().name();
      Optional<Lock> served = presets.lockInStore(bundle, catalog);
      Lock lock = lock(presets, bundle, served);
      try (ProgressView view = terminal.progress(common.verbosity(), common.json())) {
        verdict = new Rehearsal(store, catalog, bundle.preset(), lock, view).run();
        verdict = withPublication(verdict, bundle, lock, served);
      }
    }
    Duration took = Duration.ofNanos(terminal.nanos().getAsLong() - started);
    return tell(terminal, name, verdict, took);
  }

  private static Lock lock(Presets presets, PresetBundle bundle, Optional<Lock> served)
      throws IOException, CommandException {
    String name = bundle.preset().name();
    List<Lock> known =
        Stream.of(presets.lockInFolder(bundle), served).flatMap(Optional::stream).toList();
    if (known.isEmpty()) {
      throw new CommandException(
          ExitCode.PARTIAL,
          name
              + " has no lock, neither in its folder nor in the store: run `airlock sync "
              + name
              + "`");
    }
    Optional<Lock> fitting =
        known.stream().filter(lock -> lock.inputs().equals(bundle.inputs())).findFirst();
    if (fitting.isEmpty()) {
      throw new CommandException(
          ExitCode.PARTIAL,
          name
              + " was changed after it was locked: run `airlock sync "
              + name
              + "` where its indexes can be reached");
    }
    return fitting.get();
  }

  /** The verdict, with what is wrong about what the store serves of the preset. */
  private static Verdict withPublication(
      Verdict verdict, PresetBundle bundle, Lock lock, Optional<Lock> served) {
    if (served.isPresent() && served.get().equals(lock)) {
      return verdict;
    }
    String name = bundle.preset().name();
    var findings = new ArrayList<>(verdict.findings());
    findings.add(
        new Finding(
            Finding.Kind.MISSING,
            served.isPresent()
                ? "the store serves another lock of " + name
                : "the store does not serve " + name,
            List.of(),
            "run `airlock sync " + name + "` to publish this one"));
    return new Verdict(verdict.files(), verdict.bytes(), verdict.targets(), findings);
  }

  private ExitCode tell(Terminal terminal, String name, Verdict verdict, Duration took) {
    boolean holds = verdict.holds();
    if (common.json()) {
      terminal.print(json(name, verdict, holds));
    }
    for (Finding finding : verdict.findings()) {
      terminal.say(finding.kind().name().toLowerCase(Locale.ROOT) + ": " + finding);
    }
    if (!holds) {
      terminal.say(name + " does NOT hold: an install from this store would fail.");
      boolean damaged =
          verdict.findings().stream().anyMatch(finding -> finding.kind() == Finding.Kind.DAMAGED);
      return damaged ? ExitCode.VERIFICATION : ExitCode.PARTIAL;
    }
    if (common.verbosity() != Verbosity.QUIET && !common.json()) {
      terminal.say(
          name
              + " holds for "
              + String.join(", ", verdict.targets())
              + ": "
              + Amounts.count(verdict.files(), "file")
              + ", "
              + Amounts.bytes(verdict.bytes())
              + " verified in "
              + Amounts.time(took));
    }
    return ExitCode.OK;
  }

  private static ObjectNode json(String name, Verdict verdict, boolean holds) {
    ObjectNode result = JSON.createObjectNode();
    result.put("event", "result").put("preset", name).put("holds", holds);
    result.put("files", verdict.files()).put("bytes", verdict.bytes());
    verdict.targets().forEach(result.putArray("targets")::add);
    ArrayNode findings = result.putArray("findings");
    for (Finding finding : verdict.findings()) {
      ObjectNode node = findings.addObject();
      node.put("kind", finding.kind().name().toLowerCase(Locale.ROOT));
      node.put("what", finding.what()).put("remedy", finding.remedy());
      finding.wantedBy().forEach(node.withArray("wanted_by")::add);
    }
    return result;
  }
}
