package dev.airlock.archive;

import static dev.airlock.fixtures.SdistBuilder.sdist;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.fixtures.SdistBuilder;
import dev.airlock.fixtures.ZipMethods;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.metadata.CoreMetadata;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SdistArchiveTest {
  private static final ProjectName TINY = new ProjectName("tiny");

  private static SdistArchive read(SdistBuilder sdist) throws IOException {
    return read(sdist.build(), sdist.filename());
  }

  private static SdistArchive read(byte[] bytes, String filename) throws IOException {
    return SdistArchive.read(new ByteArrayInputStream(bytes), SdistFilename.parse(filename, TINY));
  }

  private static SdistMetadata metadata(SdistBuilder sdist) throws IOException {
    return SdistMetadata.of(read(sdist), SdistFilename.parse(sdist.filename(), TINY));
  }

  private static List<String> requires(SdistBuilder sdist) throws IOException {
    return metadata(sdist).metadata().map(CoreMetadata::requiresDist).orElse(List.of()).stream()
        .map(Requirement::toString)
        .toList();
  }

  private static List<String> buildRequires(SdistBuilder sdist) throws IOException {
    return metadata(sdist).buildRequires().stream().map(Requirement::toString).toList();
  }

  // --- the archive

  @Test
  void readsTarAndZip() throws IOException {
    SdistBuilder tar = sdist("tiny", "1.0").pyproject("[project]\n");
    assertThat(read(tar).pyproject().orElseThrow()).asString(UTF_8).isEqualTo("[project]\n");
    assertThat(read(tar).pkgInfo().orElseThrow()).asString(UTF_8).contains("Name: tiny");
    SdistBuilder zip = sdist("tiny", "1.0").pyproject("[project]\n").zip();
    assertThat(read(zip).pyproject().orElseThrow()).asString(UTF_8).isEqualTo("[project]\n");
  }

  @Test
  void passesOverFilesFurtherDown() throws IOException {
    SdistArchive archive =
        read(
            sdist("tiny", "1.0")
                .withoutPkgInfo()
                .file("tiny.egg-info/PKG-INFO", new byte[1])
                .file("vendor/pyproject.toml", new byte[1]));
    assertThat(archive.pkgInfo()).isEmpty();
    assertThat(archive.pyproject()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void takesNoLinkForAFile(boolean symbolic) throws IOException {
    SdistArchive archive =
        read(
            sdist("tiny", "1.0")
                .withoutPkgInfo()
                .link("tiny-1.0/PKG-INFO", "/etc/passwd", symbolic));
    assertThat(archive.pkgInfo()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/PKG-INFO", "../PKG-INFO", "/etc/PKG-INFO", "../../x/PKG-INFO"})
  void takesNoFileFromOutside(String path) throws IOException {
    SdistArchive archive =
        read(sdist("tiny", "1.0").withoutPkgInfo().file(path, "Name: evil\n".getBytes(UTF_8)));
    assertThat(archive.pkgInfo()).isEmpty();
  }

  @Test
  void refusesAMetadataFileThatUnpacksToTooMuch() {
    assertThatThrownBy(() -> read(sdist("tiny", "1.0").file("PKG-INFO", new byte[17 << 20])))
        .isInstanceOf(MalformedArchiveException.class)
        .hasMessage("tiny-1.0.tar.gz has a metadata file of more than 16 MiB");
  }

  @Test
  void refusesMoreEntriesThanAnySdistHas() throws IOException {
    var out = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(out))) {
      for (int i = 0; i < 200_001; i++) {
        tar.putArchiveEntry(new TarArchiveEntry("tiny-1.0/" + i));
        tar.closeArchiveEntry();
      }
    }
    assertThatThrownBy(() -> read(out.toByteArray(), "tiny-1.0.tar.gz"))
        .isInstanceOf(MalformedArchiveException.class)
        .hasMessageContaining("unpacks to more than any sdist has");
  }

  @Test
  void refusesAnEntryThatClaimsToBeLargerThanAnySdist() throws IOException {
    var out = new ByteArrayOutputStream();
    var entry = new TarArchiveEntry("tiny-1.0/zeros");
    entry.setSize(5L << 30);
    byte[] header = new byte[512];
    entry.writeEntryHeader(header);
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(header);
    }
    assertThatThrownBy(() -> read(out.toByteArray(), "tiny-1.0.tar.gz"))
        .hasMessageContaining("unpacks to more than any sdist has");
  }

  @Test
  void refusesWhatIsNoArchive() {
    for (String name : List.of("tiny-1.0.tar.gz", "tiny-1.0.tar.bz2", "tiny-1.0.tgz")) {
      assertThatThrownBy(() -> read("<html>".getBytes(UTF_8), name))
          .isInstanceOf(MalformedArchiveException.class)
          .hasMessageStartingWith(name + " cannot be read as an archive");
    }
    assertThatThrownBy(() -> read(new byte[0], "tiny-1.0.tar.xz"))
        .hasMessage("tiny-1.0.tar.xz: accepted are .tar.gz, .tgz, .tar.bz2 and .zip");
  }

  @Test
  void neverFailsInAnotherWayOnBrokenBytes() {
    byte[] tar = sdist("tiny", "1.0").build();
    byte[] zip = sdist("tiny", "1.0").zip().build();
    for (int i = 0; i < tar.length; i++) {
      assertFailsAsMalformed(flipped(tar, i), "tiny-1.0.tar.gz");
      assertFailsAsMalformed(Arrays.copyOf(tar, i), "tiny-1.0.tar.gz");
    }
    for (int i = 0; i < zip.length; i++) {
      assertFailsAsMalformed(flipped(zip, i), "tiny-1.0.zip");
    }
  }

  private static byte[] flipped(byte[] bytes, int position) {
    byte[] flipped = bytes.clone();
    flipped[position] ^= (byte) 0xff;
    return flipped;
  }

  private static void assertFailsAsMalformed(byte[] bytes, String filename) {
    try {
      read(bytes, filename);
    } catch (IOException e) {
      assertThat(e).isInstanceOf(MalformedArchiveException.class);
    }
  }

  // --- what it says

  @Test
  void trustsAPkgInfoOfMetadata22() throws IOException {
    assertThat(requires(sdist("tiny", "1.0").metadataVersion("2.2").requires("other>=1")))
        .containsExactly("other>=1");
  }

  @Test
  void trustsNoOlderPkgInfo() throws IOException {
    assertThat(metadata(sdist("tiny", "1.0").metadataVersion("2.1").requires("x")).metadata())
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Requires-Dist", "requires-python", "Provides-Extra"})
  void trustsNoPkgInfoThatLeavesSomethingOpen(String field) throws IOException {
    assertThat(
            metadata(sdist("tiny", "1.0").metadataVersion("2.2").header("Dynamic: " + field))
                .metadata())
        .isEmpty();
  }

  @Test
  void trustsAStaticProjectTable() throws IOException {
    SdistBuilder sdist =
        sdist("tiny", "1.0")
            .pyproject(
                """
                [project]
                name = "tiny"
                version = "1.0"
                requires-python = ">=3.9"
                dependencies = ["other>=1", "win; sys_platform == 'win32'"]
                [project.optional-dependencies]
                Fast_Path = ["speed; python_version < '3.12'"]
                """);
    CoreMetadata metadata = metadata(sdist).metadata().orElseThrow();
    assertThat(metadata.requiresPython()).hasToString(">=3.9");
    assertThat(metadata.providesExtra()).containsExactly(new ExtraName("fast-path"));
    assertThat(requires(sdist)).hasSize(3).contains("other>=1");
    assertThat(requires(sdist).get(2))
        .startsWith("speed")
        .contains("python_version")
        .contains("extra ==");
  }

  @ParameterizedTest
  @ValueSource(strings = {"dependencies", "optional-dependencies", "requires-python"})
  void trustsNoProjectTableThatLeavesSomethingToTheBackend(String field) throws IOException {
    SdistBuilder sdist =
        sdist("tiny", "1.0")
            .pyproject("[project]\nname = \"tiny\"\ndynamic = [\"" + field + "\"]\n");
    assertThat(metadata(sdist).metadata()).isEmpty();
  }

  @Test
  void trustsAProjectTableWhoseVersionAloneIsDynamic() throws IOException {
    SdistBuilder sdist =
        sdist("tiny", "1.0")
            .pyproject(
                "[project]\nname = \"tiny\"\ndynamic = [\"version\"]\ndependencies = [\"x\"]\n");
    assertThat(requires(sdist)).containsExactly("x");
  }

  @Test
  void knowsThatPoetryKeepsDependenciesElsewhere() throws IOException {
    SdistBuilder sdist =
        sdist("tiny", "1.0")
            .pyproject("[project]\nname = \"tiny\"\n[tool.poetry.dependencies]\nother = \"^1\"\n");
    assertThat(metadata(sdist).metadata()).isEmpty();
  }

  @Test
  void trustsNothingThatItDoesNotUnderstand() throws IOException {
    assertThat(metadata(sdist("tiny", "1.0").pyproject("not [ toml")).metadata()).isEmpty();
    assertThat(
            metadata(
                    sdist("tiny", "1.0")
                        .pyproject("[project]\nname=\"tiny\"\ndependencies=[\"===\"]\n"))
                .metadata())
        .isEmpty();
  }

  // --- what building it requires

  @Test
  void wantsSetuptoolsAndWheelForALegacySdist() throws IOException {
    assertThat(buildRequires(sdist("tiny", "1.0"))).containsExactly("setuptools>=40.8.0", "wheel");
    assertThat(buildRequires(sdist("tiny", "1.0").pyproject("[tool.black]\n")))
        .containsExactly("setuptools>=40.8.0", "wheel");
  }

  @Test
  void wantsWhatTheBuildSystemSays() throws IOException {
    assertThat(buildRequires(sdist("tiny", "1.0").buildRequires("flit_core>=3", "tomli")))
        .containsExactly("flit-core>=3", "tomli");
  }

  @Test
  void wantsWheelBesideSetuptools() throws IOException {
    SdistBuilder sdist =
        sdist("tiny", "1.0")
            .pyproject(
                """
                [build-system]
                requires = ["setuptools>=61"]
                build-backend = "setuptools.build_meta"
                """);
    assertThat(buildRequires(sdist)).containsExactly("setuptools>=61", "wheel");
  }

  @Test
  void refusesAZipInACompressionThatItDoesNotRead() throws IOException {
    byte[] zip = ZipMethods.with(ZipMethods.ZSTANDARD, sdist("tiny", "1.0").zip().build());
    assertThatThrownBy(() -> read(zip, "tiny-1.0.zip"))
        .isInstanceOf(MalformedArchiveException.class)
        .hasMessageContaining("tiny-1.0.zip")
        .hasMessageContaining("deflate");
  }
}
