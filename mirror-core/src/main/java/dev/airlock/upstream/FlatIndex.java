package dev.airlock.upstream;

import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One page with files of many projects, as for {@code --find-links URL}. It is kept with its
 * validator, so that asking for the next project does not bring it again.
 */
final class FlatIndex implements IndexSource {
  private final URI address;
  private final Http http;
  private volatile Http.@Nullable Document last;

  FlatIndex(URI address, Http http) {
    this.address = address;
    this.http = http;
  }

  @Override
  public PageAnswer page(ProjectName project, Optional<String> etag) throws IOException {
    Http.Document known = last;
    Optional<String> validator = known == null ? Optional.empty() : known.etag();
    Http.Document answer = http.document(address, HttpIndex.ACCEPT, validator);
    if (answer.status() == 304 && known != null) {
      answer = known;
    } else if (answer.status() == 200 && answer.etag().isPresent()) {
      last = answer;
    }
    if (answer.status() != 200) {
      throw HttpIndex.failure(address, answer.status());
    }
    ProjectPage page = HttpIndex.read(answer, project);
    return page.files().isEmpty()
        ? new PageAnswer.NoSuchProject(description() + " has no file of it")
        : new PageAnswer.Page(
            page, Addresses.withoutCredentials(answer.address()), Optional.empty());
  }

  @Override
  public String description() {
    return Addresses.shown(address);
  }
}
