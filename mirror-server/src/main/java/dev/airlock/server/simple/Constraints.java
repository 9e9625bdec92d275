package dev.airlock.server.simple;

import dev.airlock.packaging.marker.Requirement;
import dev.airlock.preset.Preset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a preset that was never solved says of versions, in the form of a constraints file. */
final class Constraints {
  private Constraints() {}

  static String of(Preset preset) {
    return Stream.concat(
            preset.roots().stream().map(Preset.Root::requirement), preset.constraints().stream())
        .filter(requirement -> requirement.url().isEmpty() && !requirement.specifier().isAny())
        .map(requirement ->
            new Requirement(
                requirement.project(),
                List.of(),
                requirement.specifier(),
                Optional.empty(),
                requirement.marker()))
        .map(requirement -> requirement + "\n")
        .distinct()
        .collect(Collectors.joining());
  }
}
