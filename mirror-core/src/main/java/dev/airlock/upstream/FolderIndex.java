package dev.airlock.upstream;

import dev.airlock.index.IndexFile;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A plain folder of wheels and sdists, as for {@code --find-links}. */
final class FolderIndex implements IndexSource {
  private final Path folder;

  FolderIndex(Path folder) {
    this.folder = folder;
  }

  /** Whether a folder holds distribution files itself, rather than pages. */
  static boolean isOne(Path folder) throws IOException {
    try (DirectoryStream<Path> wheels = Files.newDirectoryStream(folder, "*.{whl,tar.gz,zip}")) {
      return wheels.iterator().hasNext();
    } catch (NoSuchFileException | NotDirectoryException none) {
      return false;
    }
  }

  @Override
  public PageAnswer page(ProjectName project, Optional<String> etag) throws IOException {
    var files = new ArrayList<IndexFile>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        Optional<DistributionFilename> name =
            DistributionFilename.of(String.valueOf(entry.getFileName()), project);
        if (name.isPresent() && Files.isRegularFile(entry)) {
          files.add(
              new IndexFile(
                  name.get(),
                  entry.toAbsolutePath().toUri(),
                  List.of(),
                  SpecifierSet.ANY,
                  OptionalLong.of(Files.size(entry)),
                  Optional.empty(),
                  new Yanked.No(),
                  new MetadataOffer.None()));
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      throw UpstreamException.unexpected(folder.toUri(), "there is no such folder");
    }
    files.sort((a, b) -> a.name().text().compareTo(b.name().text()));
    return files.isEmpty()
        ? new PageAnswer.NoSuchProject("the folder " + folder + " has no file of it")
        : new PageAnswer.Page(new ProjectPage(project, files), folder.toUri(), Optional.empty());
  }

  @Override
  public String description() {
    return folder.toString();
  }
}
