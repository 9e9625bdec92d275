package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.catalog.Catalog;
import dev.airlock.ledger.Note;
import dev.airlock.lock.Lock;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.PresetReader;
import dev.airlock.resolve.NoSolutionException;
import dev.airlock.store.Store;
import dev.airlock.sync.PresetBundle;
import dev.airlock.tool.terminal.ProgressView;
import dev.airlock.tool.terminal.Terminal;
import dev.airlock.upstream.PipConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * One run of {@code sync --wants}: each preset is synced with what was asked of it besides. What
 * nothing can be done about is named, and does not stop the rest.
 */
final class WantsRun {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PLACE = "wanted on site";

  private final Surroundings surroundings;
  private final CommonOptions common;
  private final IndexOptions indexes;
  private final SolveOptions solving;
  private final boolean fetches;
  private final Supplier<SyncRun> sync;
  private final Terminal terminal;
  private final ObjectNode result = JSON.createObjectNode().put("event", "result");
  private ExitCode worst = ExitCode.OK;

  WantsRun(
      Surroundings surroundings,
      CommonOptions common,
      IndexOptions indexes,
      SolveOptions solving,
      boolean fetches,
      Supplier<SyncRun> sync) {
    this.surroundings = surroundings;
    this.common = common;
    this.indexes = indexes;
    this.solving = solving;
    this.fetches = fetches;
    this.sync = sync;
    this.terminal = surroundings.terminal();
  }

  /**
   * Runs it.
   *
   * @param preset the preset that everything is added to; empty: each to that which it was asked of
   */
  ExitCode run(List<Note> notes, String preset) throws IOException, CommandException {
    if (notes.isEmpty()) {
      terminal.say("nothing is wanted");
    }
    for (Map.Entry<String, List<Note>> each : byPreset(notes, preset).entrySet()) {
      try {
        into(each.getKey(), Want.of(each.getValue()));
      } catch (CommandException e) {
        // The other presets are synced all the same.
        terminal.say("airlock: error: " + e.getMessage());
        endWith(e.exitCode());
      }
    }
    if (common.json()) {
      terminal.print(result.put("complete", worst == ExitCode.OK));
    }
    return worst;
  }

