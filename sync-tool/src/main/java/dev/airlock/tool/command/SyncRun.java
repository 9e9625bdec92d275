package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.files.DurableFiles;
import dev.airlock.files.FailureText;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockDifference;
import dev.airlock.lock.LockWriter;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.preset.PresetIndex;
import dev.airlock.progress.ProgressEvent;
import dev.airlock.resolve.NoSolutionException;
import dev.airlock.sync.IncompleteException;
import dev.airlock.sync.Plan;
import dev.airlock.sync.PresetBundle;
import dev.airlock.sync.SyncReport;
import dev.airlock.sync.Syncer;
import dev.airlock.tool.terminal.Amounts;
import dev.airlock.tool.terminal.LockChanges;
import dev.airlock.tool.terminal.ProgressView;
import dev.airlock.tool.terminal.Terminal;
import dev.airlock.tool.terminal.Terminal.Verbosity;
import dev.airlock.upstream.PipConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One run of {@code sync}, {@code up} or {@code lock}: the steps in their order, and what is said
 * of them.
 */
final class SyncRun {
  /** How far a run goes. */
  enum Extent {
    /** It prints what it would do. */
    PLAN,
    /** It writes the lock. */
    LOCK,
    /** It fetches what is missing. */
    FETCH
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Surroundings surroundings;
  private final CommonOptions common;
  private final IndexOptions indexes;
  private final Terminal terminal;
  private final Extent extent;
  private final SolveOptions solving;
  private final NameOptions names;
  private final boolean verify;
  private Optional<String> unwritten = Optional.empty();
  private Map<ProjectName, SortedSet<String>> recorded = Map.of();
  private Optional<LockDifference> difference = Optional.empty();

  SyncRun(
      Surroundings surroundings,
      CommonOptions common,
      IndexOptions indexes,
      Extent extent,
      SolveOptions solving,
      NameOptions names,
      boolean verify) {
    this.surroundings = surroundings;
    this.common = common;
    this.indexes = indexes;
    this.terminal = surroundings.terminal();
    this.extent = extent;
    this.solving = solving;
    this.names = names;
    this.verify = verify;
  }

  ExitCode run(String nameOrPath) throws IOException, CommandException {
    var presets = new Presets(surroundings);
    PresetBundle bundle = names.named(presets.inFolder(nameOrPath));
    Optional<Lock> earlier =
        bundle.source().directory().isPresent()
            ? presets.lockInFolder(bundle)
            : presets.lockInStore(bundle, common.store(surroundings));
    return run(bundle, earlier, indexes.pipConfig(surroundings));
  }

  /**
   * The same for a preset that was made from a file, whose earlier lock only the store can have.
   */
  ExitCode run(FromOptions.Made made) throws IOException, CommandException {
    var presets = new Presets(surroundings);
    presets.requireNoFolder(made.bundle());
    Optional<Lock> earlier = presets.lockInStore(made.bundle(), common.store(surroundings));
    made.set().notes().forEach(terminal::say);
    indexes.orElse(mirrors(made)).forEach(this::tellMirror);
    return run(made.bundle(), earlier, indexes.pipConfig(surroundings));
  }

  /** What a lock that was made through a mirror has asked, by the name of the index. */
  private static Map<String, URI> mirrors(FromOptions.Made made) {
    Map<URI, URI> asked = made.set().places().mirrors();
    Map<String, URI> mirrors = new TreeMap<>();
    for (PresetIndex index : made.bundle().preset().indexes()) {
      URI mirror = asked.get(index.url());
      if (mirror != null) {
        mirrors.put(index.name(), mirror);
      }
    }
    return mirrors;
  }

  private void tellMirror(String index, URI mirror) {
    terminal.say(
        "the index '"
            + index
            + "' is asked at "
            + mirror
            + "; to ask another place, pass --index "
            + index
            + "=ADDRESS");
  }

  private ExitCode run(PresetBundle described, Optional<Lock> known, PipConfig pip)
      throws IOException, CommandException {
    try {
      return attempt(described, known, pip);
    } catch (NoSolutionException e) {
      throw new CommandException(ExitCode.ERROR, described.preset().name() + ": " + e.getMessage());
    }
  }

