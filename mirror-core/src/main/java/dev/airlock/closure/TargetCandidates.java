package dev.airlock.closure;

import dev.airlock.archive.SdistMetadata;
import dev.airlock.closure.FileChoice.Choice;
import dev.airlock.closure.FileChoice.Purpose;
import dev.airlock.index.IndexFile;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.metadata.CoreMetadata;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Installer;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import dev.airlock.preset.DependencyMetadata;
import dev.airlock.preset.Preset;
import dev.airlock.resolve.Candidate;
import dev.airlock.resolve.Candidates;
import dev.airlock.resolve.Dependencies;
import dev.airlock.resolve.Listing;
import dev.airlock.resolve.Refusal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * The world of the solver for one preset and target: pages and metadata, with the rules of the
 * preset applied.
 */
final class TargetCandidates implements Candidates, AutoCloseable {
  /**
   * After so many versions of a project were looked at in vain, the next ones are asked for at
   * once.
   */
  private static final int MANY_TRIED = 5;

  private static final int NEXT_AT_MOST = 50;

  private final Preset preset;
  private final Target target;
  private final PackageSource source;
  private final FileChoice choice;
  private final boolean followsDependencies;
  private final Memo<ProjectName, Listed> listed = new Memo<>(this::look);
  private final Map<ProjectName, Set<Version>> tried = new HashMap<>();
  private final Ahead ahead;

  /** The versions of a project, with the file that was chosen of each. */
  private record Listed(Listing listing, Map<Version, Choice> choices) {}

  /** What is known of the file that was chosen of a version. */
  record Known(
      IndexFile file,
      SpecifierSet requiresPython,
      List<Requirement> requires,
      List<Requirement> buildRequires) {}

  /**
   * The world of a solver.
   *
   * @param executor runs what is asked for ahead
   */
  TargetCandidates(
      Preset preset, Target target, PackageSource source, Executor executor, Purpose purpose) {
    this.preset = preset;
    this.target = target;
    this.source = source;
    this.choice = new FileChoice(preset, target, purpose);
    this.followsDependencies = purpose == Purpose.BUILD || !preset.noDependencies();
    this.ahead = new Ahead(executor, new Road());
  }

  /** What the solver would be led to, if each project came in its newest version. */
  private final class Road implements Ahead.Guide {
    @Override
    public Optional<Version> likely(ProjectName project) throws IOException {
      return listed.get(project).listing() instanceof Listing.Found(List<Candidate> candidates, _)
          ? candidates.stream()
              .filter(candidate -> candidate.state() instanceof Candidate.State.Usable)
              .map(Candidate::version)
              .filter(version -> !version.isPrerelease())
              .max(Comparator.naturalOrder())
          : Optional.empty();
    }

    @Override
    public IndexFile file(ProjectName project, Version version) throws IOException {
      return TargetCandidates.this.file(project, version);
    }

    @Override
    public List<ProjectName> requires(IndexFile file) throws IOException {
      return dependencies(file, Optional.empty())
              instanceof Dependencies.Known(List<Requirement> known)
          ? known.stream().map(Requirement::project).distinct().toList()
          : List.of();
    }
  }

  @Override
  public Listing list(ProjectName project) throws IOException {
    return listed.get(project).listing();
  }

  private Listed look(ProjectName project) throws IOException {
    return switch (source.page(project)) {
      case PageLookup.Missing(String reason) ->
          new Listed(
              new Listing.Missing(
                  Refusal.because(
                      reason,
                      "look at the spelling of "
                          + project
                          + ", and at which index has it (`indexes`, `projects`)")),
              Map.of());
      case PageLookup.Found(ProjectPage page, String where) -> {
        Map<Version, Choice> choices = choice.choose(page);
        List<Candidate> candidates =
            choices.entrySet().stream()
                .map(entry -> candidate(entry.getKey(), entry.getValue()))
                .toList();
        yield new Listed(new Listing.Found(candidates, where), choices);
      }
    };
  }

