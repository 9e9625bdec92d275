package dev.airlock.resolve;

import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import dev.airlock.resolve.Candidate.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The choices for one project: its versions, numbered from 1, the newest first. It does not change
 * while we solve.
 */
final class Universe {
  private final List<Candidate> candidates;
  private final Optional<Refusal> missing;
  private final String where;
  private final VersionSet ordinary;
  private final Map<SpecifierSet, VersionSet> admitted = new HashMap<>();

  Universe(Listing listing) {
    this.candidates =
        switch (listing) {
          case Listing.Found(List<Candidate> found, _) -> {
            var sorted = new ArrayList<>(found);
            sorted.sort(Comparator.comparing(Candidate::version).reversed());
            yield List.copyOf(sorted);
          }
          case Listing.Missing missingProject -> List.of();
        };
    this.missing =
        listing instanceof Listing.Missing(Refusal refusal)
            ? Optional.of(refusal)
            : Optional.empty();
    this.where = listing instanceof Listing.Found(_, String found) ? found : "";
    this.ordinary =
        VersionSet.of(
            size(),
            IntStream.range(1, size())
                .filter(choice -> candidate(choice).state() instanceof State.Usable)
                .filter(choice -> !version(choice).isPrerelease()));
  }

  int size() {
    return candidates.size() + 1;
  }

  Optional<Refusal> missing() {
    return missing;
  }

  /** Where the project was found, as what ends a clause; empty where there is nothing to tell. */
  String where() {
    return where;
  }

  List<Candidate> candidates() {
    return candidates;
  }

  Candidate candidate(int choice) {
    return candidates.get(choice - 1);
  }

  Version version(int choice) {
    return candidate(choice).version();
  }

  /** The choices that may be made without more ado: final versions that are usable. */
  VersionSet ordinary() {
    return ordinary;
  }

  /** The choices whose versions a specifier admits; "not chosen" is not among them. */
  VersionSet admitted(SpecifierSet specifier) {
    return admitted.computeIfAbsent(
        specifier,
        wanted ->
            VersionSet.of(
                size(),
                IntStream.range(1, size()).filter(choice -> wanted.contains(version(choice)))));
  }

  VersionSet single(int choice) {
    return VersionSet.of(size(), IntStream.of(choice));
  }

  VersionSet full() {
    return VersionSet.full(size());
  }

  /** The choice of a version; empty where the project has no such version. */
  Optional<Integer> choice(Version version) {
    for (int choice = 1; choice < size(); choice++) {
      if (version(choice).equals(version)) {
        return Optional.of(choice);
      }
    }
    return Optional.empty();
  }
}
