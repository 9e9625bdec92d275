package dev.airlock.server.simple;

import dev.airlock.catalog.IndexKey;
import dev.airlock.index.IndexFile;
import dev.airlock.index.PercentEncoding;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.server.http.Request;
import dev.airlock.server.http.Response;
import dev.airlock.server.pullthrough.Mirror;
import dev.airlock.server.pullthrough.Origin;
import dev.airlock.server.pullthrough.PageAnswer;
import dev.airlock.server.pullthrough.Source;
import dev.airlock.server.pullthrough.Trouble;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The paths of download.pytorch.org, so that a Dockerfile written for it changes the host only.
 * Every variant of CUDA is an index of its own there, and so it is here.
 */
public final class TorchPages {
  private static final String HOST = "download.pytorch.org";
  private static final String ROOT = "whl";
  private static final String FLAT = "torch_stable.html";

  private final Mirror mirror;
  private final IndexPages pages;
  private final MergedPages merged;
  private final FilePages files;

  /** The pages of a mirror. */
  public TorchPages(Mirror mirror, IndexPages pages, MergedPages merged, FilePages files) {
    this.mirror = mirror;
    this.merged = merged;
    this.pages = pages;
    this.files = files;
  }

  /**
   * {@code /whl/…}: the projects of a variant, the files of a project of a variant, one file, or
   * all files in the old flat form. The variant is what stands behind {@code /whl} in the address
   * of an index, nothing at all included.
   */
  public Response any(Request request) throws IOException {
    Map<List<String>, IndexKey> variants = variants();
    List<String> path = request.segments().subList(1, request.segments().size());
    if (isFile(request)) {
      return file(request, variants, path.subList(0, path.size() - 1), path.getLast());
    }
    return request.trailingSlash()
        ? page(request, variants, path)
        : Response.movedToDirectory(request);
  }

  private Response page(Request request, Map<List<String>, IndexKey> variants, List<String> path)
      throws IOException {
    IndexKey exact = variants.get(path);
    if (exact != null) {
      return pages.projects(request, exact);
    }
    IndexKey index = path.isEmpty() ? null : variants.get(path.subList(0, path.size() - 1));
    return index == null
        ? unknown(variants)
        : Answers.ofProject(request, project -> project(request, variants, index, project));
  }

  /**
   * A project of a variant. The index of PyTorch lists projects of others too; those that do not
   * come from it are shown from where they come, unless that is another variant.
   */
  private Response project(
      Request request, Map<List<String>, IndexKey> variants, IndexKey index, ProjectName project)
      throws IOException {
    PageAnswer answer = mirror.page(index, project);
    boolean elsewhere =
        answer instanceof PageAnswer.Absent
            && mirror.origin(project) instanceof Origin.One(IndexKey other)
            && !variants.containsValue(other);
    return elsewhere
        ? merged.page(request, project)
        : pages.answer(request, index, project, answer);
  }

  private Response file(
      Request request, Map<List<String>, IndexKey> variants, List<String> variant, String name)
      throws IOException {
    if (name.equals(FLAT)) {
      return variants.isEmpty() ? unknown(variants) : flat(variants, "../".repeat(variant.size()));
    }
    IndexKey index = variants.get(variant);
    if (index == null) {
      return unknown(variants);
    }
    Optional<ProjectName> project = project(index, name);
    return project.isEmpty()
        ? Response.notFound(
            "no file '%s' of the index %s is held".formatted(Answers.quoted(name), index))
        : files.file(request, index, project.get(), Optional.empty(), name);
  }

  private static boolean isFile(Request request) {
    String last = request.segments().getLast();
    return !request.trailingSlash()
        && (last.equals(FLAT)
            || List.of(".whl", ".metadata", ".tar.gz", ".zip").stream().anyMatch(last::endsWith));
  }

