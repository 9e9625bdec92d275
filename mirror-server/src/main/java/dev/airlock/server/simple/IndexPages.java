package dev.airlock.server.simple;

import dev.airlock.catalog.IndexKey;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.server.http.Request;
import dev.airlock.server.http.Response;
import dev.airlock.server.pullthrough.Mirror;
import dev.airlock.server.pullthrough.PageAnswer;
import dev.airlock.server.simple.Answers.Entry;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Collectors;

/** The pages of one upstream: what is held of it, and of it alone. */
public final class IndexPages {
  private final Mirror mirror;

  /** The pages of the indexes of a mirror. */
  public IndexPages(Mirror mirror) {
    this.mirror = mirror;
  }

  /** {@code /index/{index}/simple/}: the projects. */
  public Response projects(Request request) throws IOException {
    return ofIndex(request, index -> projects(request, index));
  }

  /** {@code /index/{index}/simple/{project}/}: the files of a project. */
  public Response project(Request request) throws IOException {
    return ofIndex(request, index -> project(request, index));
  }

  Response projects(Request request, IndexKey index) throws IOException {
    return Answers.projects(request, mirror.projects(index));
  }

  Response project(Request request, IndexKey index) throws IOException {
    return Answers.ofProject(request, project -> page(request, index, project));
  }

  Response page(Request request, IndexKey index, ProjectName project) throws IOException {
    return switch (mirror.page(index, project)) {
      case PageAnswer.Held held ->
          Answers.page(
              request, project, held.files().stream().map(file -> new Entry(index, file)).toList());
      case PageAnswer.Absent() ->
          Response.notFound(
              "nothing of project '%s' of the index %s is held: add it to a preset and run `airlock sync PRESET` where there is a network"
                  .formatted(project, index));
    };
  }

  private interface OfIndex {
    Response answer(IndexKey index) throws IOException;
  }

  private Response ofIndex(Request request, OfIndex answers) throws IOException {
    String segment = request.segment(1);
    Optional<IndexKey> index = Answers.index(segment);
    return index.isPresent() && mirror.address(index.get()).isPresent()
        ? answers.answer(index.get())
        : Response.notFound(
            "no index '%s' in this store; held are: %s"
                .formatted(
                    Answers.quoted(segment),
                    mirror.indexes().stream()
                        .map(IndexKey::value)
                        .collect(Collectors.joining(", "))));
  }
}
