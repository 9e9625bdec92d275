package dev.airlock.routing;

import dev.airlock.catalog.IndexKey;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.preset.Preset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The rules by which each project has one source: patterns claim projects for an index, an index
 * may be the default of all others, and patterns keep projects out. A claim goes before a default,
 * and what keeps out goes before both.
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

    boolean admits(IndexKey index, ProjectName project) {
      List<RoutedIndex> claimants = claimants(project);
      return (claimants.isEmpty() ? defaults() : claimants)
          .stream().anyMatch(each -> each.key().equals(index));
    }
  }

  private record Rule(RoutedIndex index, List<ProjectPattern> patterns, boolean isDefault) {
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
                .map(index -> new Rule(index.index(), index.projects(), index.isDefault()))
                .toList());
    return new Routing(List.of(table), settings.deny());
  }

  private static Table table(Preset preset) {
    return new Table(
        preset.indexes().stream()
            .map(index ->
                new Rule(
                    RoutedIndex.of(index.name(), index.url()),
                    index.projects().stream()
                        .map(project -> new ProjectPattern(project.value()))
                        .toList(),
                    index.isDefault()))
            .toList());
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
    List<RoutedIndex> indexes =
        claimants.isEmpty()
            ? distinct(tables.stream().flatMap(table -> table.defaults().stream()))
            : claimants;
    return switch (indexes.size()) {
      case 0 -> new Decision.Nowhere();
      case 1 -> new Decision.From(indexes.getFirst());
      default -> new Decision.Ambiguous(indexes);
    };
  }

  /**
   * Whether a project may come from an index that is named: one that claims it, or the default
   * where none does. Of several claimants each is admitted.
   */
  public boolean admits(IndexKey index, ProjectName project) {
    return denial(project).isEmpty()
        && tables.stream().anyMatch(table -> table.admits(index, project));
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

  /** Whether an index has all projects that none claims. */
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
