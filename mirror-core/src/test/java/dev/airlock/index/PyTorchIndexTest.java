package dev.airlock.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.airlock.fixtures.Surroundings;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.name.ProjectName;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pages of download.pytorch.org as they really were. */
class PyTorchIndexTest {
  private static final URI INDEX = URI.create("https://download.pytorch.org/whl/cu118/");

  @ParameterizedTest
  @CsvSource({
    "torch, 261, 35, download.pytorch.org",
    "torchvision, 324, 34, download.pytorch.org",
    "torchaudio, 416, 34, download-r2.pytorch.org",
    "triton, 134, 90, download.pytorch.org",
    "requests, 1, 0, download.pytorch.org",
  })
  void readsEveryWheelWithItsDigest(String project, int files, int metadata, String host)
      throws Exception {
    List<IndexFile> read = read(project);

    assertThat(read).hasSize(files).allMatch(file -> file.sha256().isPresent());
    assertThat(read.stream().filter(file -> file.metadata() instanceof MetadataOffer.Offered))
        .hasSize(metadata);
    assertThat(read).allMatch(file -> host.equals(file.url().getHost()));
  }

  @Test
  void findsTheWheelOfThePreset() throws Exception {
    IndexFile torch =
        read("torch").stream()
            .filter(
                file -> file.name().text().equals("torch-2.1.0+cu118-cp310-cp310-linux_x86_64.whl"))
            .findFirst()
            .orElseThrow();

    assertThat(torch.name().version()).hasToString("2.1.0+cu118");
    assertThat(torch.url())
        .hasToString(
            "https://download.pytorch.org/whl/cu118/torch-2.1.0%2Bcu118-cp310-cp310-linux_x86_64.whl");
    assertThat(torch.sha256().orElseThrow())
        .hasToString("a81b554184492005543ddc32e96469f9369d778dedd195d73bda9bed407d6589");
    assertThat(torch.metadata()).isEqualTo(new MetadataOffer.None());
  }

  @Test
  void readsACopyOfPypisPageWithItsLinksToPypisFiles() throws Exception {
    List<IndexFile> numpy = read("numpy");

    assertThat(numpy).hasSizeGreaterThan(3_300);
    assertThat(numpy).allMatch(file -> "files.pythonhosted.org".equals(file.url().getHost()));
    assertThat(numpy).noneMatch(file -> file.name().text().endsWith(".exe"));
    assertThat(numpy).anyMatch(file -> file.name() instanceof SdistFilename);
    assertThat(numpy.stream().filter(file -> file.name().version().toString().equals("1.23.1")))
        .hasSizeGreaterThan(10)
        .anyMatch(file -> file.requiresPython().toString().equals(">=3.8"));
  }

  private static List<IndexFile> read(String project) throws Exception {
    Optional<Path> page =
        Surroundings.conformance("pytorch-index")
            .map(index -> index.resolve("whl/cu118").resolve(project).resolve("index.html"));
    assumeTrue(page.isPresent(), "the pages of download.pytorch.org are not here");
    return PageReader.read(
            MediaType.HTML,
            Files.readAllBytes(page.orElseThrow()),
            INDEX.resolve(project + "/"),
            new ProjectName(project))
        .files();
  }
}
