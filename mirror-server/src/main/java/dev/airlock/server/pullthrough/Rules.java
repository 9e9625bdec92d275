package dev.airlock.server.pullthrough;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.catalog.IndexKey;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.PresetSource;
import dev.airlock.routing.Decision;
import dev.airlock.routing.RoutedIndex;
import dev.airlock.routing.Routing;
import dev.airlock.routing.Settings;
import dev.airlock.sync.PresetBundle;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which project comes from where: the rules of the configuration, or else those of all presets that
 * are known, and beside them each preset's own for its own pages. Presets are read again after a
 * while, so that one that is added or changed counts without a restart.
 */
final class Rules {
  /** Where projects come from when nothing at all says it. */
  static final RoutedIndex PYPI = RoutedIndex.of("pypi", URI.create("https://pypi.org/simple/"));

  private static final Logger LOG = System.getLogger(Rules.class.getName());
  private static final Duration A_WHILE = Duration.ofSeconds(2);

  private final Catalog catalog;
  private final Settings settings;
  private final List<Path> folders;
  private final boolean ofPresets;
  private final List<RoutedIndex> beside;
  private final LongSupplier nanoTime;
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Known known;

  /** The rules as they were read at some time. */
  private record Known(Snapshot rules, long read) {}

  /**
   * Rules that are not read yet.
   *
   * @param folders where presets are
   * @param ofPresets whether presets say where projects come from; without it the configuration
   *     alone does
   * @param beside indexes of this machine that are searched beside those of presets
   */
  Rules(
      Catalog catalog,
      Settings settings,
      List<Path> folders,
      boolean ofPresets,
      List<RoutedIndex> beside,
      LongSupplier nanoTime) {
    this.catalog = catalog;
    this.settings = settings;
    this.folders = List.copyOf(folders);
    this.ofPresets = ofPresets;
    this.beside = List.copyOf(beside);
    this.nanoTime = nanoTime;
  }

  /**
   * The rules at a moment.
   *
   * @param configured whether a configuration says where projects come from
   * @param global the rules where no preset is named
   * @param presets the presets that are known, by name
   * @param ofPresets the rules of each of them
   */
  record Snapshot(
      boolean configured,
      Routing global,
      Map<String, PresetBundle> presets,
      Map<String, Routing> ofPresets) {

    /**
     * Whether a project may come from an index that is named: by the rules where no preset is
     * named, or by those of a preset. The default of a preset has what nobody claims; of what
     * somebody claims it has, unless that is the configuration, what the preset itself requires.
     */
    boolean admits(IndexKey index, ProjectName project) {
      if (denial(project).isPresent()) {
        return false;
      }
      boolean claimed = global.isClaimed(project);
      if (claimed ? global.claims(index, project) : global.admits(index, project)) {
        return true;
      }
      return ofPresets.entrySet().stream()
          .anyMatch(preset ->
              preset.getValue().claims(index, project)
                  || (preset.getValue().admits(index, project)
                      && (!claimed || (!configured && requires(preset.getKey(), project)))));
    }

    /**
     * The searches by which a project may turn out to come from an index, where it does not for
     * certain: by the same rules.
     */
    List<List<RoutedIndex>> searches(IndexKey index, ProjectName project) {
      boolean claimed = global.isClaimed(project);
      Stream<Routing> own =
          ofPresets.entrySet().stream()
              .filter(preset -> !claimed || (!configured && requires(preset.getKey(), project)))
              .map(Map.Entry::getValue);
      return Stream.concat(claimed ? Stream.of() : Stream.of(global), own)
          .flatMap(routing -> routing.searches(index, project).stream())
          .distinct()
          .toList();
    }

    private boolean requires(String preset, ProjectName project) {
      PresetBundle bundle = presets.get(preset);
      return bundle != null
          && bundle.preset().roots().stream()
              .anyMatch(root -> root.requirement().project().equals(project));
    }

    /** The rule that keeps a project out, wherever it comes from. */
    Optional<String> denial(ProjectName project) {
      return global.decide(project) instanceof Decision.Denied(String rule)
          ? Optional.of(rule)
          : Optional.empty();
    }

    /** Whether an index is a default of some rules. */
    boolean isDefault(IndexKey index) {
      return Stream.concat(Stream.of(global), ofPresets.values().stream())
          .anyMatch(routing -> routing.isDefault(index));
    }

    /** The projects that rules send to an index by their full names. */
    Set<ProjectName> named(IndexKey index) {
      var projects = new TreeSet<ProjectName>();
      Stream.concat(Stream.of(global), ofPresets.values().stream())
          .forEach(routing -> projects.addAll(routing.named(index)));
      return projects;
    }

    /** The indexes of all rules, each once. */
    List<RoutedIndex> indexes() {
      Map<IndexKey, RoutedIndex> all = new LinkedHashMap<>();
      Stream.concat(Stream.of(global), ofPresets.values().stream())
          .flatMap(routing -> routing.indexes().stream())
          .forEach(index -> all.putIfAbsent(index.key(), index));
      return List.copyOf(all.values());
    }
  }

