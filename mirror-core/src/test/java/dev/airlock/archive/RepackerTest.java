package dev.airlock.archive;

import static dev.airlock.fixtures.SdistBuilder.sdist;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.airlock.digest.Sha256;
import dev.airlock.fixtures.Python;
import dev.airlock.fixtures.SdistBuilder;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.repack.Derivation;
import dev.airlock.packaging.repack.Recipe;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TimeZone;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepackerTest {
  private static final String INFO = "gputil-1.4.0.dist-info/";

  /** As stated: that of the bytes depends on the compressor of this machine. */
  private static final Sha256 SDIST = Sha256.of("an sdist".getBytes(UTF_8));

  @TempDir Path directory;

  /** As GPUtil is: a package beside setup.py, and metadata that is not to be trusted. */
  private static SdistBuilder gputil() {
    return sdist("GPUtil", "1.4.0")
        .header("Summary: about GPUs")
        .header("License: MIT")
        .requires("nothing-that-counts")
        .file("setup.py", "raise SystemExit('setup.py was run')\n".getBytes(UTF_8))
        .file("GPUtil/__init__.py", "from .GPUtil import number\n".getBytes(UTF_8))
        .file("GPUtil/GPUtil.py", "number = 7\n".getBytes(UTF_8))
        .file("GPUtil/data, more/table.csv", "a,b\n".getBytes(UTF_8))
        .file("GPUtil/__pycache__/GPUtil.cpython-38.pyc", new byte[9])
        .file("LICENSE.txt", "do as you like\n".getBytes(UTF_8))
        .file("README.md", "# GPUtil\n".getBytes(UTF_8));
  }

  private static Recipe recipe(Optional<String> root, List<String> packages, List<String> modules) {
    return new Recipe(
        new ProjectName("gputil"),
        Version.parse("1.4.0"),
        SpecifierSet.parse(">=3.6"),
        List.of(Requirement.parse("numpy"), Requirement.parse("plot; extra == 'show'")),
        root,
        packages,
        modules);
  }

  private static final Recipe FOUND = recipe(Optional.empty(), List.of(), List.of());

  private static byte[] wheel(SdistBuilder sdist, Recipe recipe) throws IOException {
    return Repacker.wheel(
        new ByteArrayInputStream(sdist.build()),
        new Derivation(
            URI.create("https://files.pythonhosted.org/" + sdist.filename()),
            SdistFilename.parse(sdist.filename(), recipe.project()),
            SDIST,
            recipe));
  }

  private static Map<String, String> files(byte[] wheel) throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    try (var zip = new ZipInputStream(new ByteArrayInputStream(wheel))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(entry.getName(), new String(zip.readAllBytes(), UTF_8));
      }
    }
    return files;
  }

  private static Map<String, String> files(SdistBuilder sdist) throws IOException {
    return files(wheel(sdist, FOUND));
  }

  private static void assertRefused(SdistBuilder sdist, Recipe recipe, String message) {
    assertThatThrownBy(() -> wheel(sdist, recipe))
        .isInstanceOf(RepackException.class)
        .hasMessage(sdist.filename() + " cannot be repacked: " + message);
  }

  // --- what is in it

  @Test
  void hasThePackageWithItsDataAndTheMetadataBehindIt() throws IOException {
    assertThat(files(gputil()).keySet())
        .containsExactly(
            "GPUtil/GPUtil.py",
            "GPUtil/__init__.py",
            "GPUtil/data, more/table.csv",
            INFO + "METADATA",
            INFO + "WHEEL",
            INFO + "airlock.json",
            INFO + "licenses/LICENSE.txt",
            INFO + "RECORD");
  }

  @Test
  void saysWhatTheRecipeStatesAndOtherwiseWhatTheSdistSays() throws IOException {
    assertThat(files(gputil().header("Dynamic: Requires-Dist")).get(INFO + "METADATA"))
        .isEqualTo(
            """
            Metadata-Version: 2.4
            Name: GPUtil
            Version: 1.4.0
            Summary: about GPUs
            License: MIT
            License-File: LICENSE.txt
            Requires-Python: >=3.6
            Requires-Dist: numpy
            Requires-Dist: plot; extra == "show"
            Provides-Extra: show

            A fixture.
            """);
    assertThat(files(gputil().withoutPkgInfo()).get(INFO + "METADATA"))
        .startsWith("Metadata-Version: 2.4\nName: gputil\nVersion: 1.4.0\nLicense-File: ")
        .endsWith("Provides-Extra: show\n\n");
  }

  @Test
  void keepsAFoldedDescription() throws IOException {
    byte[] info =
        "Metadata-Version: 1.1\r\nName: GPUtil\r\nVersion: 1.4\r\nDescription: one\r\n        two\r\n"
            .getBytes(UTF_8);
    assertThat(files(gputil().file("PKG-INFO", info)).get(INFO + "METADATA"))
        .contains("\nDescription: one\n        two\nLicense-File: ")
        .contains("\nVersion: 1.4.0\n");
  }

  @Test
  void saysThatItIsDerivedAndFromWhat() throws IOException {
    Map<String, String> files = files(gputil());

    assertThat(files.get(INFO + "WHEEL"))
        .isEqualTo(
            """
            Wheel-Version: 1.0
            Generator: airlock repack 1
            Root-Is-Purelib: true
            Tag: py3-none-any
            """);
    assertThat(files.get(INFO + "airlock.json"))
        .isEqualTo(
            "{\"what\":\"a wheel that airlock made of an sdist without building it\",\"repack\":1,"
                + "\"sdist\":\"GPUtil-1.4.0.tar.gz\",\"sdist-sha256\":\""
                + SDIST
                + "\",\"root\":\"\",\"packages\":[\"GPUtil\"],\"modules\":[],"
                + "\"requires-python\":\">=3.6\",\"requires-dist\":[\"numpy\",\"plot; extra =="
                + " \\\"show\\\"\"]}\n");
  }

  @Test
  void recordsEveryFileButTheRecord() throws IOException {
    assertThat(files(gputil()).getOrDefault(INFO + "RECORD", "").lines())
        .hasSize(8)
        .contains(
            "GPUtil/GPUtil.py,sha256=GIEJg3F7Abi-sEjz2XzMFWmYSaaxWg64jqmmx2RBHYk,11",
            INFO + "RECORD,,")
        .anyMatch(line -> line.startsWith("\"GPUtil/data, more/table.csv\",sha256="));
  }

  @Test
  void takesTheLicencesThatPkgInfoNames() throws IOException {
    SdistBuilder sdist =
        gputil()
            .metadataVersion("2.5")
            .header("License-File: legal/MIT.txt")
            .file("legal/MIT.txt", "MIT\n".getBytes(UTF_8));

    assertThat(files(sdist)).containsEntry(INFO + "licenses/legal/MIT.txt", "MIT\n");
    assertThat(files(sdist)).doesNotContainKey(INFO + "licenses/LICENSE.txt");
    assertThat(files(sdist).get(INFO + "METADATA")).startsWith("Metadata-Version: 2.5\n");
    assertRefused(
        gputil().header("License-File: lost.txt"),
        FOUND,
        "its PKG-INFO names the License-File 'lost.txt', which it lacks");
  }

  @Test
  void hasTheEntryPointsThatAFileStates() throws IOException {
    String path = INFO + "entry_points.txt";
    byte[] cfg =
        """
        [metadata]
        name = gputil
        [options.entry_points]
        console_scripts =
            gputil = GPUtil:main
            # not this one
            gpus=GPUtil:list
        other.group = one = GPUtil:one
        [bdist_wheel]
        universal = 1
        """
            .getBytes(UTF_8);
    String toml =
        """
        [project]
        name = "gputil"
        [project.scripts]
        gputil = "GPUtil:main"
        [project.entry-points."other.group"]
        one = "GPUtil:one"
        """;
    byte[] written = "[console_scripts]\r\nwritten = GPUtil:main\r\n".getBytes(UTF_8);

    assertThat(files(gputil())).doesNotContainKey(path);
    assertThat(files(gputil().file("setup.cfg", cfg)).get(path))
        .isEqualTo(
            """
            [console_scripts]
            gpus = GPUtil:list
            gputil = GPUtil:main

            [other.group]
            one = GPUtil:one
            """);
    assertThat(files(gputil().file("setup.cfg", cfg).pyproject(toml)).get(path))
        .isEqualTo("[console_scripts]\ngputil = GPUtil:main\n\n[other.group]\none = GPUtil:one\n");
    assertThat(
            files(gputil().pyproject(toml).file("GPUtil.egg-info/entry_points.txt", written))
                .get(path))
        .isEqualTo("[console_scripts]\nwritten = GPUtil:main\n");
    assertThatThrownBy(() -> files(gputil().pyproject("[project")))
        .hasMessageStartingWith(
            "GPUtil-1.4.0.tar.gz cannot be repacked: its pyproject.toml is not TOML: ");
  }

  // --- always the same bytes

  @ParameterizedTest
  @ValueSource(strings = {"UTC", "Asia/Seoul", "America/St_Johns"})
  void isTheSameByteForByteInEveryPlace(String zone) throws IOException {
    TimeZone own = TimeZone.getDefault();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone(zone));
      // Another digest is another format: Derivation.FORMAT has to say so.
      assertThat(Sha256.of(wheel(gputil(), FOUND)))
          .hasToString("7c176cc0d13383d4ba52794864b833d51df4ea17bad85cec09a90731b8e2a638");
    } finally {
      TimeZone.setDefault(own);
    }
  }

  @Test
  void isReadByPython() throws IOException {
    Optional<Python> python = Python.forWhich("import zipfile, zipimport");
    assumeThat(python).as("a Python").isPresent();
    Path wheel = directory.resolve("gputil-1.4.0-py3-none-any.whl");
    Files.write(wheel, wheel(gputil(), FOUND));

    String said =
        python
            .get()
            .output(
                """
                import sys, zipfile
                zip = zipfile.ZipFile(sys.argv[1])
                sys.path.insert(0, sys.argv[1])
                import GPUtil
                modes = {oct(i.external_attr >> 16) for i in zip.infolist()}
                times = {i.date_time for i in zip.infolist()}
                print(zip.testzip(), GPUtil.number, modes, times)
                """,
                List.of(wheel.toString()),
                "");
    assertThat(said.strip()).isEqualTo("None 7 {'0o100644'} {(1980, 1, 1, 0, 0, 0)}");
  }

  // --- what belongs into it

  @Test
  void findsAPackageBelowSrcAndASingleModule() throws IOException {
    SdistBuilder src =
        sdist("gputil", "1.4.0").file("src/gpu/__init__.py", new byte[0]).file("src/x.txt", utf8());
    SdistBuilder module = sdist("gputil", "1.4.0").file("gputil.py", utf8()).zip();

    assertThat(files(src)).containsKey("gpu/__init__.py").doesNotContainKey("x.txt");
    assertThat(files(module)).containsEntry("gputil.py", "x = 1\n").doesNotContainKey("setup.py");
  }

  private static byte[] utf8() {
    return "x = 1\n".getBytes(UTF_8);
  }

  @Test
  void asksWhichOfSeveralPackagesAndModulesAreMeant() throws IOException {
    SdistBuilder sdist =
        gputil()
            .file("tests/__init__.py", new byte[0])
            .file("versioneer.py", utf8())
            .file("docs/conf.py", utf8());

    assertRefused(
        sdist,
        FOUND,
        "it has packages GPUtil, tests at its top, modules versioneer at its top; state which of"
            + " them belong into the wheel, as in \"repack\": [{\"name\": \"gputil\","
            + " \"packages\": [\"…\"], \"modules\": [\"…\"], \"root\": \"…\"}]");
    Recipe stated = recipe(Optional.empty(), List.of("GPUtil"), List.of("versioneer"));
    assertThat(files(wheel(sdist, stated)).keySet())
        .contains("GPUtil/__init__.py", "versioneer.py")
        .noneMatch(path -> path.startsWith("tests"));
  }

  @Test
  void asksWhereThePackageIs() throws IOException {
    SdistBuilder sdist =
        sdist("gputil", "1.4.0").file("python/lib/gpu/core.py", utf8()).file("a.txt", utf8());

    assertRefused(
        sdist,
        FOUND,
        "it has no package with an __init__.py and no module where they are looked for, at its top"
            + " and in src; at its top are PKG-INFO, a.txt, python, setup.py; state which of them"
            + " belong into the wheel, as in \"repack\": [{\"name\": \"gputil\", \"packages\":"
            + " [\"…\"], \"modules\": [\"…\"], \"root\": \"…\"}]");
    Recipe stated = recipe(Optional.of("python/lib"), List.of("gpu"), List.of());
    assertThat(files(wheel(sdist, stated))).containsKey("gpu/core.py");
  }

  @Test
  void refusesStatedPackagesThatAreNotThere() {
    assertThatThrownBy(
            () -> wheel(gputil(), recipe(Optional.empty(), List.of("gputil"), List.of())))
        .hasMessageStartingWith(
            "GPUtil-1.4.0.tar.gz cannot be repacked: it has packages GPUtil at its top; [gputil] is"
                + " stated and not all there: correct it, as in ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ext/fast.c",
        "GPUtil/fast.pyx",
        "GPUtil/_fast.so",
        "GPUtil/x.so.1",
        "a.PYD",
        "src/lib.rs"
      })
  void refusesWhatIsCompiled(String path) {
    assertRefused(
        gputil().file(path, utf8()),
        FOUND,
        "it has what is compiled, "
            + path
            + ", and only pure Python is repacked: take gputil out of `repack`, and state its"
            + " `dependency_metadata`");
  }

  // --- sdists that are none

  @Test
  void refusesLinksInWhatIsInstalled() throws IOException {
    assertRefused(
        gputil().link("GPUtil-1.4.0/GPUtil/other.py", "/etc/passwd", true),
        FOUND,
        "'GPUtil/other.py' in it is no plain file, but a link or the like");
    assertThat(files(gputil().link("GPUtil-1.4.0/docs/link", "../README.md", true)))
        .containsKey("GPUtil/GPUtil.py");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../evil.py", "/etc/evil.py"})
  void refusesPathsThatLeadElsewhere(String path) {
    assertRefused(
        gputil().file(path, utf8()),
        FOUND,
        "it has a file named '" + path + "', which is no path on every system");
  }

  @Test
  void refusesAnotherVersionThanItsNameSays() {
    assertRefused(
        gputil().file("PKG-INFO", "Name: GPUtil\nVersion: 1.5\n".getBytes(UTF_8)),
        FOUND,
        "its PKG-INFO says that it is gputil 1.5");
  }

  @Test
  void refusesAnSdistThatUnpacksToTooMuch() {
    assertRefused(
        gputil().file("GPUtil/big.bin", new byte[(64 << 20) + 1]),
        FOUND,
        "it unpacks to more than 64 MiB, or 20,000 files: build a wheel of it where its index can"
            + " be reached");
  }

  @Test
  void refusesWhatIsNoArchive() {
    var derivation =
        new Derivation(
            URI.create("https://files.pythonhosted.org/GPUtil-1.4.0.tar.gz"),
            SdistFilename.parse("GPUtil-1.4.0.tar.gz", new ProjectName("gputil")),
            Sha256.of(new byte[0]),
            FOUND);
    assertThatThrownBy(() -> Repacker.wheel(new ByteArrayInputStream(utf8()), derivation))
        .isInstanceOf(MalformedArchiveException.class)
        .hasMessageStartingWith("GPUtil-1.4.0.tar.gz is not a whole archive: ");
  }
}
