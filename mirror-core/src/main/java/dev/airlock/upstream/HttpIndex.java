package dev.airlock.upstream;

import dev.airlock.index.MalformedPageException;
import dev.airlock.index.MediaType;
import dev.airlock.index.PageReader;
import dev.airlock.index.ProjectListReader;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A simple index over HTTP, in JSON where it has that and else in HTML. */
final class HttpIndex implements IndexSource {
  static final String ACCEPT =
      MediaType.JSON_V1 + ", " + MediaType.HTML_V1 + ";q=0.2, " + MediaType.HTML + ";q=0.01";

  private final URI address;
  private final Http http;
  private final ForbiddenHosts forbidden;
  private volatile Http.@Nullable Document list;

  HttpIndex(URI address, Http http, ForbiddenHosts forbidden) {
    this.address = Addresses.directory(address);
    this.http = http;
    this.forbidden = forbidden;
  }

  @Override
  public PageAnswer page(ProjectName project, Optional<String> etag) throws IOException {
    URI page = address.resolve(project.value() + "/");
    Http.Document answer = http.document(page, ACCEPT, etag);
    return switch (answer.status()) {
      case 200 ->
          new PageAnswer.Page(
              read(answer, project), Addresses.withoutCredentials(answer.address()), answer.etag());
      case 304 -> new PageAnswer.NotModified();
      case 404, 410 -> new PageAnswer.NoSuchProject(absence(answer.status()));
      default -> {
        if (answer.status() != 403 || !forbidden.has(answer.address())) {
          throw failure(page, answer.status());
        }
        yield new PageAnswer.NoSuchProject(absence(403), isNotListed(project));
      }
    };
  }

  /**
   * Whether the index has a list of its projects, and this one is not on it. The list is kept with
   * its validator.
   */
  private boolean isNotListed(ProjectName project) {
    try {
      Http.Document known = list;
      Optional<String> validator = known == null ? Optional.empty() : known.etag();
      Http.Document answer = http.document(address, ACCEPT, validator);
      if (answer.status() == 304 && known != null) {
        answer = known;
      } else if (answer.status() == 200 && answer.etag().isPresent()) {
        list = answer;
      }
      Optional<MediaType> form = MediaType.of(answer.contentType());
      return answer.status() == 200
          && form.isPresent()
          && !ProjectListReader.read(form.get(), answer.bytes(), answer.address())
              .contains(project);
    } catch (IOException | MalformedPageException cannotTell) {
      return false;
    }
  }

  private String absence(int status) {
    return description() + " has no such project (" + status + ")";
  }

  /** What is to be told of an answer that is no page, and does not say that there is none. */
  static UpstreamException failure(URI page, int status) {
    return status == 403
        ? UpstreamException.forbidden(page)
        : UpstreamException.status(page, status, hint(status));
  }

  static ProjectPage read(Http.Document answer, ProjectName project) throws UpstreamException {
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
