package dev.airlock.upstream;

import dev.airlock.index.MalformedPageException;
import dev.airlock.index.MediaType;
import dev.airlock.index.PageReader;
import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A simple index as files: {@code PROJECT/index.html} below a folder, as pip reads {@code file://}
 * indexes.
 */
final class TreeIndex implements IndexSource {
  private final Path folder;
  private final URI address;

  TreeIndex(URI address) {
    this.address = address;
    this.folder = Path.of(address);
  }

  @Override
  public PageAnswer page(ProjectName project, Optional<String> etag) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw UpstreamException.unexpected(address, "there is no such folder");
    }
    Path page = folder.resolve(project.value()).resolve("index.html");
    try {
      byte[] html = Files.readAllBytes(page);
      return new PageAnswer.Page(
          PageReader.read(MediaType.HTML, html, page.toUri(), project),
          page.toUri(),
          Optional.empty());
    } catch (NoSuchFileException absent) {
      return new PageAnswer.NoSuchProject(description() + " has no such project");
    } catch (MalformedPageException e) {
      throw UpstreamException.unexpected(page.toUri(), String.valueOf(e.getMessage()));
    }
  }

  @Override
  public String description() {
    return address.toString();
  }
}
