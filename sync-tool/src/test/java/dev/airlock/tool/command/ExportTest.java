package dev.airlock.tool.command;

import static dev.airlock.fixtures.Presets.preset;
import static dev.airlock.fixtures.SdistBuilder.sdist;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import com.sun.net.httpserver.SimpleFileServer.OutputLevel;
import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.export.ExportForm;
import dev.airlock.export.ExportPlan;
import dev.airlock.export.Exporter;
import dev.airlock.export.LockedPreset;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.Presets;
import dev.airlock.fixtures.Python;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.index.IndexFile;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.index.MediaType;
import dev.airlock.index.PageReader;
import dev.airlock.index.ProjectPage;
import dev.airlock.lock.LockReader;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.progress.ProgressEvent;
import dev.airlock.progress.ProgressListener;
import dev.airlock.store.CorruptContentException;
import dev.airlock.store.Sealed;
import dev.airlock.store.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code export}. */
class ExportTest {
  private static final WheelBuilder LEAF =
      wheel("leaf", "1.0").requiresPython(">=3.6,<4").padding(4000);
  private static final WheelBuilder TORCH = wheel("torch", "2.1.0+cu118").requires("leaf");

  /** Builds a wheel of nothing but its metadata. */
  private static final String BACKEND =
      """
      import zipfile

      def build_wheel(directory, config_settings=None, metadata_directory=None):
          name = "old-1.0-py3-none-any.whl"
          info = "old-1.0.dist-info/"
          with zipfile.ZipFile(directory + "/" + name, "w") as wheel:
              wheel.writestr("old.py", "")
              wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: old\\nVersion: 1.0\\n")
              wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
              wheel.writestr(info + "RECORD", "")
          return name
      """;

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init")
  private FakeIndex pypi;

  @SuppressWarnings("NullAway.Init")
  private FakeIndex pytorch;

  @SuppressWarnings("NullAway.Init")
  private Tool tool;

  @SuppressWarnings("NullAway.Init")
  private Path to;

  @BeforeEach
  void start() throws IOException {
    pypi = FakeIndex.start();
    pytorch = FakeIndex.start();
    pypi.add(wheel("app", "1.0").requires("leaf").requires("old").requires("torch"));
    pypi.add(LEAF).yanked("broken <on> \\\"Mondays\\\"");
    pypi.add(wheel("other", "1.0").requires("leaf"));
    pypi.add(sdist("old", "1.0").metadataVersion("2.2").buildRequires("backend"));
    pypi.add(wheel("backend", "3.0").file("backend/api.py", BACKEND.getBytes(UTF_8)));
    pypi.add(wheel("pip", "24.0"));
    pytorch.add(TORCH);
    tool = new Tool(directory);
    to = directory.resolve("out");
    tool.preset("kit", kit().json());
    tool.preset(
        "rest", preset("rest", pypi.simple()).packages("other", "1.0", "leaf", "==1.0").json());
    sync("kit");
    sync("rest");
  }

  @AfterEach
  void stop() {
    pypi.close();
    pytorch.close();
  }

  private Presets kit() {
    return preset("kit", pypi.simple())
        .index("pytorch", pytorch.simple(), "torch")
        .packages("app", "1.0", "leaf", "==1.0")
        .key("pytorch", "{\"torch_version\": \"2.1.0\"}")
        .list("bootstrap", "pip");
  }

  private void sync(String preset) {
    assertThat(tool.run("sync", preset)).as(tool.err()).isZero();
  }

  private int export(String form, String... presets) {
    var arguments = new ArrayList<>(List.of("export", "--as", form, "--to", to.toString()));
    arguments.addAll(List.of(presets));
    return tool.run(arguments.toArray(String[]::new));
  }

  private void exported(String form, String... presets) {
    assertThat(export(form, presets)).as(tool.err()).isZero();
  }