  private static Candidate candidate(Version version, Choice choice) {
    return switch (choice) {
      case Choice.None(Refusal refusal) ->
          new Candidate(version, new Candidate.State.Unusable(refusal));
      case Choice.Chosen(IndexFile file) ->
          switch (file.yanked()) {
            case Yanked.No() -> Candidate.usable(version);
            case Yanked.Because(String reason) ->
                new Candidate(version, new Candidate.State.Yanked(reason));
          };
    };
  }

  @Override
  public void expect(Collection<ProjectName> projects) {
    ahead.to(projects);
  }

  @Override
  public void expect(ProjectName project, Version version) throws IOException {
    ahead.to(project, version);
  }

  /** Goes no further ahead. */
  @Override
  public void close() {
    ahead.close();
  }

  @Override
  public Dependencies dependencies(ProjectName project, Version version, Optional<ExtraName> extra)
      throws IOException {
    expectOlder(project, version);
    return dependencies(file(project, version), extra);
  }

  /** Asks for the versions that will probably be tried next, once many were tried in vain. */
  private void expectOlder(ProjectName project, Version version) throws IOException {
    Set<Version> versions = tried.computeIfAbsent(project, _ -> new HashSet<>());
    boolean wasNew = versions.add(version);
    if (!wasNew || versions.size() % MANY_TRIED != 0) {
      return;
    }
    List<Version> next =
        listed.get(project).choices().entrySet().stream()
            .filter(entry -> entry.getValue() instanceof Choice.Chosen)
            .map(Map.Entry::getKey)
            .filter(older -> older.compareTo(version) < 0)
            .sorted(Comparator.reverseOrder())
            .limit(Math.min(NEXT_AT_MOST, versions.size()))
            .toList();
    for (Version older : next) {
      ahead.to(project, older);
    }
  }

  private Dependencies dependencies(IndexFile file, Optional<ExtraName> extra) throws IOException {
    ProjectName project = file.name().project();
    Version version = file.name().version();
    return switch (source.metadata(file)) {
      case MetadataLookup.Unusable(String reason) ->
          new Dependencies.Unusable(Refusal.because(reason));
      case MetadataLookup.OfWheel(CoreMetadata metadata) -> dependencies(file, metadata, extra);
      case MetadataLookup.OfSdist(SdistMetadata sdist) -> {
        Optional<CoreMetadata> metadata = stated(project, version).or(sdist::metadata);
        if (metadata.isEmpty() && !followsDependencies) {
          yield new Dependencies.Known(List.of());
        }
        yield metadata.isPresent()
            ? dependencies(file, metadata.get(), extra)
            : new Dependencies.Unusable(
                Refusal.because(
                    "only its sdist "
                        + file.name().text()
                        + " fits, which cannot say its dependencies without being built",
                    "state in the preset what it requires, as in \"dependency_metadata\":"
                        + " [{\"name\": \""
                        + project
                        + "\", \"version\": \""
                        + version
                        + "\", \"requires_dist\": []}]"));
      }
    };
  }

  private Dependencies dependencies(
      IndexFile file, CoreMetadata metadata, Optional<ExtraName> extra) {
    if (!metadata.project().equals(file.name().project())
        || !metadata.version().equals(file.name().version())) {
      return new Dependencies.Unusable(
          Refusal.because(
              file.name().text()
                  + " says in its metadata that it is "
                  + metadata.project()
                  + " "
                  + metadata.version()));
    }
    if (preset.installer() == Installer.PIP && !metadata.nonstandard().isEmpty()) {
      return new Dependencies.Unusable(
          Refusal.because(
              "its metadata has '"
                  + metadata.nonstandard().getFirst()
                  + "', which is no requirement by PEP 508: pip refuses it since 24.1",
              "set \"installer\": \"uv\" if uv installs it, or an older pip"));
    }
    if (!preset.installer().takes(metadata.requiresPython(), target.fullVersion())) {
      return new Dependencies.Unusable(choice.otherPython(metadata.requiresPython()));
    }
    if (!followsDependencies) {
      return new Dependencies.Known(List.of());
    }
    List<Requirement> requirements =
        adjusted(
            metadata.requiresDist().stream()
                .filter(requirement -> applies(requirement, extra))
                .toList());
    return requirements.stream()
        .filter(requirement -> requirement.url().isPresent())
        .findFirst()
        .<Dependencies>map(requirement ->
            new Dependencies.Unusable(
                Refusal.because(
                    "it requires "
                        + requirement.project()
                        + " from an address, "
                        + requirement.url().orElseThrow()
                        + ", where no mirror can stand in",
                    "exclude or override " + requirement.project())))
        .orElseGet(() -> new Dependencies.Known(requirements));
  }

