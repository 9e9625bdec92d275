package dev.airlock.readyset;

import com.fasterxml.jackson.databind.JsonNode;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.GroupName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.Problems;
import dev.airlock.preset.RequirementLine;
import dev.airlock.readyset.ReadySet.Line;
import dev.airlock.readyset.ReadySet.Places;
import dev.airlock.readyset.ReadySet.Rules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a {@code pyproject.toml}: the dependencies of the project, of the extras and of the
 * dependency groups that are asked for. The project itself is left out; its dependencies are
 * followed.
 *
 * @see <a
 *     href="https://packaging.python.org/en/latest/specifications/pyproject-toml/">pyproject.toml
 *     (PEP 621)</a>
 * @see <a
 *     href="https://packaging.python.org/en/latest/specifications/dependency-groups/">Dependency
 *     groups (PEP 735)</a>
 */
final class ProjectFile {
  private final Table document;
  private final Table project;
  private final Wanted wanted;
  private final Problems problems;
  private final Optional<ProjectName> name;
  private final Map<GroupName, String> groups = new LinkedHashMap<>();
  private final Set<Requirement> requirements = new LinkedHashSet<>();
  private final Set<GroupName> groupsDone = new HashSet<>();
  private final Map<ExtraName, String> extras = new LinkedHashMap<>();
  private final Set<ExtraName> extrasDone = new HashSet<>();
  private final Deque<Asked> asked = new ArrayDeque<>();

  private ProjectFile(Table document, Wanted wanted) {
    this.document = document;
    this.project = document.table("project");
    this.wanted = wanted;
    this.problems = document.problems();
    this.name = project.parsed("name", ProjectName::new);
  }

  static ReadySet read(Path file, Wanted wanted) throws IOException, InvalidPresetException {
    Table document = Table.read(file);
    return new ProjectFile(document, wanted).set();
  }

  private ReadySet set() throws InvalidPresetException {
    if (!document.has("project") && wanted.groups().isEmpty()) {
      problems.add(
          "project",
          "",
          document.table("tool").has("poetry")
              ? "it is missing: lock the project with Poetry, and name its poetry.lock"
              : "it is missing, and no --group is asked for");
    }
    if (project.texts("dynamic").contains("dependencies")) {
      project.refuse(
          "dynamic",
          "the dependencies are known only to the build of the project: lock it with its own tool,"
              + " and name the lock");
    }
    for (Target target : wanted.targets()) {
      project.requirePython("requires-python", text -> SpecifierSet.parse(text)::contains, target);
    }
    nameExtras();
    requireAll(project, "dependencies");
    wanted.extras().stream().sorted().forEach(extra -> extra(extra, "--extra " + extra));
    followExtras();
    nameGroups();
    wanted.groups().stream().sorted().forEach(group -> group(group, "--group " + group));
    followExtras();
    problems.throwIfAny();
    return new ReadySet(
        requirements.stream()
            .map(requirement -> new Line(0, new RequirementLine(requirement, List.of())))
            .toList(),
        List.of(),
        Places.USUAL,
        Rules.FOLLOWED,
        List.of());
  }

  private void requireAll(Table table, String key) {
    for (String text : table.texts(key)) {
      table
          .parsed(table.placeOf(key), text, RequirementLine::parse)
          .map(RequirementLine::requirement)
          .ifPresent(requirement -> require(requirement, table.placeOf(key)));
    }
  }

  /** Takes a requirement; one of the project itself stands for the extras it names. */
  private void require(Requirement requirement, String place) {
    if (name.isEmpty() || !requirement.project().equals(name.get())) {
      requirements.add(requirement);
      return;
    }
    requirement.extras().forEach(extra -> extra(extra, place));
  }

  /** An extra that is wanted, and where. */
  private record Asked(ExtraName extra, String place) {}

  private void extra(ExtraName extra, String place) {
    if (extrasDone.add(extra)) {
      asked.add(new Asked(extra, place));
    }
  }

  /** Takes what the extras asked for require, and the extras that these ask for. */
  private void followExtras() {
    Table table = project.table("optional-dependencies");
    while (!asked.isEmpty()) {
      Asked next = asked.remove();
      String key = extras.get(next.extra());
      if (key == null) {
        problems.add(
            next.place(),
            next.extra().value(),
            "the project has no such extra; it has " + extras.keySet());
      } else {
        requireAll(table, key);
      }
    }
  }

  private void nameExtras() {
    Table table = project.table("optional-dependencies");
    for (String key : table.keys()) {
      table
          .parsed(table.placeOf(key), key, ExtraName::new)
          .ifPresent(extra -> extras.putIfAbsent(extra, key));
    }
  }

  /** The groups by their normalised names; PEP 735 has no two of the same. */
  private void nameGroups() {
    Table table = document.table("dependency-groups");
    for (String key : table.keys()) {
      table
          .parsed(table.placeOf(key), key, GroupName::new)
          .map(group -> groups.putIfAbsent(group, key))
          .ifPresent(earlier ->
              problems.add(
                  table.placeOf(key), "", "it is the same name as '" + earlier + "', normalised"));
    }
  }

  /** A group that is being read, and what is left of it. */
  private record Open(GroupName group, String place, Iterator<JsonNode> rest) {}

  /** Takes a group with those it includes; each is read once, however often it is included. */
  private void group(GroupName wantedGroup, String place) {
    Deque<Open> open = new ArrayDeque<>();
    Set<GroupName> within = new HashSet<>();
    enter(wantedGroup, place, open, within);
    while (!open.isEmpty()) {
      Open current = open.element();
      if (current.rest().hasNext()) {
        entry(current.rest().next(), current.place(), open, within);
      } else {
        within.remove(open.remove().group());
      }
    }
  }

  private void enter(GroupName group, String place, Deque<Open> open, Set<GroupName> within) {
    String key = groups.get(group);
    if (key == null) {
      problems.add(
          place, group.value(), "the project has no such group; it has " + groups.keySet());
      return;
    }
    if (within.contains(group)) {
      problems.add(place, group.value(), "the group includes itself");
      return;
    }
    if (!groupsDone.add(group)) {
      return;
    }
    Table table = document.table("dependency-groups");
    String here = table.placeOf(key);
    JsonNode entries = table.node().path(key);
    if (!entries.isArray()) {
      problems.add(here, "", "it has to be a list, […]");
    }
    within.add(group);
    open.push(new Open(group, here, entries.elements()));
  }

  private void entry(JsonNode entry, String here, Deque<Open> open, Set<GroupName> within) {
    if (entry.isTextual()) {
      document
          .parsed(here, entry.asText(), RequirementLine::parse)
          .ifPresent(line -> require(line.requirement(), here));
    } else if (entry.isObject() && entry.size() == 1 && entry.path("include-group").isTextual()) {
      document
          .parsed(here, entry.path("include-group").asText(), GroupName::new)
          .ifPresent(included -> enter(included, here, open, within));
    } else {
      problems.add(
          here, entry.toString(), "accepted are requirements, and {include-group = \"NAME\"}");
    }
  }
}
