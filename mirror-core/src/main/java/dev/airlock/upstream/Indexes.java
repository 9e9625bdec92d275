package dev.airlock.upstream;

import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/** Makes the source that an address stands for. */
public final class Indexes {
  private final Http http;
  private final ForbiddenHosts forbidden;

  /** Sources that ask over this client. */
  public Indexes(Http http) {
    this(http, ForbiddenHosts.USUAL);
  }

  private Indexes(Http http, ForbiddenHosts forbidden) {
    this.http = http;
    this.forbidden = forbidden;
  }

  /**
   * The same, with more hosts that answer 403 for what they do not have.
   *
   * @param hosts names, or names with {@code :PORT}
   */
  public Indexes withForbidden(Collection<String> hosts) {
    return new Indexes(http, forbidden.and(hosts));
  }

  /**
   * The index at an address: over HTTP; a folder of files; or else a folder of pages.
   *
   * @throws IOException when a folder cannot be looked at
   */
  public IndexSource at(URI address) throws IOException {
    if (!Addresses.isFile(address)) {
      return new HttpIndex(address, http, forbidden);
    }
    Path folder = folder(address);
    return FolderIndex.isOne(folder) ? new FolderIndex(folder) : new TreeIndex(address);
  }

  /**
   * One page or folder that has files of many projects.
   *
   * @throws UpstreamException when the address is that of no folder
   */
  public IndexSource flat(URI address) throws IOException {
    return Addresses.isFile(address)
        ? new FolderIndex(folder(address))
        : new FlatIndex(address, http);
  }

  private static Path folder(URI address) throws UpstreamException {
    try {
      return Path.of(address);
    } catch (IllegalArgumentException e) {
      throw UpstreamException.unexpected(
          address, "it is no folder of this machine: accepted is file:///PATH");
    }
  }

  /** The source of nothing. */
  private record NoIndex(String reason) implements IndexSource {
    @Override
    public PageAnswer page(ProjectName project, Optional<String> etag) {
      return new PageAnswer.NoSuchProject(reason);
    }

    @Override
    public String description() {
      return "no index";
    }
  }

  /**
   * An index that is not asked, and so has nothing.
   *
   * @param reason why, as a clause
   */
  public static IndexSource none(String reason) {
    return new NoIndex(reason);
  }
}
