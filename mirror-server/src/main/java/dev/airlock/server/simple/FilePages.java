package dev.airlock.server.simple;

import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Sha256;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.server.http.Request;
import dev.airlock.server.http.Request.Method;
import dev.airlock.server.http.Response;
import dev.airlock.server.pullthrough.Extent;
import dev.airlock.server.pullthrough.FileAddress;
import dev.airlock.server.pullthrough.FileAnswer;
import dev.airlock.server.pullthrough.Mirror;
import dev.airlock.server.pullthrough.Mode;
import dev.airlock.server.pullthrough.Provenance;
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

  /** {@code /files/{index}/{project}/{sha256}/{filename}}: a file by its digest. */
  public Response file(Request request) throws IOException {
    Optional<Sha256> sha256 = Sha256.read(request.segment(3));
    return sha256.isEmpty() ? notAFile() : file(request, sha256, request.segment(4));
  }

  /** {@code /files/{index}/{project}/{filename}}: a file whose digest nobody had stated. */
  public Response fileOfUnknownDigest(Request request) throws IOException {
    return file(request, Optional.empty(), request.segment(3));
  }

  private Response file(Request request, Optional<Sha256> sha256, String filename)
      throws IOException {
    Optional<IndexKey> index = Answers.index(request.segment(1));
    Optional<ProjectName> project = Answers.project(request.segment(2));
    return index.isEmpty() || project.isEmpty()
        ? notAFile()
        : file(request, index.get(), project.get(), sha256, filename);
  }

  private static Response notAFile() {
    return Response.notFound(
        "no such file: it has to be /files/INDEX/PROJECT/SHA256/FILENAME, as the pages have it");
  }

  Response file(
      Request request,
      IndexKey index,
      ProjectName project,
      Optional<Sha256> sha256,
      String filename)
      throws IOException {
    boolean metadata = filename.endsWith(METADATA);
    Optional<DistributionFilename> name =
        DistributionFilename.of(
            metadata ? filename.substring(0, filename.length() - METADATA.length()) : filename,
            project);
    if (name.isEmpty()) {
      return absent(index, project, filename, "the project has no file of such a name");
    }
    var address = new FileAddress(index, name.get(), sha256);
    FileAnswer answer = metadata ? mirror.metadata(address) : mirror.file(address, extent(request));
    return switch (answer) {
      case FileAnswer.Held(Blob blob, Source source, Provenance from) ->
          answered(Response.file(metadata ? Response.TEXT : BINARY, blob), address, source, from);
      case FileAnswer.Arriving(
              GrowingBytes bytes,
              Optional<Sha256> digest,
              Source source,
              Provenance from) ->
          answered(Response.arriving(BINARY, bytes, digest), address, source, from);
      case FileAnswer.Listed(long size, Optional<Sha256> digest, Provenance from) ->
          answered(Response.described(BINARY, size, digest), address, Source.UPSTREAM, from);
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

  /** What has a digest in its address never changes there. */
  private static Response answered(
      Response response, FileAddress address, Source source, Provenance from) {
    return Answers.held(
        Answers.from(address.sha256().isPresent() ? response.immutable() : response, from), source);
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
