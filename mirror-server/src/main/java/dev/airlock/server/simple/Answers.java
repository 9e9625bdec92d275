package dev.airlock.server.simple;

import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Sha256;
import dev.airlock.index.IndexFile;
import dev.airlock.index.MediaType;
import dev.airlock.index.PageWriter;
import dev.airlock.index.PercentEncoding;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.server.http.Request;
import dev.airlock.server.http.Response;
import dev.airlock.server.pullthrough.Provenance;
import dev.airlock.server.pullthrough.Source;
import dev.airlock.server.pullthrough.Trouble;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** What the answers of all routes have in common: forms, links, and where they came from. */
final class Answers {
  private static final String SOURCE = "X-Airlock-Source";
  private static final String INDEX = "X-Airlock-Index";
  private static final String ORIGIN = "X-Airlock-Origin";
  private static final int QUOTED = 100;
  private static final int LONGEST_REASON = 500;

  /**
   * A file of an index.
   *
   * @param index the index
   * @param file the file, at its address upstream
   */
  record Entry(IndexKey index, IndexFile file) {}

  /** Answers about a project. */
  interface OfProject {
    Response answer(ProjectName project) throws IOException;
  }

  private Answers() {}

  /**
   * Answers about the project that a segment of the path names, the last one; a name that is not
   * normalised is sent to the one that is, so that each page has one address.
   */
  static Response ofProject(Request request, OfProject answers) throws IOException {
    String segment = request.segments().getLast();
    Optional<ProjectName> project = project(segment);
    if (project.isEmpty()) {
      return Response.notFound("'" + quoted(segment) + "' is not a project name");
    }
    return project.get().value().equals(segment)
        ? answers.answer(project.get())
        : Response.moved("../" + project.get() + "/" + request.encodedQuery());
  }

  static Optional<ProjectName> project(String text) {
    try {
      return Optional.of(new ProjectName(text));
    } catch (MalformedException notAName) {
      return Optional.empty();
    }
  }

  static Optional<IndexKey> index(String text) {
    try {
      return Optional.of(new IndexKey(text));
    } catch (MalformedException notAKey) {
      return Optional.empty();
    }
  }

  /** The list of projects in the form asked for. */
  static Response projects(Request request, Collection<ProjectName> projects) {
    return Negotiation.form(request)
        .map(form -> simple(form, PageWriter.write(form, projects), Source.STORE))
        .orElseGet(() -> unknownForm(request));
  }

  /** The page of a project in the form asked for. */
  static Response page(Request request, ProjectName project, List<Entry> entries, Source source) {
    List<IndexFile> files = entries.stream().map(entry -> listed(request, entry)).toList();
    return Negotiation.form(request)
        .map(form -> simple(form, PageWriter.write(form, new ProjectPage(project, files)), source))
        .orElseGet(() -> unknownForm(request));
  }

  private static Response simple(MediaType form, byte[] page, Source source) {
    String type = form == MediaType.HTML ? Html.TYPE : form.toString();
    return held(Response.page(type, page), source).with("Vary", "Accept");
  }

  private static Response unknownForm(Request request) {
    return Response.badRequest(
        "there is no format '"
            + quoted(String.valueOf(request.query().get("format")))
            + "': accepted are "
            + List.of(MediaType.values()));
  }

  /** A file as a page of this request lists it: its link is relative and leads to one address. */
  static IndexFile listed(Request request, Entry entry) {
    IndexFile file = entry.file();
    return file.movedTo(address(request.toRoot(), entry.index(), file.name(), file.sha256()));
  }

  /**
   * The address of a file, below the server's root as it is given. It never changes once the digest
   * of the file is known.
   */
  static URI address(
      String root, IndexKey index, DistributionFilename file, Optional<Sha256> sha256) {
    return URI.create(
        root
            + "files/"
            + index
            + "/"
            + file.project()
            + "/"
            + sha256.map(digest -> digest + "/").orElse("")
            + PercentEncoding.encode(file.text()));
  }

  /** A response that says where the bytes of a file came from. */
  static Response from(Response response, Provenance provenance) {
    return response
        .with(INDEX, provenance.index().value())
        .with(ORIGIN, plain(provenance.origin()));
  }

  /** A text of the store. */
  static Response text(String text) {
    return held(Response.page(Response.TEXT, text.getBytes(StandardCharsets.UTF_8)), Source.STORE);
  }

  /** Something that perhaps exists, and cannot be had now. */
  static Response unavailable(String what, Trouble trouble) {
    String text = what + ": " + trouble.reason();
    Response response =
        trouble.passes()
            ? Response.unavailable(text, trouble.retryAfter())
            : Response.badGateway(text);
    return because(response, trouble.reason());
  }

  /** A project that a rule keeps out. */
  static Response denied(ProjectName project, String rule) {
    String reason = "the rule deny '" + rule + "' keeps it out";
    return because(Response.notFound("no project '" + project + "': " + reason), reason);
  }

  /** A response with the reason for it, which the log repeats. */
  static Response because(Response response, String reason) {
    return response.with("X-Airlock-Reason", plain(reason));
  }

  /** A text as a header may hold it: of printable ASCII, and of no great length. */
  private static String plain(String text) {
    String ascii = text.replaceAll("[^\\x20-\\x7e]+", "?");
    return ascii.length() <= LONGEST_REASON ? ascii : ascii.substring(0, LONGEST_REASON);
  }

  static Response held(Response response, Source source) {
    return response.with(SOURCE, source.toString());
  }

  /** A response as it is given again from memory: it did not come from its upstream this time. */
  static Response repeated(Response response) {
    return response.header(SOURCE).filter(Source.UPSTREAM.toString()::equals).isPresent()
        ? held(response, Source.STORE)
        : response;
  }

  /** What somebody asked for, as far as it is worth repeating. */
  static String quoted(String text) {
    return text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "…";
  }
}
