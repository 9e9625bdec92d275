package dev.airlock.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.airlock.fixtures.LocalIndexes;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.metadata.CoreMetadata;
import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The real pages and wheels that pip is configured with on this machine. */
class LocalIndexTest {
  @Test
  void readsThePagesAndTheMetadataOfEveryRealWheel() throws Exception {
    List<LocalIndexes.Page> pages = LocalIndexes.pages();
    assumeFalse(pages.isEmpty(), "pip is configured with no index in a folder here");

    List<String> problems = new ArrayList<>();
    int wheels = 0;
    for (LocalIndexes.Page page : pages) {
      var project = new ProjectName(page.project());
      ProjectPage read =
          PageReader.read(
              MediaType.HTML,
              page.html().getBytes(StandardCharsets.UTF_8),
              page.address(),
              project);
      for (IndexFile file : read.files()) {
        Path path = Path.of(file.url());
        if (file.name() instanceof WheelFilename wheel && Files.isRegularFile(path)) {
          wheels++;
          problem(wheel, path).lines().forEach(problems::add);
        }
      }
    }
    assertThat(problems).isEmpty();
    assertThat(wheels).isPositive();
  }

  private static String problem(WheelFilename wheel, Path path) throws IOException {
    try {
      CoreMetadata metadata = CoreMetadata.parse(LocalIndexes.metadata(path));
      boolean same =
          metadata.project().equals(wheel.project())
              && metadata.version().withoutLocal().equals(wheel.version().withoutLocal());
      for (Requirement requirement : metadata.requiresDist()) {
        if (!Requirement.parse(requirement.toString()).equals(requirement)
            || !Marker.parse("os_name == '' and (" + markerOf(requirement) + ")")
                .toString()
                .startsWith("os_name")) {
          return wheel + ": " + requirement + " does not round-trip\n";
        }
      }
      return same ? "" : wheel + " holds " + metadata.project() + " " + metadata.version() + "\n";
    } catch (MalformedException e) {
      return wheel + ": " + e.getMessage() + "\n";
    }
  }

  private static String markerOf(Requirement requirement) {
    return requirement.marker().equals(Marker.always())
        ? "os_name == ''"
        : requirement.marker().toString();
  }
}
