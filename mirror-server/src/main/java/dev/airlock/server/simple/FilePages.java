package dev.airlock.server.simple;

import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Sha256;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.server.http.Request;
import dev.airlock.server.http.Request.Method;
import dev.airlock.server.http.Response;
import dev.airlock.server.pullthrough.Extent;
import dev.airlock.server.pullthrough.FileAnswer;
import dev.airlock.server.pullthrough.Mirror;
import dev.airlock.server.pullthrough.Mode;
import dev.airlock.server.pullthrough.Source;
import dev.airlock.server.pullthrough.Trouble;
import dev.airlock.store.Blob;
import dev.airlock.store.GrowingBytes;
import java.io.IOException;
import java.util.Optional;

/** The files, each at one address, and beside it its core metadata (PEP 658). */
public final class FilePages {
  private static final String METADATA = ".metadata";
  private static final String BINARY = "application/octet-stream";

  private final Mirror mirror;
  private final Missed missed;

  /** The files of a mirror. */
  public FilePages(Mirror mirror, Missed missed) {
    this.mirror = mirror;
    this.missed = missed;
  }

  /** {@code /files/{index}/{project}/{filename}}. */
  public Response file(Request request) throws IOException {
    Optional<IndexKey> index = Answers.index(request.segment(1));
    Optional<ProjectName> project = Answers.project(request.segment(2));
    if (index.isEmpty() || project.isEmpty()) {
      return Response.notFound(
          "no such file: it has to be /files/INDEX/PROJECT/FILENAME, as the pages have it");
    }
    return file(request, index.get(), project.get(), request.segment(3));
  }

  Response file(Request request, IndexKey index, ProjectName project, String filename)
      throws IOException {
    boolean metadata = filename.endsWith(METADATA);
    FileAnswer answer =
        metadata
            ? mirror.metadata(
                index, project, filename.substring(0, filename.length() - METADATA.length()))
            : mirror.file(index, project, filename, extent(request));
    return switch (answer) {
      case FileAnswer.Held(Blob blob, Source source) ->
          metadata
              ? Answers.held(Response.file(Response.TEXT, blob), source)
              : Answers.from(
                  Answers.held(Response.file(BINARY, blob), source),
                  mirror.origin(index, project, filename));
      case FileAnswer.Arriving(GrowingBytes bytes, Optional<Sha256> sha256, Source source) ->
          Answers.held(Response.arriving(BINARY, bytes, sha256), source);
      case FileAnswer.Listed(long size, Optional<Sha256> sha256) ->
          Answers.held(Response.described(BINARY, size, sha256), Source.UPSTREAM);
      case FileAnswer.Absent(String reason) -> {
        if (mirror.mode() == Mode.OFFLINE) {
          missed.file(request, index, project, filename, reason);
        }
        yield absent(index, project, filename, reason);
      }
      case FileAnswer.Unavailable(Trouble trouble) -> {
        missed.file(request, index, project, filename, trouble.reason());
        yield Answers.unavailable(
            "file '%s' of project '%s' of the index %s cannot be had now"
                .formatted(Answers.quoted(filename), project, index),
            trouble);
      }
    };
  }

  private static Extent extent(Request request) {
    if (request.method() != Method.GET) {
      return Extent.NOTHING;
    }
    return request.header("range").isPresent() ? Extent.PART : Extent.WHOLE;
  }

  private Response absent(IndexKey index, ProjectName project, String filename, String reason) {
    String remedy =
        mirror.mode() == Mode.OFFLINE ? ". Run `airlock sync PRESET` where there is a network" : "";
    return Answers.because(
        Response.notFound(
            "no file '%s' of project '%s' of the index %s: %s%s"
                .formatted(Answers.quoted(filename), project, index, reason, remedy)),
        reason);
  }
}
