package dev.airlock.server.simple;

import dev.airlock.catalog.IndexKey;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.server.http.Request;
import dev.airlock.server.http.Response;
import dev.airlock.server.pullthrough.Mirror;
import dev.airlock.server.pullthrough.Mode;
import dev.airlock.server.pullthrough.Origin;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The pages of {@code /simple/}: all indexes in one, each project from one of them. A project that
 * several hold is shown only when the presets say which is meant, because a merged page would let
 * the files of one index stand in for those of another.
 */
public final class MergedPages {
  private static final Logger LOG = System.getLogger(MergedPages.class.getName());

  private static final int MOST_TOLD = 1_000;

  private final Mirror mirror;
  private final IndexPages pages;
  private final Missed missed;
  private final Set<ProjectName> told = ConcurrentHashMap.newKeySet();

  /** The merged pages of a mirror. */
  public MergedPages(Mirror mirror, IndexPages pages, Missed missed) {
    this.mirror = mirror;
    this.missed = missed;
    this.pages = pages;
  }

  /** {@code /simple/}: the projects of all indexes. */
  public Response projects(Request request) throws IOException {
    var projects = new TreeSet<ProjectName>();
    for (IndexKey index : mirror.indexes()) {
      projects.addAll(mirror.listedProjects(index));
    }
    return Answers.projects(request, projects);
  }

  /** {@code /simple/{project}/}: the files of a project. */
  public Response project(Request request) throws IOException {
    return Answers.ofProject(request, project -> page(request, project));
  }

  Response page(Request request, ProjectName project) throws IOException {
    return switch (mirror.origin(project)) {
      case Origin.One(IndexKey index) -> pages.page(request, index, project);
      case Origin.Several(List<IndexKey> indexes) -> ambiguous(project, indexes);
      case Origin.Denied(String rule) -> Answers.denied(project, rule);
      case Origin.None() -> {
        String reason =
            mirror.mode() == Mode.OFFLINE
                ? "nothing of it is held"
                : "no rule says which index it comes from";
        missed.project(request, Optional.empty(), project, reason);
        yield Answers.because(
            Response.notFound(
                "no project '%s': %s. Add it to a preset and run `airlock sync PRESET` where there is a network"
                    .formatted(project, reason)),
            reason);
      }
    };
  }

  private Response ambiguous(ProjectName project, List<IndexKey> indexes) {
    String text =
        "project '%s' comes from several indexes, and the locks of the presets do not agree on one: ask for %s, or for the page of a preset, /preset/PRESET/simple/%s/"
            .formatted(
                project,
                indexes.stream()
                    .map(index -> "/index/" + index + "/simple/" + project + "/")
                    .collect(Collectors.joining(" or ")),
                project);
    if (told.size() < MOST_TOLD && told.add(project)) {
      LOG.log(Level.WARNING, text);
    }
    return Response.notFound(text);
  }
}
