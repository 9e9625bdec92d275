package dev.airlock.routing;

import dev.airlock.catalog.IndexKey;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.preset.IndexFormat;
import dev.airlock.preset.Preset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rules by which each project has one source: patterns claim projects for an index, other
 * indexes are searched in their order for what nobody claims, an index may be the default of all
 * that none has, and patterns keep projects out. A claim goes before a search, and what keeps out
 * goes before both.
 */
public final class Routing {
  private final List<Table> tables;
  private final List<ProjectPattern> denied;

  /** The rules that belong together: those of one preset, or of one configuration file. */
  private record Table(List<Rule> rules) {
    Table {
      rules = List.copyOf(rules);
    }

    List<RoutedIndex> claimants(ProjectName project) {
      return rules.stream().filter(rule -> rule.claims(project)).map(Rule::index).toList();
    }

    List<RoutedIndex> defaults() {
      return rules.stream().filter(Rule::isDefault).map(Rule::index).toList();
    }

    List<RoutedIndex> searched() {
      return rules.stream()
          .filter(rule -> rule.isSearched() && !rule.isDefault())
          .map(Rule::index)
          .toList();
    }

    /** What is asked for a project that nobody claims, in this order. */
    List<RoutedIndex> search() {
      return distinct(Stream.concat(searched().stream(), defaults().stream()));
    }

    /** Whether a project comes from an index whatever the indexes have. */
    boolean admits(IndexKey index, ProjectName project) {
      List<RoutedIndex> claimants = claimants(project);
      List<RoutedIndex> indexes = claimants.isEmpty() ? search() : claimants;
      return (!claimants.isEmpty() || indexes.size() == 1) && has(indexes, index);
    }

    /** The search by which a project may turn out to come from an index. */
    Optional<List<RoutedIndex>> search(IndexKey index, ProjectName project) {
      List<RoutedIndex> search = search();
      return search.size() > 1 && has(search, index) && claimants(project).isEmpty()
          ? Optional.of(search)
          : Optional.empty();
    }

    Table with(List<RoutedIndex> more) {
      Set<IndexKey> known =
          rules.stream()
              .filter(rule -> rule.isSearched() || rule.isDefault())
              .map(rule -> rule.index().key())
              .collect(Collectors.toSet());
      boolean asksNoIndex =
          !defaults().isEmpty()
              && defaults().stream().allMatch(index -> index.format() == IndexFormat.FLAT);
      var all = new ArrayList<>(rules);
      more.stream()
          .filter(index -> !known.contains(index.key()))
          .filter(index -> !asksNoIndex || index.format() == IndexFormat.FLAT)
          .forEach(index -> all.add(new Rule(index, List.of(), true, false)));
      return new Table(all);
    }
  }

  private static boolean has(List<RoutedIndex> indexes, IndexKey key) {
    return indexes.stream().anyMatch(index -> index.key().equals(key));
  }

  private record Rule(
      RoutedIndex index, List<ProjectPattern> patterns, boolean isSearched, boolean isDefault) {
    boolean claims(ProjectName project) {
      return patterns.stream().anyMatch(pattern -> pattern.matches(project));
    }
  }

  private Routing(List<Table> tables, List<ProjectPattern> denied) {
    this.tables = List.copyOf(tables);
    this.denied = List.copyOf(denied);
  }

  /** The rules of a preset. */
  public static Routing of(Preset preset) {
    return of(List.of(preset));
  }

  /**
   * The rules of several presets together. A claim of one preset goes before the default of
   * another; presets that claim a project for different indexes make it ambiguous. Each preset's
   * own index stays admitted.
   */
  public static Routing of(Collection<Preset> presets) {
    return new Routing(presets.stream().map(Routing::table).toList(), List.of());
  }

  /** The rules of a configuration file; without any index, every project comes from nowhere. */
  public static Routing of(Settings settings) {
    var table =
        new Table(
            settings.indexes().stream()
                .map(index ->
                    new Rule(
                        index.index(), index.projects(), index.isSearched(), index.isDefault()))
                .toList());
    return new Routing(List.of(table), settings.deny());
  }

  private static Table table(Preset preset) {
    return new Table(
        preset.indexes().stream()
            .map(index ->
                new Rule(
                    RoutedIndex.of(
                        index.name(), index.url(), index.format(), preset.forbiddenMeansAbsent()),
                    index.projects().stream()
                        .map(project -> new ProjectPattern(project.value()))
                        .toList(),
                    index.isSearched(),
                    index.isDefault()))
            .toList());
  }

