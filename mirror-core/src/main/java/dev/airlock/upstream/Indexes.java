package dev.airlock.upstream;

import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** Makes the source that an address stands for. */
public final class Indexes {
  private final Http http;

  /** Sources that ask over this client. */
  public Indexes(Http http) {
    this.http = http;
  }

  /**
   * The index at an address: over HTTP; a folder of files; or else a folder of pages.
   *
   * @throws IOException when a folder cannot be looked at
   */
  public IndexSource at(URI address) throws IOException {
    if (!Addresses.isFile(address)) {
      return new HttpIndex(address, http);
    }
    Path folder = folder(address);
    return FolderIndex.isOne(folder) ? new FolderIndex(folder) : new TreeIndex(address);
  }

  private static Path folder(URI address) throws UpstreamException {
    try {
      return Path.of(address);
    } catch (IllegalArgumentException e) {
      throw UpstreamException.unexpected(
          address, "it is no folder of this machine: accepted is file:///PATH");
    }
  }

  /** The source of nothing, where pip is told to ask no index and is given no folder. */
  private record NoIndex() implements IndexSource {
    @Override
    public PageAnswer page(ProjectName project, Optional<String> etag) {
      return new PageAnswer.NoSuchProject(
          "pip's configuration says no-index and names no find-links: mend it, or pass"
              + " --no-pip-config");
    }

    @Override
    public String description() {
      return "no index";
    }
  }

  /**
   * What pip would look at for the default index: wheel folders, then extra indexes, then the
   * index.
   */
  public IndexSource of(PipConfig config, URI declared) throws IOException {
    var places = new ArrayList<IndexSource>();
    for (URI address : config.findLinks()) {
      places.add(
          Addresses.isFile(address)
              ? new FolderIndex(folder(address))
              : new FlatIndex(address, http));
    }
    if (!config.noIndex()) {
      var addresses = new LinkedHashSet<>(config.extraIndexes());
      addresses.add(config.index().orElse(declared));
      for (URI address : addresses) {
        places.add(at(address));
      }
    }
    if (places.isEmpty()) {
      return new NoIndex();
    }
    return places.size() == 1 ? places.getFirst() : new FirstIndex(List.copyOf(places));
  }
}