  /**
   * The same for a preset that is at hand.
   *
   * @param known its earlier lock
   * @throws NoSolutionException when no set of versions fits; nothing was changed then
   */
  ExitCode attempt(PresetBundle described, Optional<Lock> known, PipConfig pip)
      throws IOException, CommandException, NoSolutionException {
    names.requireOwn(described, common.store(surroundings));
    long started = terminal.nanos().getAsLong();
    Optional<Instant> cutoff = solving.excludeNewer(surroundings.clock());
    PresetBundle bundle = cutoff.map(described::excludingNewer).orElse(described);
    boolean anew = solving.upgradesAll() && extent != Extent.LOCK;
    Optional<Lock> earlier = anew ? Optional.empty() : known;
    Set<ProjectName> upgraded = solving.upgraded(earlier, bundle.preset().name());
    Path store = common.store(surroundings);
    SyncReport report;
    try (ProgressView view = terminal.progress(common.verbosity(), common.json());
        Session session =
            Session.open(surroundings, store, indexes, pip, bundle.preset(), verify, view)) {
      report = steps(bundle, earlier, upgraded, session, view);
      recorded = session.syncer().origins(report.lock());
    }
    Duration took = Duration.ofNanos(terminal.nanos().getAsLong() - started);
    if (extent == Extent.LOCK && report.isComplete()) {
      difference = Optional.of(LockDifference.between(earlier, report.lock()));
    }
    ExitCode code =
        extent == Extent.PLAN ? tellPlan(report.plan()) : tell(bundle, report, store, took);
    if (extent != Extent.LOCK && report.solved() && report.isComplete()) {
      earlier.ifPresent(lock -> tellGone(bundle, lock, report.plan()));
    }
    return code;
  }

  /** Whether a lock can be taken as it stands. */
  private boolean holds(Lock lock, PresetBundle bundle, Set<ProjectName> upgraded)
      throws CommandException {
    boolean sameCutoff =
        solving.excludeNewer(surroundings.clock()).isEmpty()
            || lock.excludeNewer().equals(bundle.preset().excludeNewer());
    return extent != Extent.LOCK
        && upgraded.isEmpty()
        && sameCutoff
        && lock.inputs().equals(bundle.inputs());
  }

  private Syncer.Solved solve(
      PresetBundle bundle, Optional<Lock> earlier, Set<ProjectName> upgraded, Session session)
      throws IOException, NoSolutionException {
    Syncer syncer = session.syncer();
    return upgraded.isEmpty()
        ? syncer.solve(
            bundle.preset(), session.sources(), solving.upgradesAll() ? Optional.empty() : earlier)
        : syncer.upgrade(bundle.preset(), session.sources(), earlier.orElseThrow(), upgraded);
  }

  private SyncReport steps(
      PresetBundle bundle,
      Optional<Lock> earlier,
      Set<ProjectName> upgraded,
      Session session,
      ProgressView view)
      throws IOException, NoSolutionException, CommandException {
    Syncer syncer = session.syncer();
    boolean holds = earlier.isPresent() && holds(earlier.get(), bundle, upgraded);
    Lock lock;
    Plan plan;
    Plan asFound;
    if (holds) {
      lock = earlier.get();
      plan = syncer.plan(lock, session.sources());
      asFound = plan;
    } else {
      view.on(
          new ProgressEvent.Note(
              "solving " + bundle.preset().name() + " for " + bundle.preset().targets()));
      Syncer.Solved solved = solve(bundle, earlier, upgraded, session);
      plan = syncer.plan(solved);
      asFound = plan;
      if (extent == Extent.PLAN) {
        return new SyncReport(unlocked(bundle), true, plan, List.of());
      }
      requireSpace(plan);
      try {
        lock = syncer.lock(bundle, solved, plan);
      } catch (IncompleteException e) {
        return new SyncReport(unlocked(bundle), true, asFound, e.failures());
      }
      writeLock(bundle, lock);
      plan = syncer.refreshed(plan);
    }
    List<SyncReport.Failure> failures = List.of();
    if (extent == Extent.FETCH) {
      requireSpace(plan);
      failures = syncer.fetch(lock, plan);
      if (failures.isEmpty()) {
        failures = syncer.publish(bundle, lock, plan);
      }
    }
    return new SyncReport(lock, !holds, extent == Extent.LOCK ? plan : asFound, failures);
  }

  private static Lock unlocked(PresetBundle bundle) {
    return new Lock(bundle.preset().name(), bundle.inputs(), bundle.preset().targets(), List.of());
  }

