package dev.airlock.tool;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.airlock.digest.Sha256;
import dev.airlock.tool.command.Commands;
import dev.airlock.tool.command.Surroundings;
import dev.airlock.tool.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A run of the tool from which the JVM learns what it needs, so that the launcher can have it write
 * that down for faster starts: presets are locked from an index on loopback, in a folder that is
 * gone afterwards.
 *
 * @see <a href="https://openjdk.org/jeps/514">JEP 514</a>
 */
public final class Training {
  private static final int PROJECTS = 40;
  private static final int ROUNDS = 3;
  private static final String FILES = "/files/";

  private final Path folder;
  private final String index;

  private Training(Path folder, String index) {
    this.folder = folder;
    this.index = index;
  }

  /** Runs the training in the folder for temporary files. */
  public static void main(String[] args) throws IOException {
    below(Path.of(System.getProperty("java.io.tmpdir")));
  }

  /**
   * Runs the training, and leaves nothing.
   *
   * @throws IllegalStateException when a command did not end as it should
   */
  static void below(Path parent) throws IOException {
    Path folder = Files.createTempDirectory(parent, "airlock-training");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", Training::answer);
    server.start();
    try {
      String index = "http://127.0.0.1:" + server.getAddress().getPort() + "/simple/";
      new Training(folder, index).run();
    } finally {
      server.stop(0);
      try (var files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private void run() throws IOException {
    preset("solvable", "project-1[extra]>=1", "project-2; python_version >= '3'");
    preset("impossible", "project-1", "project-3>=3");
    command(0, "--help");
    for (int round = 0; round < ROUNDS; round++) {
      command(0, lock("solvable", "store-" + round));
      command(0, lock("solvable", "store-" + round));
      command(1, lock("impossible", "store-" + round));
    }
  }

  private String[] lock(String preset, String store) {
    return new String[] {
      "lock",
      folder.resolve(preset).toString(),
      "--store",
      folder.resolve(store).toString(),
      "--no-pip-config",
      "--index",
      "pypi=" + index
    };
  }

  private void command(int expected, String... arguments) {
    var said = new ByteArrayOutputStream();
    var stream = new PrintStream(said, true, StandardCharsets.UTF_8);
    var surroundings =
        new Surroundings(
            new Terminal(stream, stream, false, System::nanoTime),
            InputStream.nullInputStream(),
            Map.of(),
            folder,
            folder,
            InstantSource.system(),
            "training");
    int code = Commands.in(surroundings, arguments).execute(arguments);
    if (code != expected) {
      throw new IllegalStateException(
          List.of(arguments)
              + " ended with "
              + code
              + ": "
              + said.toString(StandardCharsets.UTF_8));
    }
  }

  private void preset(String name, String... requirements) throws IOException {
    Path preset = Files.createDirectory(folder.resolve(name));
    Files.write(preset.resolve("requirements.txt"), List.of(requirements));
    Files.writeString(
        preset.resolve("preset.json"),
        """
        {"schema": 1, "name": "%s", "requirements": "requirements.txt", "bootstrap": [],
         "targets": [{"python": "3.11", "platform": "manylinux_2_36_x86_64"}],
         "indexes": {"pypi": {"url": "https://pypi.org/simple/", "default": true}}}
        """
            .formatted(name));
  }

  // --- the index

  private static void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    boolean isPage = !path.startsWith(FILES);
    String last = path.replaceFirst(".*/([^/]+)/?$", "$1");
    String text = isPage ? page(last) : metadata(last.split("-", -1)[0], last.split("-", -1)[1]);
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange
        .getResponseHeaders()
        .set(
            "Content-Type",
            isPage ? "application/vnd.pypi.simple.v1+json" : "application/octet-stream");
    exchange.getResponseHeaders().set("ETag", "\"" + Sha256.of(body).hex() + "\"");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** Two versions of a project, each in wheels that fit and do not. */
  private static String page(String project) {
    String name = project.replace('-', '_');
    List<String> files =
        List.of(
            name + "-1.0-py3-none-any.whl",
            name + "-1.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
            name + "-1.1-cp312-cp312-musllinux_1_2_aarch64.whl");
    return files.stream()
        .map(file ->
            """
            {"filename": "%s", "url": "../..%s%s", "size": 1000, "yanked": false,
             "upload-time": "2024-01-02T03:04:05.678Z", "requires-python": ">=3.8,!=3.9.*",
             "hashes": {"sha256": "%s"}, "core-metadata": true}
            """
                .formatted(
                    file, FILES, file, Sha256.of(file.getBytes(StandardCharsets.UTF_8)).hex()))
        .collect(
            Collectors.joining(
                ",",
                "{\"meta\": {\"api-version\": \"1.1\"}, \"name\": \""
                    + project
                    + "\", \"files\": [",
                "]}"));
  }

  /** A project requires the two after it, in forms that are met. */
  private static String metadata(String project, String version) {
    int number = Integer.parseInt(project.substring(project.indexOf('_') + 1));
    return """
    Metadata-Version: 2.1
    Name: project-%d
    Version: %s
    Requires-Python: >=3.8
    Provides-Extra: extra
    Requires-Dist: project-%d>=0.5,!=0.7.*; python_version >= "3.8" and sys_platform != "win32"
    Requires-Dist: project-%d (~=1.0); extra == "extra" or platform_machine == "x86_64"

    Words.
    """
        .formatted(number, version, Math.min(number + 1, PROJECTS), Math.min(number + 2, PROJECTS));
  }
}
