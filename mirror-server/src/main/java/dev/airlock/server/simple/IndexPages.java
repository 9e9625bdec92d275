package dev.airlock.server.simple;

import dev.airlock.catalog.IndexKey;
import dev.airlock.index.IndexFile;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.server.http.Request;
import dev.airlock.server.http.Response;
import dev.airlock.server.pullthrough.Mirror;
import dev.airlock.server.pullthrough.Mode;
import dev.airlock.server.pullthrough.PageAnswer;
import dev.airlock.server.pullthrough.Source;
import dev.airlock.server.pullthrough.Trouble;
import dev.airlock.server.simple.Answers.Entry;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The pages of one upstream: of the projects that come from it, and of it alone. */
public final class IndexPages {
  private final Mirror mirror;
  private final Missed missed;

  /** The pages of the indexes of a mirror. */
  public IndexPages(Mirror mirror, Missed missed) {
    this.mirror = mirror;
    this.missed = missed;
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
    return Answers.projects(request, mirror.listedProjects(index));
  }

  Response project(Request request, IndexKey index) throws IOException {
    return Answers.ofProject(request, project -> page(request, index, project));
  }

  Response page(Request request, IndexKey index, ProjectName project) throws IOException {
    return answer(request, index, project, mirror.page(index, project));
  }

  /** What a mirror has of a project of an index, as a page or the reason why there is none. */
  Response answer(Request request, IndexKey index, ProjectName project, PageAnswer answer) {
    return switch (answer) {
      case PageAnswer.Held(List<IndexFile> files, Source source) ->
          Answers.page(request, project, entries(index, files), source);
      case PageAnswer.Absent(String reason) -> {
        if (mirror.mode() == Mode.OFFLINE) {
          missed.project(request, Optional.of(index), project, reason);
        }
        yield absent(index, project, reason);
      }
      case PageAnswer.Unavailable(Trouble trouble) -> {
        missed.project(request, Optional.of(index), project, trouble.reason());
        yield Answers.unavailable(
            "project '%s' of the index %s cannot be had now".formatted(project, index), trouble);
      }
    };
  }

  static List<Entry> entries(IndexKey index, List<IndexFile> files) {
    return files.stream().map(file -> new Entry(index, file)).toList();
  }

  private Response absent(IndexKey index, ProjectName project, String reason) {
    String remedy =
        mirror.mode() == Mode.OFFLINE
            ? ". Add it to a preset and run `airlock sync PRESET` where there is a network"
            : "";
    return Answers.because(
        Response.notFound(
            "no project '%s' of the index %s: %s%s".formatted(project, index, reason, remedy)),
        reason);
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
