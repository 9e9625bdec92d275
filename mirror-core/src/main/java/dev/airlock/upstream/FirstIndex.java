package dev.airlock.upstream;

import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Several places in their order: the first one that has a project is its only source. A place that
 * fails is an error, not a reason to ask the next one: otherwise an outage would change where a
 * project comes from.
 */
final class FirstIndex implements IndexSource {
  private final List<IndexSource> places;

  FirstIndex(List<IndexSource> places) {
    this.places = List.copyOf(places);
  }

  @Override
  public PageAnswer page(ProjectName project, Optional<String> etag) throws IOException {
    var reasons = new ArrayList<String>();
    for (IndexSource place : places) {
      // The validator belongs to one place only, and which one gave it is not known here.
      PageAnswer answer = place.page(project, Optional.empty());
      if (!(answer instanceof PageAnswer.NoSuchProject(String reason))) {
        return answer;
      }
      reasons.add(reason);
    }
    return new PageAnswer.NoSuchProject(String.join("; ", reasons));
  }

  @Override
  public String description() {
    return places.stream().map(IndexSource::description).collect(Collectors.joining(", "));
  }
}