  /**
   * The same rules, with more indexes that are searched for what nobody claims: after the other
   * searched ones, and before the default. Where the default is flat, which is what a requirements
   * file with {@code --no-index} makes, only those that are flat, too.
   */
  public Routing searching(List<RoutedIndex> more) {
    return new Routing(tables.stream().map(table -> table.with(more)).toList(), denied);
  }

  /** The same rules, with more projects kept out. */
  public Routing denying(List<ProjectPattern> more) {
    return new Routing(tables, Stream.concat(denied.stream(), more.stream()).toList());
  }

  /** Where a project comes from when no index is named. */
  public Decision decide(ProjectName project) {
    Optional<ProjectPattern> rule = denial(project);
    if (rule.isPresent()) {
      return new Decision.Denied(rule.get().text());
    }
    List<RoutedIndex> claimants =
        distinct(tables.stream().flatMap(table -> table.claimants(project).stream()));
    return claimants.isEmpty() ? unclaimed() : among(claimants);
  }

  private static Decision among(List<RoutedIndex> indexes) {
    return switch (indexes.size()) {
      case 0 -> new Decision.Nowhere();
      case 1 -> new Decision.From(indexes.getFirst());
      default -> new Decision.Ambiguous(indexes);
    };
  }

  /**
   * Where a project comes from that nobody claims: of several tables, which agree on the default,
   * all searched indexes are asked before it.
   */
  private Decision unclaimed() {
    List<RoutedIndex> search = order();
    List<RoutedIndex> defaults =
        distinct(tables.stream().flatMap(table -> table.defaults().stream()));
    return search.size() <= 1 || defaults.size() > 1 ? among(search) : new Decision.Search(search);
  }

  /** What is asked for projects that nobody claims, in this order; a default comes last. */
  public List<RoutedIndex> order() {
    List<RoutedIndex> defaults =
        distinct(tables.stream().flatMap(table -> table.defaults().stream()));
    Stream<RoutedIndex> searched =
        tables.stream()
            .flatMap(table -> table.searched().stream())
            .filter(index -> !has(defaults, index.key()));
    return distinct(Stream.concat(searched, defaults.stream()));
  }

  /**
   * Whether a project may come from an index that is named, whatever the indexes have: one that
   * claims it, or the default where none does and no other is searched. Of several claimants each
   * is admitted.
   */
  public boolean admits(IndexKey index, ProjectName project) {
    return denial(project).isEmpty()
        && tables.stream().anyMatch(table -> table.admits(index, project));
  }

  /** The searches by which a project that nobody claims may turn out to come from an index. */
  public List<List<RoutedIndex>> searches(IndexKey index, ProjectName project) {
    return denial(project).isPresent()
        ? List.of()
        : tables.stream()
            .flatMap(table -> table.search(index, project).stream())
            .distinct()
            .toList();
  }

  /** Whether an index claims a project. */
  public boolean isClaimed(ProjectName project) {
    return tables.stream().anyMatch(table -> !table.claimants(project).isEmpty());
  }

  /** Whether an index claims a project, rather than to have it as the default. */
  public boolean claims(IndexKey index, ProjectName project) {
    return tables.stream()
        .flatMap(table -> table.claimants(project).stream())
        .anyMatch(each -> each.key().equals(index));
  }

  /** The indexes, each once, in the order of the rules. */
  public List<RoutedIndex> indexes() {
    return distinct(tables.stream().flatMap(table -> table.rules().stream()).map(Rule::index));
  }

  /** Whether an index has all projects that none claims and no other has. */
  public boolean isDefault(IndexKey index) {
    return tables.stream()
        .flatMap(table -> table.defaults().stream())
        .anyMatch(each -> each.key().equals(index));
  }

  /** The projects that an index claims by their full names. */
  public List<ProjectName> named(IndexKey index) {
    return tables.stream()
        .flatMap(table -> table.rules().stream())
        .filter(rule -> rule.index().key().equals(index))
        .flatMap(rule -> rule.patterns().stream())
        .filter(pattern -> !pattern.text().contains("*"))
        .map(pattern -> new ProjectName(pattern.text()))
        .distinct()
        .toList();
  }

  private Optional<ProjectPattern> denial(ProjectName project) {
    return denied.stream().filter(pattern -> pattern.matches(project)).findFirst();
  }

  /** Presets may call one index by different names: the first counts. */
  private static List<RoutedIndex> distinct(Stream<RoutedIndex> indexes) {
    Map<IndexKey, RoutedIndex> byKey = new LinkedHashMap<>();
    indexes.forEach(index -> byKey.putIfAbsent(index.key(), index));
    return new ArrayList<>(byKey.values());
  }
}