  /** All files of the folder, by their places in it. */
  private List<String> exportedFiles() throws IOException {
    try (Stream<Path> files = Files.walk(to)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> to.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  private Map<String, String> contents() throws IOException {
    var contents = new TreeMap<String, String>();
    for (String file : exportedFiles()) {
      contents.put(file, FakeIndex.sha256(Files.readAllBytes(to.resolve(file))));
    }
    return contents;
  }

  /** Makes all files old, so that it is seen which are written. */
  private void age() throws IOException {
    for (String file : exportedFiles()) {
      Files.setLastModifiedTime(to.resolve(file), FileTime.from(Instant.EPOCH));
    }
  }

  private List<String> young() throws IOException {
    var young = new ArrayList<String>();
    for (String file : exportedFiles()) {
      if (Files.getLastModifiedTime(to.resolve(file)).toInstant().isAfter(Instant.EPOCH)) {
        young.add(file);
      }
    }
    return young;
  }

  private ProjectPage page(MediaType form, String project) throws Exception {
    String name = form == MediaType.JSON_V1 ? "index.json" : "index.html";
    Path page = to.resolve("simple").resolve(project).resolve(name);
    return PageReader.read(form, Files.readAllBytes(page), page.toUri(), new ProjectName(project));
  }

  private Path blob(byte[] bytes) {
    String hex = FakeIndex.sha256(bytes);
    return tool.store.resolve("blobs/sha256").resolve(hex.substring(0, 2)).resolve(hex);
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 4;
    Files.write(file, bytes);
  }

  /** A new version of the leaf, which the preset takes from now on. */
  private void moveToNewLeaf() throws IOException {
    pypi.add(wheel("leaf", "2.0"));
    tool.preset("kit", kit().json().replace("==1.0", "==2.0"));
    sync("kit");
  }

  // --- a folder of wheels

  @Test
  void writesAFolderOfEverythingThatTheLockNames() throws IOException {
    exported("wheels", "kit");

    assertThat(exportedFiles())
        .containsExactly(
            "airlock-export.json",
            "airlock-kit.constraints.txt",
            "airlock-kit.requirements.txt",
            "app-1.0-py3-none-any.whl",
            "backend-3.0-py3-none-any.whl",
            "leaf-1.0-py3-none-any.whl",
            "old-1.0.tar.gz",
            "pip-24.0-py3-none-any.whl",
            "torch-2.1.0+cu118-py3-none-any.whl");
    assertThat(to.resolve(LEAF.filename())).hasBinaryContent(LEAF.build());
    assertThat(to.resolve("airlock-kit.constraints.txt"))
        .hasContent("app==1.0\nleaf==1.0\nold==1.0\npip==24.0\ntorch==2.1.0+cu118\n");
    assertThat(Files.readAllLines(to.resolve("airlock-kit.requirements.txt")))
        .containsExactlyInAnyOrder("app==1.0", "leaf==1.0", "torch==2.1.0");
    assertThat(tool.err())
        .contains("exported kit as wheels into " + to + ": written 8 (")
        .contains("pip install --no-index --find-links " + to + " -c ");
  }

  @Test
  void keepsAManifestOfWhatItWrote() throws IOException {
    exported("wheels", "kit");

    JsonNode manifest = new ObjectMapper().readTree(to.resolve("airlock-export.json").toFile());
    assertThat(manifest.path("as").asText()).isEqualTo("wheels");
    assertThat(manifest.path("presets").has("kit")).isTrue();
    Map<String, String> contents = contents();
    contents.remove("airlock-export.json");
    var listed = new TreeMap<String, String>();
    manifest
        .path("files")
        .forEach(file -> listed.put(file.path("path").asText(), file.path("sha256").asText()));
    assertThat(listed).isEqualTo(contents);
  }

  @Test
  void pipInstallsFromTheFolderOfWheels() throws Exception {
    exported("wheels", "kit");

    assertThat(installed("--no-index", "--find-links", to.toString()))
        .contains(
            "app-1.0.dist-info",
            "leaf-1.0.dist-info",
            "old-1.0.dist-info",
            "torch-2.1.0+cu118.dist-info");
  }

  // --- a static index

  @Test
  void writesAnIndexOfPagesWithFilesAndMetadataBeside() throws Exception {
    exported("index", "kit");

    assertThat(exportedFiles())
        .contains(
            "airlock-kit.constraints.txt",
            "simple/index.html",
            "simple/index.json",
            "simple/leaf/index.html",
            "simple/leaf/index.json",
            "simple/leaf/leaf-1.0-py3-none-any.whl",
            "simple/leaf/leaf-1.0-py3-none-any.whl.metadata",
            "simple/old/old-1.0.tar.gz",
            "simple/torch/torch-2.1.0+cu118-py3-none-any.whl");
    assertThat(to.resolve("simple/leaf/leaf-1.0-py3-none-any.whl.metadata"))
        .hasBinaryContent(LEAF.metadata());
    assertThat(Files.readString(to.resolve("simple/index.html")))
        .startsWith("<!DOCTYPE html>")
        .contains("<a href=\"leaf/\">leaf</a>");
    assertThat(
            new ObjectMapper().readTree(to.resolve("simple/index.json").toFile()).path("projects"))
        .extracting(project -> project.path("name").asText())
        .containsExactly("app", "backend", "leaf", "old", "pip", "torch");
    assertThat(Files.readString(to.resolve("simple/torch/index.html")))
        .contains("<a href=\"torch-2.1.0%2Bcu118-py3-none-any.whl#sha256=");
  }

  @Test
  void bothFormsOfAPageSayWhatIsKnownOfTheFiles() throws Exception {
    exported("index", "kit");

    for (MediaType form : List.of(MediaType.HTML, MediaType.JSON_V1)) {
      IndexFile leaf = page(form, "leaf").files().getFirst();
      assertThat(leaf.url()).isEqualTo(to.resolve("simple/leaf/" + LEAF.filename()).toUri());
      assertThat(leaf.sha256().orElseThrow().hex()).isEqualTo(FakeIndex.sha256(LEAF.build()));
      assertThat(leaf.requiresPython()).hasToString(">=3.6,<4");
      assertThat(leaf.yanked()).isEqualTo(new Yanked.Because("broken <on> \"Mondays\""));
      assertThat(leaf.size()).hasValue(LEAF.build().length);
      assertThat(leaf.metadata())
          .isInstanceOfSatisfying(
              MetadataOffer.Offered.class,
              offer ->
                  assertThat(offer.digest().orElseThrow().hex())
                      .isEqualTo(FakeIndex.sha256(LEAF.metadata())));
    }
  }

  @Test
  void pipInstallsFromTheIndexInPlace() throws Exception {
    exported("index", "kit");

    assertThat(installed("--index-url", to.resolve("simple").toUri().toString()))
        .contains("app-1.0.dist-info", "old-1.0.dist-info", "torch-2.1.0+cu118.dist-info");
    assertThat(installed("--index-url", "file://" + to.resolve("simple")))
        .contains("leaf-1.0.dist-info");
  }

  @Test
  void pipInstallsFromTheIndexThroughAnyServerOfFiles() throws Exception {
    exported("index", "kit");
    HttpServer server =
        SimpleFileServer.createFileServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), to, OutputLevel.NONE);
    server.start();
    try {
      String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/simple/";
      assertThat(installed("--index-url", address))
          .contains("app-1.0.dist-info", "old-1.0.dist-info", "torch-2.1.0+cu118.dist-info");
    } finally {
      server.stop(0);
    }
  }

