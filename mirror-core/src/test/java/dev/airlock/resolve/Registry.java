package dev.airlock.resolve;

import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.Version;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

/** Versions and requirements in a map. */
final class Registry implements Candidates {
  /** One version, and what it requires: under no extra, and under each. */
  record Entry(Candidate candidate, Map<Optional<ExtraName>, List<Requirement>> requires) {}

  private final Map<ProjectName, List<Entry>> projects = new LinkedHashMap<>();
  private int questions;

  /** Adds a version with its requirements; one that begins with {@code x:} is of the extra x. */
  Registry add(String project, String version, String... requirements) {
    return add(project, version, new Candidate.State.Usable(), requirements);
  }

  /** Adds a version in some state. */
  Registry add(String project, String version, Candidate.State state, String... requirements) {
    Map<Optional<ExtraName>, List<Requirement>> requires = new LinkedHashMap<>();
    for (String text : requirements) {
      int colon = text.indexOf(':');
      Optional<ExtraName> extra =
          colon < 0 ? Optional.empty() : Optional.of(new ExtraName(text.substring(0, colon)));
      requires
          .computeIfAbsent(extra, _ -> new ArrayList<>())
          .add(Requirement.parse(text.substring(colon + 1)));
    }
    projects
        .computeIfAbsent(new ProjectName(project), _ -> new ArrayList<>())
        .add(new Entry(new Candidate(Version.parse(version), state), requires));
    return this;
  }

  /** The same in another order. */
  Registry shuffled(Random random) {
    var shuffled = new Registry();
    List<ProjectName> names = new ArrayList<>(projects.keySet());
    Collections.shuffle(names, random);
    for (ProjectName name : names) {
      List<Entry> entries = new ArrayList<>(projects.getOrDefault(name, List.of()));
      Collections.shuffle(entries, random);
      shuffled.projects.put(name, entries);
    }
    return shuffled;
  }

  Map<ProjectName, List<Entry>> projects() {
    return projects;
  }

  /** How often it was asked what a version requires. */
  int questions() {
    return questions;
  }

  @Override
  public Listing list(ProjectName project) {
    List<Entry> entries = projects.get(project);
    return entries == null
        ? new Listing.Missing(Refusal.because("the registry has no project " + project))
        : new Listing.Found(entries.stream().map(Entry::candidate).toList());
  }

  @Override
  public Dependencies dependencies(
      ProjectName project, Version version, Optional<ExtraName> extra) {
    questions++;
    return new Dependencies.Known(requires(project, version, extra));
  }

  List<Requirement> requires(ProjectName project, Version version, Optional<ExtraName> extra) {
    return Objects.requireNonNull(projects.get(project)).stream()
        .filter(entry -> entry.candidate().version().equals(version))
        .findFirst()
        .orElseThrow()
        .requires()
        .getOrDefault(extra, List.of());
  }
}
