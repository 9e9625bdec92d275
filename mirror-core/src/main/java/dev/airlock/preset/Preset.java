package dev.airlock.preset;

import dev.airlock.digest.Algorithm;
import dev.airlock.digest.Digest;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.repack.Recipe;
import dev.airlock.packaging.target.Installer;
import dev.airlock.packaging.target.Target;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What to mirror: which projects in which versions, for which targets, from which indexes.
 *
 * @param name the preset's name, which is the name of its folder
 * @param description one line on what it is for
 * @param baseImage the image that it is meant to be installed in
 * @param targets what it is built for
 * @param indexes where its projects come from, in the order in which they are asked; exactly one of
 *     them is the default
 * @param forbiddenMeansAbsent hosts that answer 403 for what they do not have, besides those that
 *     are known to
 * @param roots what is to be installed, in the order in which the Dockerfile installs it
 * @param constraints versions admitted of projects that something else requires
 * @param overrides requirements that replace every other requirement of the same project
 * @param exclude projects that are left out wherever they are required
 * @param installer the program that installs it, by whose rules it is solved
 * @param prereleases of which projects pre-releases are admitted
 * @param noBinary projects of which no wheel is taken, unless they are named in {@code noBuild}
 * @param noBuild projects of which no sdist is taken, unless they are named in {@code noBinary}
 * @param noDependencies whether the roots are the whole set, so that no dependency is followed
 * @param requiresHashes whether nothing is installed that no root gives digests of
 * @param excludeNewer files uploaded later are passed over
 * @param dependencyMetadata what sdists require that cannot say it themselves
 * @param repack of which sdists wheels are made, and how
 * @param buildRequires what building an sdist requires, where it does not say so or says it wrongly
 * @param buildArguments the versions by which image builds are parametrised, by argument name, in
 *     order
 * @param madeFrom the file that the preset was made from, where nobody wrote it
 */
public record Preset(
    String name,
    String description,
    Optional<String> baseImage,
    List<Target> targets,
    List<PresetIndex> indexes,
    Set<String> forbiddenMeansAbsent,
    List<Root> roots,
    List<Requirement> constraints,
    List<Requirement> overrides,
    Set<ProjectName> exclude,
    Installer installer,
    Selection prereleases,
    Selection noBinary,
    Selection noBuild,
    boolean noDependencies,
    boolean requiresHashes,
    Optional<Instant> excludeNewer,
    List<DependencyMetadata> dependencyMetadata,
    List<Recipe> repack,
    Map<ProjectName, List<Requirement>> buildRequires,
    Map<String, String> buildArguments,
    Optional<String> madeFrom) {
  /** Copies the collections. */
  public Preset {
    targets = List.copyOf(targets);
    indexes = List.copyOf(indexes);
    forbiddenMeansAbsent = Set.copyOf(forbiddenMeansAbsent);
    roots = List.copyOf(roots);
    constraints = List.copyOf(constraints);
    overrides = List.copyOf(overrides);
    exclude = Set.copyOf(exclude);
    dependencyMetadata = List.copyOf(dependencyMetadata);
    repack = List.copyOf(repack);
    buildRequires = Map.copyOf(buildRequires);
  }

  /** This preset with another time after which uploads are passed over. */
  public Preset excludingNewer(Optional<Instant> time) {
    return with(roots, constraints, time);
  }

  /** This preset with more constraints. */
  public Preset constrainedBy(List<Requirement> more) {
    return with(roots, Stream.concat(constraints.stream(), more.stream()).toList(), excludeNewer);
  }

  /** This preset with other roots. */
  public Preset installing(List<Root> newRoots) {
    return with(newRoots, constraints, excludeNewer);
  }

  private Preset with(
      List<Root> newRoots, List<Requirement> newConstraints, Optional<Instant> newExcludeNewer) {
    return new Preset(
        name,
        description,
        baseImage,
        targets,
        indexes,
        forbiddenMeansAbsent,
        newRoots,
        newConstraints,
        overrides,
        exclude,
        installer,
        prereleases,
        noBinary,
        noBuild,
        noDependencies,
        requiresHashes,
        newExcludeNewer,
        dependencyMetadata,
        repack,
        buildRequires,
        buildArguments,
        madeFrom);
  }

  /** The index that claims a project; empty where none does. */
  public Optional<PresetIndex> claimant(ProjectName project) {
    return indexes.stream().filter(index -> index.projects().contains(project)).findFirst();
  }

  /** The algorithms of the digests that roots give of a project. */
  public Set<Algorithm> hashAlgorithms(ProjectName project) {
    Set<Algorithm> algorithms = EnumSet.noneOf(Algorithm.class);
    roots.stream()
        .filter(root -> root.requirement().project().equals(project))
        .forEach(root -> root.hashes().forEach(hash -> algorithms.add(hash.algorithm())));
    return algorithms;
  }

  /** Whether wheels of a project are taken. Who names it goes before who speaks of all. */
  public boolean takesWheels(ProjectName project) {
    return !noBinary.projects().contains(project)
        && !(noBinary.all() && !noBuild.projects().contains(project));
  }

  /** Whether sdists of a project are taken. Who names it goes before who speaks of all. */
  public boolean takesSdists(ProjectName project) {
    return !noBuild.projects().contains(project)
        && !(noBuild.all() && !noBinary.projects().contains(project));
  }

  /** The index of all projects that no other one claims or has. */
  public PresetIndex defaultIndex() {
    return indexes.stream()
        .filter(PresetIndex::isDefault)
        .findFirst()
        .orElseThrow(() ->
            new IllegalStateException(
                "the preset " + name + " was loaded without a default index"));
  }

  /**
   * Something that is to be installed.
   *
   * @param requirement what
   * @param hashes the digests that its files may have; none: any file will do
   * @param step in which step of the install
   * @param place where the preset says so, for messages
   */
  public record Root(Requirement requirement, List<Digest> hashes, Step step, String place) {
    /** Copies the digests. */
    public Root {
      hashes = List.copyOf(hashes);
    }

    /** The same from another place. */
    public Root at(String otherPlace) {
      return new Root(requirement, hashes, step, otherPlace);
    }
  }

  /** The steps of the install, in their order. */
  public enum Step {
    /** pip, setuptools and wheel. */
    BOOTSTRAP,
    /** {@code packages}. */
    PACKAGES,
    /** {@code pytorch}. */
    PYTORCH,
    /** {@code tensorrt}. */
    TENSORRT,
    /** {@code requirements}. */
    REQUIREMENTS
  }
}
