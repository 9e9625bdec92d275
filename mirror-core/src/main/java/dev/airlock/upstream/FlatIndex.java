package dev.airlock.upstream;

import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/** One page with files of many projects, as for {@code --find-links URL}. */
final class FlatIndex implements IndexSource {
  private final URI address;
  private final Http http;

  FlatIndex(URI address, Http http) {
    this.address = address;
    this.http = http;
  }

  @Override
  public PageAnswer page(ProjectName project, Optional<String> etag) throws IOException {
    PageAnswer answer = HttpIndex.ask(http, address, project, Optional.empty(), description());
    boolean empty = answer instanceof PageAnswer.Page found && found.page().files().isEmpty();
    return empty ? new PageAnswer.NoSuchProject(description() + " has no file of it") : answer;
  }

  @Override
  public String description() {
    return Addresses.shown(address);
  }
}
