package dev.airlock.resolve;

import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
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
  private final Optional<String> missing;
  private final Map<SpecifierSet, VersionSet> admitted = new HashMap<>();

  Universe(Listing listing) {
    this.candidates =
        switch (listing) {
          case Listing.Found(List<Candidate> found) -> {
            var sorted = new ArrayList<>(found);
            sorted.sort(Comparator.comparing(Candidate::version).reversed());
            yield List.copyOf(sorted);
          }
          case Listing.Missing missingProject -> List.of();
        };
    this.missing =
        listing instanceof Listing.Missing(String reason) ? Optional.of(reason) : Optional.empty();
  }

  int size() {
    return candidates.size() + 1;
  }

  Optional<String> missing() {
    return missing;
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
