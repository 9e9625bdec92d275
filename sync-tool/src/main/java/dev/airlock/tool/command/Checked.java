package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.catalog.Catalog;
import dev.airlock.lock.Lock;
import dev.airlock.progress.ProgressListener;
import dev.airlock.rehearsal.Finding;
import dev.airlock.rehearsal.Rehearsal;
import dev.airlock.rehearsal.Verdict;
import dev.airlock.store.Store;
import dev.airlock.sync.PresetBundle;
import dev.airlock.tool.terminal.Terminal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A preset with its lock, after an install of it was rehearsed.
 *
 * @param bundle the preset
 * @param lock the lock that fits it
 * @param verdict what the rehearsal found
 */
record Checked(PresetBundle bundle, Lock lock, Verdict verdict) {
  /**
   * Rehearses an install of a preset.
   *
   * @param nameOrPath the preset, in the store or in a folder
   * @throws CommandException when there is no such preset, or no lock that fits it
   */
  static Checked of(
      String nameOrPath, Presets presets, Store store, Catalog catalog, ProgressListener progress)
      throws IOException, CommandException {
    PresetBundle bundle = presets.anywhere(nameOrPath, catalog);
    Optional<Lock> served = presets.lockInStore(bundle, catalog);
    Lock lock = lock(presets, bundle, served);
    Verdict verdict = new Rehearsal(store, catalog, bundle.preset(), lock, progress).run();
    return new Checked(bundle, lock, withPublication(verdict, bundle, lock, served));
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

  String name() {
    return bundle.preset().name();
  }

  boolean holds() {
    return verdict.holds();
  }

  /** What a command ends with that needs it to hold. */
  ExitCode exitCode() {
    if (holds()) {
      return ExitCode.OK;
    }
    boolean damaged =
        verdict.findings().stream().anyMatch(finding -> finding.kind() == Finding.Kind.DAMAGED);
    return damaged ? ExitCode.VERIFICATION : ExitCode.PARTIAL;
  }

  /** Says what was found, and nothing when it holds. */
  void tellFindings(Terminal terminal) {
    for (Finding finding : verdict.findings()) {
      terminal.say(finding.kind().name().toLowerCase(Locale.ROOT) + ": " + finding);
    }
    if (!holds()) {
      terminal.say(name() + " does NOT hold: an install from this store would fail.");
    }
  }

  ObjectNode json() {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("event", "result").put("preset", name()).put("holds", holds());
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