  private static Map<String, List<Note>> byPreset(List<Note> notes, String preset)
      throws CommandException {
    Map<String, List<Note>> byPreset = new TreeMap<>();
    var homeless = new ArrayList<String>();
    for (Note note : notes) {
      String name = preset.isEmpty() ? note.preset().orElse("") : preset;
      byPreset.computeIfAbsent(name, _ -> new ArrayList<>()).add(note);
      if (name.isEmpty() && !homeless.contains(note.project().value())) {
        homeless.add(note.project().value());
      }
    }
    if (!homeless.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE,
          "of no preset were wanted: "
              + String.join(", ", homeless)
              + ". Name the preset that they are to be added to: airlock sync PRESET --wants FILE");
    }
    return byPreset;
  }

  private void endWith(ExitCode code) {
    if (worst == ExitCode.OK) {
      worst = code;
    }
  }

  private void into(String name, List<Want> wants) throws IOException, CommandException {
    Path root = common.store(surroundings);
    var presets = new Presets(surroundings);
    PresetBundle bundle = presets.anywhere(name, root);
    Optional<Lock> earlier = earlier(presets, bundle, root);
    PipConfig pip = indexes.pipConfig(surroundings);
    Map<Want, String> refused = new LinkedHashMap<>();
    List<Want> added = wants;
    ExitCode code;
    try {
      code = sync.get().attempt(with(bundle, wants), earlier, pip);
    } catch (NoSolutionException | InvalidPresetException e) {
      added = possible(bundle, wants, earlier, pip, refused);
      code = added.isEmpty() ? ExitCode.PARTIAL : again(bundle, added, earlier, pip);
    }
    endWith(code);
    if (code == ExitCode.OK && fetches) {
      refuseFilesOfNoTarget(presets, bundle, added, refused);
    }
    tell(bundle, added, refused);
  }

  private static Optional<Lock> earlier(Presets presets, PresetBundle bundle, Path root)
      throws IOException, CommandException {
    if (bundle.source().directory().isPresent()) {
      return presets.lockInFolder(bundle);
    }
    try (Store store = Store.open(root)) {
      return presets.lockInStore(bundle, new Catalog(store));
    }
  }

  private static PresetBundle with(PresetBundle bundle, List<Want> wants)
      throws InvalidPresetException {
    return wants.isEmpty()
        ? bundle
        : bundle.requiring(wants.stream().map(Want::requirement).toList(), PLACE);
  }

  private ExitCode again(
      PresetBundle bundle, List<Want> wants, Optional<Lock> earlier, PipConfig pip)
      throws IOException, CommandException {
    try {
      return sync.get().attempt(with(bundle, wants), earlier, pip);
    } catch (NoSolutionException | InvalidPresetException e) {
      throw new CommandException(ExitCode.ERROR, bundle.preset().name() + ": " + e.getMessage());
    }
  }

  /**
   * The wants that fit together with the preset, tried one after the other; the reasons of the
   * others go to {@code refused}.
   *
   * @throws CommandException when the preset itself has no solution
   */
  private List<Want> possible(
      PresetBundle bundle,
      List<Want> wants,
      Optional<Lock> earlier,
      PipConfig pip,
      Map<Want, String> refused)
      throws IOException, CommandException {
    var possible = new ArrayList<Want>();
    try (ProgressView view = terminal.progress(common.verbosity(), common.json());
        Session session =
            Session.open(
                surroundings,
                common.store(surroundings),
                indexes,
                pip,
                bundle.preset(),
                false,
                view)) {
      solve(bundle, session, earlier);
      for (Want want : wants) {
        possible.add(want);
        try {
          solve(with(bundle, possible), session, earlier);
        } catch (NoSolutionException | InvalidPresetException e) {
          possible.removeLast();
          refused.put(want, String.valueOf(e.getMessage()));
        }
      }
      return possible;
    } catch (NoSolutionException e) {
      throw new CommandException(ExitCode.ERROR, bundle.preset().name() + ": " + e.getMessage());
    }
  }

  private void solve(PresetBundle bundle, Session session, Optional<Lock> earlier)
      throws IOException, CommandException, NoSolutionException {
    PresetBundle asOf =
        solving.excludeNewer(surroundings.clock()).map(bundle::excludingNewer).orElse(bundle);
    var _ = session.syncer().solve(asOf.preset(), session.sources(), earlier);
  }

  /** A version that was added may have other files than the one that was asked for. */
  private void refuseFilesOfNoTarget(
      Presets presets, PresetBundle bundle, List<Want> added, Map<Want, String> refused)
      throws IOException, CommandException {
    try (Store store = Store.open(common.store(surroundings))) {
      Optional<Lock> lock = presets.lockInStore(bundle, new Catalog(store));
      List<String> locked =
          lock.stream()
              .flatMap(each -> each.files().stream())
              .map(file -> file.name().text())
              .toList();
      for (Want want : added) {
        List<String> others =
            want.filenames().stream().filter(name -> !locked.contains(name)).toList();
        if (!others.isEmpty()) {
          refused.put(
              want,
              "no target of the preset takes "
                  + String.join(", ", others)
                  + "; the lock has other files of it: see `targets` in the preset");
        }
      }
    }
  }

  private void tell(PresetBundle bundle, List<Want> added, Map<Want, String> refused) {
    String name = bundle.preset().name();
    ObjectNode of = result.withObject("/presets").putObject(name);
    var lines = of.putArray("added");
    added.forEach(want -> lines.add(want.requirement().toString()));
    var others = of.putArray("refused");
    refused.forEach((want, reason) -> {
      others.addObject().put("wanted", want.requirement().toString()).put("reason", reason);
      terminal.say("not to be had for " + name + ": " + want.requirement() + ": " + reason);
    });
    if (!refused.isEmpty()) {
      endWith(ExitCode.PARTIAL);
    }
    if (!added.isEmpty() && !common.json()) {
      terminal.say("to keep what was added to " + name + ", " + where(bundle) + ":");
      added.forEach(want -> terminal.say("  " + want.requirement()));
    }
  }

  private static String where(PresetBundle bundle) {
    Optional<Path> directory = bundle.source().directory();
    if (directory.isEmpty()) {
      return "add these lines to "
          + bundle.preset().madeFrom().orElse("the requirements that it was made from");
    }
    Optional<String> named = PresetReader.requirementsFile(bundle.source().json());
    return "add these lines to "
        + directory.get().resolve(named.orElse(PresetReader.REQUIREMENTS))
        + (named.isPresent()
            ? ""
            : ", and \"requirements\": \"" + PresetReader.REQUIREMENTS + "\" to its preset.json");
  }
}
