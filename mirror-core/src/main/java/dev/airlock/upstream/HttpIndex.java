package dev.airlock.upstream;

import dev.airlock.index.MalformedPageException;
import dev.airlock.index.MediaType;
import dev.airlock.index.PageReader;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/** A simple index over HTTP, in JSON where it has that and else in HTML. */
final class HttpIndex implements IndexSource {
  private static final String ACCEPT =
      MediaType.JSON_V1 + ", " + MediaType.HTML_V1 + ";q=0.2, " + MediaType.HTML + ";q=0.01";

  private final URI address;
  private final Http http;

  HttpIndex(URI address, Http http) {
    this.address = Addresses.directory(address);
    this.http = http;
  }

  @Override
  public PageAnswer page(ProjectName project, Optional<String> etag) throws IOException {
    return ask(http, address.resolve(project.value() + "/"), project, etag, description());
  }

  static PageAnswer ask(
      Http http, URI page, ProjectName project, Optional<String> etag, String origin)
      throws IOException {
    Http.Document answer = http.document(page, ACCEPT, etag);
    return switch (answer.status()) {
      case 200 ->
          new PageAnswer.Page(
              read(answer, project),
              Addresses.withoutCredentials(answer.address()),
              origin,
              answer.etag());
      case 304 -> new PageAnswer.NotModified();
      // download.pytorch.org answers 403 for what it does not have.
      case 403, 404, 410 ->
          new PageAnswer.NoSuchProject(origin + " has no such project (" + answer.status() + ")");
      default -> throw UpstreamException.status(page, answer.status(), hint(answer.status()));
    };
  }

  private static ProjectPage read(Http.Document answer, ProjectName project)
      throws UpstreamException {
    MediaType form =
        MediaType.of(answer.contentType())
            .orElseThrow(() ->
                UpstreamException.unexpected(
                    answer.address(),
                    "it answered with '"
                        + answer.contentType()
                        + "', which is no page of a simple index"));
    try {
      return PageReader.read(form, answer.bytes(), answer.address(), project);
    } catch (MalformedPageException e) {
      throw UpstreamException.unexpected(
          answer.address(), "it is no page of a simple index: " + e.getMessage());
    }
  }

  private static String hint(int status) {
    return switch (status) {
      case 401 -> ": put the credentials for this host into ~/.netrc";
      case 407 ->
          ": the proxy wants credentials, as in HTTPS_PROXY=http://user:password@proxy:3128";
      default -> "";
    };
  }

  @Override
  public String description() {
    return Addresses.shown(address);
  }
}