  private boolean applies(Requirement requirement, Optional<ExtraName> extra) {
    return extra
        .map(asked -> target.environment().satisfies(requirement.marker(), asked))
        .orElseGet(() -> target.environment().satisfies(requirement.marker()));
  }

  /** Requirements with what the preset excludes left out and what it overrides replaced. */
  private List<Requirement> adjusted(Collection<Requirement> requirements) {
    var adjusted = new ArrayList<Requirement>();
    for (Requirement requirement : requirements) {
      if (!preset.exclude().contains(requirement.project())) {
        adjusted.addAll(overridden(requirement));
      }
    }
    return adjusted;
  }

  /**
   * A requirement as the preset's overrides have it: their versions, its own extras. Where there
   * are overrides and none holds on the target, nothing is required.
   */
  List<Requirement> overridden(Requirement requirement) {
    List<Requirement> overrides =
        preset.overrides().stream()
            .filter(override -> override.project().equals(requirement.project()))
            .toList();
    return overrides.isEmpty()
        ? List.of(requirement)
        : overrides.stream()
            .filter(override -> target.environment().satisfies(override.marker()))
            .map(override ->
                new Requirement(
                    override.project(),
                    override.extras().isEmpty() ? requirement.extras() : override.extras(),
                    override.specifier(),
                    Optional.empty(),
                    requirement.marker()))
            .toList();
  }

  private Optional<CoreMetadata> stated(ProjectName project, Version version) {
    return preset.dependencyMetadata().stream()
        .filter(statement -> statement.covers(project, version))
        .findFirst()
        .map(statement -> metadata(statement, version));
  }

  private static CoreMetadata metadata(DependencyMetadata statement, Version version) {
    return new CoreMetadata(
        Version.parse("2.2"),
        statement.project(),
        version,
        statement.requiresPython(),
        statement.requiresDist(),
        List.of(),
        Set.of(),
        Set.of());
  }

  /** The file that was chosen of a version. */
  IndexFile file(ProjectName project, Version version) throws IOException {
    Choice chosen = listed.get(project).choices().get(version);
    if (chosen instanceof Choice.Chosen(IndexFile file)) {
      return file;
    }
    throw new IllegalStateException(project + " " + version + " was not listed as a candidate");
  }

  /** All that is known of the file of a version that is part of the solution. */
  Known known(ProjectName project, Version version, Collection<ExtraName> extras)
      throws IOException {
    IndexFile file = file(project, version);
    List<Requirement> requires = new ArrayList<>(known(project, version, Optional.empty()));
    for (ExtraName extra : extras) {
      known(project, version, Optional.of(extra)).stream()
          .filter(requirement -> !requires.contains(requirement))
          .forEach(requires::add);
    }
    List<Requirement> buildRequires = List.of();
    SpecifierSet python = file.requiresPython();
    switch (source.metadata(file)) {
      case MetadataLookup.OfWheel(CoreMetadata metadata) -> python = metadata.requiresPython();
      case MetadataLookup.OfSdist(SdistMetadata sdist) -> {
        buildRequires =
            preset.buildRequires().getOrDefault(project, sdist.buildRequires()).stream()
                .filter(requirement -> target.environment().satisfies(requirement.marker()))
                .toList();
        python =
            stated(project, version)
                .or(sdist::metadata)
                .map(CoreMetadata::requiresPython)
                .orElse(python);
      }
      case MetadataLookup.Unusable(String reason) ->
          throw new IllegalStateException(
              project + " " + version + " was chosen although " + reason);
    }
    return new Known(file, python, requires, buildRequires);
  }

  private List<Requirement> known(ProjectName project, Version version, Optional<ExtraName> extra)
      throws IOException {
    return switch (dependencies(project, version, extra)) {
      case Dependencies.Known(List<Requirement> requirements) -> requirements;
      case Dependencies.Unusable _ -> List.of();
    };
  }
}
