package dev.airlock.readyset;

import dev.airlock.digest.Digest;
import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import dev.airlock.preset.Problems;
import dev.airlock.preset.RequirementLine;
import dev.airlock.readyset.ReadySet.Line;
import dev.airlock.readyset.ReadySet.Location;
import dev.airlock.readyset.ReadySet.NamedIndex;
import dev.airlock.readyset.ReadySet.Places;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Joins what a lock has for each target into one set: a version that not all targets have gets a
 * marker.
 */
final class TargetSets {
  private final List<Target> targets;
  private final Problems problems;
  private final Map<ProjectName, Map<Pin, List<Target>>> pins = new TreeMap<>();
  private final Map<ProjectName, NamedIndex> indexes = new TreeMap<>();

  /**
   * A version that a lock has.
   *
   * @param version the version
   * @param hashes the digests of its files; none where the lock does not state all of them
   */
  private record Pin(Version version, List<Digest> hashes) {
    /**
     * What the requirement admits: {@code ==1.0} would take {@code 1.0+cu118} where no hash says
     * that it is another file; where one does, the spelling of the version is left free.
     */
    SpecifierSet versions() {
      return hashes.isEmpty() ? SpecifierSet.only(version) : SpecifierSet.exactly(version);
    }
  }

  TargetSets(List<Target> targets, Problems problems) {
    this.targets = targets;
    this.problems = problems;
  }

  /** Adds a version for a target; an earlier one of the same project is reported. */
  void add(
      Target target,
      Table where,
      ProjectName project,
      Version version,
      List<Digest> hashes,
      NamedIndex index) {
    Map<Pin, List<Target>> known = pins.computeIfAbsent(project, _ -> new LinkedHashMap<>());
    if (known.values().stream().anyMatch(those -> those.contains(target))) {
      problems.add(
          where.place(),
          "",
          "another version of "
              + project
              + " is wanted on "
              + target
              + " too; one can be installed");
      return;
    }
    known.computeIfAbsent(new Pin(version, hashes), _ -> new ArrayList<>()).add(target);
    NamedIndex earlier = indexes.putIfAbsent(project, index);
    if (earlier != null && !earlier.isAt(index.url())) {
      problems.add(
          where.place(),
          "",
          project
              + " comes from "
              + earlier.url()
              + " on one target and from "
              + index.url()
              + " on another: a preset takes a project from one index, so sync the targets apart,"
              + " each with a --name");
    }
  }

  List<Line> lines() {
    var lines = new ArrayList<Line>();
    pins.forEach((project, versions) ->
        versions.forEach((pin, those) -> {
          Requirement requirement = new Requirement(project, pin.versions()).when(marker(those));
          refuseLikeness(project, those);
          lines.add(new Line(0, new RequirementLine(requirement, pin.hashes())));
        }));
    return lines;
  }

  private Marker marker(List<Target> those) {
    List<Marker> markers =
        those.stream().map(Target::marker).distinct().map(Marker::parse).toList();
    if (those.size() == targets.size()) {
      return Marker.always();
    }
    return markers.size() == 1 ? markers.getFirst() : new Marker.Any(markers);
  }

  /** The markers of targets are by the first two numbers of Python, and may be the same. */
  private void refuseLikeness(ProjectName project, List<Target> those) {
    for (Target target : those) {
      targets.stream()
          .filter(other -> !those.contains(other) && other.marker().equals(target.marker()))
          .findFirst()
          .ifPresent(other ->
              problems.add(
                  "",
                  "",
                  project
                      + " is not the same on "
                      + target
                      + " and "
                      + other
                      + ", which one preset cannot tell apart: sync these targets apart, each with"
                      + " a --name"));
    }
  }

  /**
   * PyPI, or else the index of most projects, is the default one; others have their projects.
   *
   * @param mirrors what is asked in place of them, by their addresses
   */
  Places places(Map<URI, URI> mirrors) {
    Map<URI, Long> counts =
        indexes.values().stream()
            .collect(Collectors.groupingBy(NamedIndex::url, TreeMap::new, Collectors.counting()));
    URI main =
        indexes.values().stream()
            .map(NamedIndex::url)
            .filter(NamedIndex.PYPI::isAt)
            .findFirst()
            .or(() ->
                counts.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey))
            .orElse(NamedIndex.PYPI.url());
    Map<ProjectName, NamedIndex> others = new TreeMap<>(indexes);
    others.values().removeIf(index -> index.isAt(main));
    return new Places(Optional.of(Location.simple(main)), others, List.of(), mirrors);
  }
}