  /** The rules now. */
  Snapshot now() throws IOException {
    Known last = known;
    if (last != null && nanoTime.getAsLong() - last.read() < A_WHILE.toNanos()) {
      return last.rules();
    }
    long began = nanoTime.getAsLong();
    Snapshot rules = read();
    known = new Known(rules, began);
    return rules;
  }

  private Snapshot read() throws IOException {
    Map<String, PresetBundle> presets = ofPresets ? presets() : Map.of();
    Map<String, Routing> routings = new TreeMap<>();
    presets.forEach((name, bundle) ->
        routings.put(name, Routing.of(bundle.preset()).searching(beside).denying(settings.deny())));
    boolean configured = !settings.indexes().isEmpty();
    Routing ofAll =
        presets.isEmpty()
            ? Routing.of(BUILT_IN)
            : Routing.of(presets.values().stream().map(PresetBundle::preset).toList());
    Routing global =
        configured ? Routing.of(settings) : ofAll.searching(beside).denying(settings.deny());
    return new Snapshot(configured, global, Map.copyOf(presets), Map.copyOf(routings));
  }

  private static final Settings BUILT_IN =
      new Settings(
          List.of(new Settings.Index(PYPI, List.of(), true)),
          List.of(),
          List.of(),
          Settings.USUAL_FRESHNESS);

  /** Those in folders, and those that are held and in no folder. */
  private Map<String, PresetBundle> presets() throws IOException {
    Map<String, PresetBundle> presets = new TreeMap<>();
    for (PresetSource source : sources()) {
      try {
        PresetBundle bundle = PresetBundle.read(source);
        Optional<HeldPreset> held = catalog.preset(source.folder());
        if (held.isEmpty() || bundle.isSameAs(held.get())) {
          presets.putIfAbsent(source.folder(), bundle);
        }
      } catch (InvalidPresetException e) {
        passOver(source.label(), e);
      }
    }
    return presets;
  }

  /** What is wrong with one preset does not keep the others from being served. */
  private void passOver(String label, Exception reason) {
    if (told.add(label + reason.getMessage())) {
      LOG.log(Level.WARNING, "the preset in {0} is passed over: {1}", label, reason.getMessage());
    }
  }

  private List<String> names(Path folder) {
    try {
      return PresetSource.names(folder);
    } catch (IOException e) {
      passOver(folder.toString(), e);
      return List.of();
    }
  }

  private List<PresetSource> sources() throws IOException {
    var sources = new ArrayList<PresetSource>();
    for (Path folder : folders) {
      for (String name : names(folder)) {
        try {
          sources.add(PresetSource.read(folder.resolve(name)));
        } catch (IOException e) {
          passOver(folder.resolve(name).toString(), e);
        }
      }
    }
    for (String name : catalog.presets()) {
      Optional<HeldPreset> held = catalog.preset(name);
      held.ifPresent(preset -> sources.add(PresetBundle.source(preset, "the store: " + name)));
    }
    return sources;
  }
}