  /** Runs pip, with no settings of this machine. */
  private static final String PIP =
      """
      import os, runpy, sys
      for name in [each for each in os.environ if each.startswith("PIP_") or each.lower().endswith("_proxy")]:
          del os.environ[name]
      os.environ["PIP_CONFIG_FILE"] = os.devnull
      sys.argv[0] = "pip"
      runpy.run_module("pip", run_name="__main__")
      """;

  /** What lies in the folder that pip installed the requirements of the kit into. */
  private List<String> installed(String... source) throws IOException {
    Optional<Python> python =
        Python.forWhich("import pip, sys; sys.exit(sys.version_info < (3, 8))");
    assumeThat(python).as("a Python with pip").isPresent();
    Path into = Files.createTempDirectory(directory, "installed");
    var arguments =
        new ArrayList<>(List.of("install", "--no-cache-dir", "--disable-pip-version-check"));
    arguments.addAll(List.of("--retries", "0", "--target", into.toString()));
    arguments.addAll(List.of("-c", to.resolve("airlock-kit.constraints.txt").toString()));
    arguments.addAll(List.of("-r", to.resolve("airlock-kit.requirements.txt").toString()));
    arguments.addAll(List.of(source));
    python.orElseThrow().output(PIP, arguments, "");
    try (Stream<Path> files = Files.list(into)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  // --- what has to hold first

  @Test
  void writesNothingOfWhatDoesNotHold() throws IOException {
    Files.delete(blob(LEAF.build()));

    assertThat(export("wheels", "kit")).isEqualTo(3);
    assertThat(tool.err())
        .contains("missing: " + LEAF.filename() + " is not held, wanted by ")
        .contains("kit does NOT hold")
        .contains("nothing was written to " + to);
    assertThat(to).doesNotExist();
  }

  @Test
  void writesNothingWhenOneOfSeveralPresetsIsDamaged() throws IOException {
    flip(blob(TORCH.build()));

    assertThat(export("index", "rest", "kit")).isEqualTo(5);
    assertThat(tool.err()).contains("damaged: " + TORCH.filename() + " is damaged");
    assertThat(to).doesNotExist();

    assertThat(export("index", "kit", "--json")).isEqualTo(5);
    assertThat(tool.json().getLast().path("holds").asBoolean()).isFalse();
  }

  @Test
  void writesNothingOfAPresetThatIsNotPublished() throws IOException {
    tool.preset("new", preset("new", pypi.simple()).packages("other", "1.0").json());

    assertThat(export("wheels", "new")).isEqualTo(3);
    assertThat(tool.err()).contains("new has no lock");
    assertThat(export("wheels", "nobody")).isEqualTo(2);
    assertThat(to).doesNotExist();
  }

  @Test
  void asksForTheFormAndTheFolder() {
    assertThat(tool.run("export", "kit", "--to", to.toString())).isEqualTo(2);
    assertThat(tool.err())
        .contains("say in which form to export: --as wheels writes")
        .contains("--as index writes");
    assertThat(export("tar", "kit")).isEqualTo(2);
    assertThat(tool.err()).contains("there is no form 'tar': --as wheels");
    assertThat(tool.run("export", "kit", "--as", "wheels")).isEqualTo(2);
    assertThat(tool.err()).contains("add --to DIR");
    assertThat(tool.run("export", "kit", "--as", "wheels", "--to", "store/wheels")).isEqualTo(2);
    assertThat(tool.err()).contains("belongs to a store");
  }

  @Test
  void aDryRunWritesNothing() {
    assertThat(export("wheels", "kit", "--dry-run")).isZero();

    assertThat(tool.out()).contains("write leaf-1.0-py3-none-any.whl " + LEAF.build().length);
    assertThat(tool.err()).contains("would export kit as wheels into " + to + ": written 8 (");
    assertThat(to).doesNotExist();
  }

  @Test
  void tellsTheResultAsJson() {
    exported("wheels", "kit", "--json");

    JsonNode result = tool.json().getLast();
    assertThat(result.path("as").asText()).isEqualTo("wheels");
    assertThat(result.path("written").path("files").asInt()).isEqualTo(8);
    assertThat(result.path("kept").path("files").asInt()).isZero();
    assertThat(result.path("removed").path("files").asInt()).isZero();
    assertThat(tool.json())
        .anySatisfy(event -> {
          assertThat(event.path("event").asText()).isEqualTo("finished");
          assertThat(event.path("file").asText()).isEqualTo("airlock-kit.constraints.txt");
        });
  }

  // --- again

  @Test
  void writesNothingAgainThatIsRight() throws IOException {
    exported("index", "kit");
    age();
    exported("index", "kit");

    assertThat(young()).isEmpty();
    assertThat(tool.err()).contains("written 0 (0 B), left as they are ");
  }

  @Test
  void writesWhatChangedAndRemovesWhatNoPresetNeeds() throws Exception {
    exported("index", "kit");
    age();
    moveToNewLeaf();
    exported("index", "kit");

    assertThat(young())
        .containsExactly(
            "airlock-export.json",
            "airlock-kit.constraints.txt",
            "airlock-kit.requirements.txt",
            "simple/leaf/index.html",
            "simple/leaf/index.json",
            "simple/leaf/leaf-2.0-py3-none-any.whl",
            "simple/leaf/leaf-2.0-py3-none-any.whl.metadata");
    assertThat(exportedFiles()).noneMatch(file -> file.contains("leaf-1.0"));
    assertThat(page(MediaType.HTML, "leaf").files())
        .extracting(file -> file.name().text())
        .containsExactly("leaf-2.0-py3-none-any.whl");
  }

  @Test
  void removesTheFolderOfAProjectThatIsGone() throws IOException {
    exported("index", "kit");
    pypi.add(wheel("app", "1.1"));
    tool.preset("kit", kit().json().replace("\"app\": \"1.0\"", "\"app\": \"1.1\""));
    sync("kit");
    exported("index", "kit");

    assertThat(to.resolve("simple/old")).doesNotExist();
    assertThat(to.resolve("simple/backend")).doesNotExist();
    assertThat(Files.readString(to.resolve("simple/index.html"))).doesNotContain("old/");
  }

  @Test
  void neverRemovesWhatSomebodyElsePutThere() throws IOException {
    Files.createDirectories(to);
    Files.write(to.resolve(LEAF.filename()), LEAF.build());
    Files.writeString(to.resolve("notes.txt"), "mine");
    Files.writeString(to.resolve(".tmp-notes"), "mine too");
    age();
    exported("wheels", "kit");
    assertThat(young()).doesNotContain(LEAF.filename(), "notes.txt", ".tmp-notes");
    moveToNewLeaf();
    exported("wheels", "kit");

    assertThat(exportedFiles())
        .contains(LEAF.filename(), "leaf-2.0-py3-none-any.whl", "notes.txt", ".tmp-notes");
  }

  @Test
  void leavesWhatWasChangedAfterTheExport() throws IOException {
    exported("wheels", "kit");
    Files.writeString(to.resolve(LEAF.filename()), "somebody's");
    moveToNewLeaf();
    exported("wheels", "kit");

    assertThat(to.resolve(LEAF.filename())).hasContent("somebody's");
    assertThat(tool.err())
        .contains("'" + to.resolve(LEAF.filename()) + "' was changed after it was exported");
  }

  @Test
  void namesWhatIsInTheWayAndWritesNothing() throws IOException {
    Files.createDirectories(to.resolve("simple/app"));
    Files.writeString(to.resolve("simple/app/index.html"), "mine");
    Files.writeString(to.resolve("simple/leaf"), "no folder");
    Map<String, String> before = contents();

    assertThat(export("index", "kit")).isEqualTo(1);
    assertThat(tool.err())
        .contains("in the way of this export")
        .contains("'" + to.resolve("simple/app/index.html") + "'")
        .contains("'" + to.resolve("simple/leaf") + "'");
    assertThat(contents()).isEqualTo(before);
    assertThat(export("index", "kit", "--dry-run")).isEqualTo(1);
  }

  @Test
  void doesNotMixTheTwoForms() throws IOException {
    exported("wheels", "kit");
    Map<String, String> before = contents();

    assertThat(export("index", "kit")).isEqualTo(1);
    assertThat(tool.err()).contains("has an export as wheels: name another folder");
    assertThat(contents()).isEqualTo(before);
  }

  // --- several presets

  @Test
  void severalPresetsShareAFolder() throws Exception {
    exported("index", "kit", "rest");
    Map<String, String> together = contents();

    to = directory.resolve("one-after-the-other");
    exported("index", "rest");
    exported("index", "kit");
    assertThat(contents()).isEqualTo(together);
    assertThat(together)
        .containsKeys("airlock-kit.constraints.txt", "airlock-rest.constraints.txt");
  }

  @Test
  void keepsWhatAnotherPresetOfTheFolderNeeds() throws Exception {
    exported("index", "kit");
    exported("index", "rest");
    moveToNewLeaf();
    age();
    exported("index", "kit");

    assertThat(exportedFiles())
        .contains("simple/leaf/" + LEAF.filename(), "airlock-rest.requirements.txt");
    assertThat(page(MediaType.JSON_V1, "leaf").files())
        .extracting(file -> file.name().text())
        .containsExactly("leaf-1.0-py3-none-any.whl", "leaf-2.0-py3-none-any.whl");
    assertThat(young()).doesNotContain("airlock-rest.requirements.txt");
  }

  @Test
  void tellsWhatTheFolderLacksOfAnotherPreset() throws IOException {
    exported("wheels", "rest");
    Files.delete(to.resolve("other-1.0-py3-none-any.whl"));
    exported("wheels", "kit");

    assertThat(tool.err())
        .contains("lacks what was exported for preset 'rest': other-1.0-py3-none-any.whl");
    exported("wheels", "rest");
    assertThat(exportedFiles()).contains("other-1.0-py3-none-any.whl");
  }

  @Test
  void presetsWithDifferentFilesOfOneNameCannotShareAFolder() throws IOException {
    try (FakeIndex elsewhere = FakeIndex.start()) {
      elsewhere.add(wheel("leaf", "1.0").padding(10));
      tool.preset("odd", preset("odd", elsewhere.simple()).packages("leaf", "1.0").json());
      sync("odd");
    }
    exported("wheels", "kit");
    Map<String, String> before = contents();

    assertThat(export("wheels", "odd")).isEqualTo(1);
    assertThat(tool.err())
        .contains("presets 'kit' and 'odd' have different files by the name " + LEAF.filename());
    assertThat(contents()).isEqualTo(before);
  }

  // --- interruptions, and what is damaged

  private ExportPlan exportWith(ProgressListener progress, ExportForm form) throws Exception {
    try (Store store = Store.open(tool.store)) {
      var catalog = new Catalog(store);
      HeldPreset held = catalog.preset("kit").orElseThrow();
      var preset =
          new LockedPreset("kit", LockReader.read(held.lock()), "app==1.0\nleaf\ntorch==2.1.0\n");
      return new Exporter(store, catalog, to, form, progress).export(List.of(preset));
    }
  }

  /** Ends an export as a kill does: somewhere, and without a word. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void goesOnWhereItWasKilled() throws Exception {
    Path first = to;
    exportWith(ProgressListener.SILENT, ExportForm.INDEX);
    Map<String, String> old = contents();
    moveToNewLeaf();
    to = directory.resolve("second");
    makeCopyOf(first, old);
    ExportPlan plan = exportWith(ProgressListener.SILENT, ExportForm.INDEX);
    Map<String, String> right = contents();

    for (int kill = 0; kill < 2 * plan.writes().size(); kill++) {
      to = directory.resolve("killed-" + kill);
      makeCopyOf(first, old);
      int[] left = {kill};
      assertThatThrownBy(() ->
              exportWith(
                  event -> {
                    boolean counts =
                        event instanceof ProgressEvent.Advanced
                            || event instanceof ProgressEvent.Finished;
                    if (counts && left[0]-- == 0) {
                      throw new Killed();
                    }
                  },
                  ExportForm.INDEX))
          .isInstanceOf(Killed.class);
      contents()
          .forEach((file, digest) -> {
            if (!file.equals("airlock-export.json")) {
              assertThat(digest).as(file).isIn(old.get(file), right.get(file));
            }
          });
      Files.writeString(to.resolve("simple/leaf/.tmp-77-abc"), "left by the kill");
      exportWith(ProgressListener.SILENT, ExportForm.INDEX);
      assertThat(contents()).isEqualTo(right);
    }
  }

  /** Makes the folder a copy of another one. */
  private void makeCopyOf(Path other, Map<String, String> files) throws IOException {
    for (String file : files.keySet()) {
      Files.createDirectories(to.resolve(file).resolveSibling("."));
      Files.copy(other.resolve(file), to.resolve(file));
    }
  }

  @Test
  void neverWritesDamagedBytes() throws Exception {
    flip(blob(LEAF.build()));

    assertThatThrownBy(() -> exportWith(ProgressListener.SILENT, ExportForm.WHEELS))
        .isInstanceOf(CorruptContentException.class)
        .hasMessageContaining("'" + LEAF.filename() + "' is damaged in the store")
        .hasMessageContaining("`airlock repair` mends it");
    assertThat(exportedFiles())
        .doesNotContain(LEAF.filename())
        .noneMatch(file -> file.contains(".tmp-"));
  }

  @Test
  void onlyOneExportWritesIntoAFolder() throws Exception {
    exported("wheels", "kit");
    try (FileChannel lock =
        FileChannel.open(
            to.resolve(".airlock-export.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE)) {
      assertThat(lock.tryLock()).isNotNull();
      assertThat(export("wheels", "rest")).isEqualTo(1);
      assertThat(tool.err()).contains("another `airlock export` is writing into '" + to + "'");
    }
    exported("wheels", "rest");
    assertThat(to.resolve(".airlock-export.lock")).doesNotExist();
  }

  @Test
  void refusesAManifestThatIsNotWhatWasWritten() throws IOException {
    exported("wheels", "kit");
    flip(to.resolve("airlock-export.json"));

    assertThat(export("wheels", "kit")).isEqualTo(1);
    assertThat(tool.err()).contains("airlock-export.json' is damaged: its bytes are not those");
  }

  @Test
  void touchesNothingOutsideOfTheFolderWhateverItsManifestSays() throws IOException {
    exported("wheels", "kit");
    Path outside = Files.writeString(directory.resolve("outside"), "mine");
    Path file = to.resolve("airlock-export.json");
    ObjectNode manifest = Sealed.open(Files.readAllBytes(file));
    ((ArrayNode) manifest.path("files"))
        .addObject()
        .put("path", "../outside")
        .put("size", 4)
        .put("sha256", FakeIndex.sha256("mine".getBytes(UTF_8)));
    Files.write(file, Sealed.seal(manifest));

    assertThat(export("wheels", "kit")).isEqualTo(1);
    assertThat(tool.err()).contains("'../outside'").contains("a relative path of plain names");
    assertThat(outside).exists();
  }
}