  private Optional<ProjectName> project(IndexKey index, String name) throws IOException {
    String filename =
        name.endsWith(".metadata") ? name.substring(0, name.length() - ".metadata".length()) : name;
    Optional<ProjectName> known =
        mirror.projects(index).stream()
            .filter(project -> DistributionFilename.of(filename, project).isPresent())
            .findFirst();
    return known.isPresent() ? known : wheel(filename);
  }

  private static Optional<ProjectName> wheel(String filename) {
    try {
      return Optional.of(WheelFilename.parse(filename).project());
    } catch (MalformedException notAWheel) {
      return Optional.empty();
    }
  }

  /**
   * All files of all variants in the form that pip's {@code -f} was given once. A variant whose
   * index cannot be asked is shown as far as it is held.
   */
  private Response flat(Map<List<String>, IndexKey> variants, String up) throws IOException {
    var links = new TreeMap<String, String>();
    var sources = EnumSet.noneOf(Source.class);
    Optional<Trouble> trouble = Optional.empty();
    for (Map.Entry<List<String>, IndexKey> variant : variants.entrySet()) {
      Iterator<ProjectName> projects = mirror.listedProjects(variant.getValue()).iterator();
      boolean answers = true;
      while (answers && projects.hasNext()) {
        switch (mirror.page(variant.getValue(), projects.next())) {
          case PageAnswer.Held(List<IndexFile> files, Source source) -> {
            sources.add(source);
            files.forEach(file -> link(links, variant.getKey(), up, file));
          }
          case PageAnswer.Unavailable(Trouble reason) -> {
            trouble = Optional.of(reason);
            answers = false;
          }
          case PageAnswer.Absent _ -> {
            // An index need not have all that rules send to it.
          }
        }
      }
    }
    if (links.isEmpty() && trouble.isPresent()) {
      return Answers.unavailable("the files of PyTorch cannot be listed now", trouble.get());
    }
    String page = links.values().stream().collect(Collectors.joining("", "<!DOCTYPE html>\n", ""));
    return Answers.held(
        Response.page(Html.TYPE, page.getBytes(StandardCharsets.UTF_8)),
        trouble.isPresent() || sources.contains(Source.STALE)
            ? Source.STALE
            : sources.contains(Source.UPSTREAM) ? Source.UPSTREAM : Source.STORE);
  }

  private static void link(
      Map<String, String> links, List<String> variant, String up, IndexFile file) {
    String text = String.join("/", variant) + (variant.isEmpty() ? "" : "/") + file.name().text();
    String href =
        up
            + variant.stream()
                .map(part -> PercentEncoding.encode(part) + "/")
                .collect(Collectors.joining())
            + PercentEncoding.encode(file.name().text());
    links.put(
        text,
        "<a href=\"%s%s\">%s</a><br>\n"
            .formatted(
                href,
                file.strongestDigest().map(digest -> "#" + digest).orElse(""),
                Html.escape(text)));
  }

  private Map<List<String>, IndexKey> variants() throws IOException {
    var variants =
        new TreeMap<List<String>, IndexKey>(
            Comparator.comparing((List<String> path) -> String.join("/", path)));
    for (IndexKey index : mirror.indexes()) {
      Optional<URI> address = mirror.address(index);
      if (address.isPresent() && HOST.equals(address.get().getHost())) {
        List<String> path =
            Arrays.stream(address.get().getPath().split("/", -1))
                .filter(part -> !part.isEmpty())
                .toList();
        if (!path.isEmpty() && path.getFirst().equals(ROOT)) {
          variants.put(path.subList(1, path.size()), index);
        }
      }
    }
    return variants;
  }

  private static Response unknown(Map<List<String>, IndexKey> variants) {
    return Response.notFound(
        "no such index of https://"
            + HOST
            + "/whl in this store; held "
            + (variants.isEmpty()
                ? "is none"
                : "are: "
                    + variants.keySet().stream()
                        .map(path -> "/" + String.join("/", ROOT, String.join("/", path)))
                        .collect(Collectors.joining(", ")))
            + ". Run `airlock sync` for a preset that names it");
  }
}