  private static void requireSpace(Plan plan) throws CommandException {
    if (!plan.fits()) {
      throw new CommandException(
          ExitCode.NO_SPACE,
          "the store's disk has "
              + Amounts.bytes(plan.freeBytes())
              + " left and "
              + Amounts.bytes(plan.missingBytes())
              + " are to be fetched: free some, or name another store with --store. Nothing was"
              + " fetched.");
    }
  }

  private void writeLock(PresetBundle bundle, Lock lock) {
    Optional<Path> file =
        bundle.source().directory().map(directory -> directory.resolve(Lock.FILE));
    if (file.isEmpty()) {
      return;
    }
    try {
      DurableFiles.write(file.get(), LockWriter.write(lock).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      unwritten =
          Optional.of("the lock cannot be written to " + file.get() + ": " + FailureText.of(e));
    }
  }

  // --- what is said

  private ExitCode tellPlan(Plan plan) {
    if (common.json()) {
      ObjectNode result = JSON.createObjectNode();
      ArrayNode files = result.put("event", "plan").putArray("files");
      plan.items()
          .forEach(item -> {
            ObjectNode file = files.addObject();
            file.put("file", item.file().name().text());
            file.put("project", item.project().value());
            file.put("version", item.version().toString());
            item.size().ifPresent(size -> file.put("size", size));
            file.put("held", item.held());
          });
      result.put("missing_bytes", plan.missingBytes()).put("held_bytes", plan.heldBytes());
      result.put("free_bytes", plan.freeBytes()).put("fits", plan.fits());
      terminal.print(result);
    } else {
      for (Plan.Item item : plan.items()) {
        terminal.print(
            "%-5s %10s  %s"
                .formatted(
                    item.held() ? "held" : "fetch",
                    item.size().isPresent() ? Amounts.bytes(item.size().getAsLong()) : "?",
                    item.file().name().text()));
      }
      terminal.say(
          Amounts.count(plan.missing().size(), "file")
              + " ("
              + Amounts.bytes(plan.missingBytes())
              + ") to fetch, "
              + plan.held().size()
              + " held ("
              + Amounts.bytes(plan.heldBytes())
              + "); free on the store's disk: "
              + Amounts.bytes(plan.freeBytes()));
    }
    return plan.fits() ? ExitCode.OK : ExitCode.NO_SPACE;
  }

  private ExitCode tell(PresetBundle bundle, SyncReport report, Path store, Duration took) {
    if (common.json()) {
      terminal.print(json(bundle, report, store, took));
    } else {
      difference.ifPresent(found -> LockChanges.lines(found).forEach(terminal::print));
    }
    for (SyncReport.Failure failure : report.failures()) {
      terminal.say(
          "missing: "
              + failure.file()
              + ", wanted by "
              + String.join(", ", failure.wantedBy())
              + ": "
              + failure.reason());
    }
    if (report.solved()) {
      tellIndistinct(report.lock());
    }
    unwritten.ifPresent(trouble -> terminal.say("airlock: " + trouble + "; only the store has it"));
    if (!report.isComplete()) {
      terminal.say(
          bundle.preset().name()
              + " is NOT complete: "
              + Amounts.count(report.failures().size(), "file")
              + " of "
              + report.plan().items().size()
              + " could not be had. What was fetched is kept; run the same command again to go"
              + " on.");
      return ExitCode.PARTIAL;
    }
    if (common.verbosity() != Verbosity.QUIET && !common.json()) {
      tellSuccess(bundle, report, store, took);
    }
    return extent == Extent.LOCK && unwritten.isPresent() ? ExitCode.ERROR : ExitCode.OK;
  }

  /** What the earlier lock had, and the preset as it is now does not want. */
  private void tellGone(PresetBundle bundle, Lock earlier, Plan plan) {
    Set<ProjectName> wanted =
        plan.items().stream().map(Plan.Item::project).collect(Collectors.toSet());
    List<String> gone =
        earlier.packages().stream()
            .filter(locked -> !wanted.contains(locked.project()))
            .map(locked -> locked.project() + " " + locked.version())
            .distinct()
            .toList();
    if (!gone.isEmpty() && common.verbosity() != Verbosity.QUIET) {
      terminal.say(
          "no longer wanted by "
              + bundle.preset().name()
              + ", though its earlier lock has it: "
              + String.join(", ", gone));
    }
  }

  private void tellIndistinct(Lock lock) {
    lock.indistinct()
        .forEach((project, versions) ->
            terminal.say(
                "airlock: warning: no marker tells the targets of "
                    + project
                    + " "
                    + versions.stream()
                        .map(locked ->
                            locked.version() + " (" + String.join(", ", locked.targets()) + ")")
                        .collect(Collectors.joining(" and "))
                    + " apart, so installers refuse pylock.toml there; install from the preset's"
                    + " index instead"));
  }

  private void tellSuccess(PresetBundle bundle, SyncReport report, Path store, Duration took) {
    Plan plan = report.plan();
    places(report)
        .forEach((place, projects) -> terminal.say("from " + place + ": " + projects(projects)));
    if (extent == Extent.LOCK) {
      terminal.say(
          bundle.preset().name()
              + ": locked "
              + Amounts.count(plan.items().size(), "file")
              + " in "
              + Amounts.time(took));
      return;
    }
    terminal.say(
        bundle.preset().name()
            + " is complete: "
            + Amounts.count(plan.items().size(), "file")
            + ", "
            + Amounts.bytes(plan.missingBytes() + plan.heldBytes())
            + "; fetched "
            + plan.missing().size()
            + " ("
            + Amounts.bytes(plan.missingBytes())
            + "), reused "
            + plan.held().size()
            + " ("
            + Amounts.bytes(plan.heldBytes())
            + "), in "
            + Amounts.time(took));
    terminal.say("store: " + store);
    if (unwritten.isEmpty()) {
      terminal.say(
          "lock: " + (report.solved() ? "solved and written" : "as it was") + where(bundle));
    }
  }

  private static String where(PresetBundle bundle) {
    return bundle
        .source()
        .directory()
        .map(directory -> ", " + directory.resolve(Lock.FILE))
        .orElse("");
  }

  private String projects(List<String> projects) {
    int shown = common.verbosity() == Verbosity.VERBOSE ? projects.size() : 8;
    return projects.size() <= shown
        ? String.join(" ", projects)
        : String.join(" ", projects.subList(0, shown)) + " … (" + projects.size() + ")";
  }

  /**
   * Where the locked projects are from: as it was recorded when their files were fetched. Of those
   * that are not held, the place that has them now, or else their declared index.
   */
  private Map<ProjectName, SortedSet<String>> origins(SyncReport report) {
    Map<ProjectName, SortedSet<String>> origins = new TreeMap<>(recorded);
    for (LockedPackage locked : report.lock().packages()) {
      URI place = report.plan().origins().getOrDefault(locked.project(), locked.index());
      origins.computeIfAbsent(locked.project(), _ -> new TreeSet<>(Set.of(place.toString())));
    }
    return origins;
  }

  private Map<String, List<String>> places(SyncReport report) {
    Map<String, List<String>> places = new TreeMap<>();
    origins(report)
        .forEach((project, origins) ->
            origins.forEach(origin ->
                places.computeIfAbsent(origin, _ -> new ArrayList<>()).add(project.value())));
    return places;
  }

  private ObjectNode json(PresetBundle bundle, SyncReport report, Path store, Duration took) {
    ObjectNode result = JSON.createObjectNode();
    result
        .put("event", "result")
        .put("preset", bundle.preset().name())
        .put("complete", report.isComplete());
    result
        .put("store", store.toString())
        .put("solved", report.solved())
        .put("seconds", took.toMillis() / 1000.0);
    result.put("files", report.plan().items().size());
    String missing = extent == Extent.LOCK ? "missing" : "fetched";
    String held = extent == Extent.LOCK ? "held" : "reused";
    result
        .put(missing + "_files", report.plan().missing().size())
        .put(missing + "_bytes", report.plan().missingBytes());
    result
        .put(held + "_files", report.plan().held().size())
        .put(held + "_bytes", report.plan().heldBytes());
    ObjectNode places = result.putObject("origins");
    origins(report)
        .forEach((project, origins) -> places.put(project.value(), String.join(" ", origins)));
    difference.ifPresent(found -> result.set("difference", LockChanges.json(found)));
    ArrayNode failures = result.putArray("failures");
    for (SyncReport.Failure failure : report.failures()) {
      ObjectNode node = failures.addObject();
      node.put("file", failure.file()).put("reason", failure.reason());
      failure.wantedBy().forEach(node.withArray("wanted_by")::add);
    }
    return result;
  }
}
