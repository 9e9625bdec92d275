package dev.airlock.server;

import static dev.airlock.fixtures.WheelBuilder.wheel;
import static dev.airlock.server.Served.PYPI;
import static dev.airlock.server.Served.locked;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.ledger.NotesText;
import dev.airlock.store.Store;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as a process of its own. */
class MainTest {
  private static final Pattern ADDRESS = Pattern.compile("at (http://\\S+)/$");

  @TempDir Path directory;
  private Path store;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void fill() throws Exception {
    store = directory.resolve("store");
    try (var served = new Served(store)) {
      served.publish("small", locked(PYPI, served.hold(PYPI, wheel("foo", "1.0"))));
    }
  }

  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
  }

  private Process start(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command);
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("AIRLOCK_STORE");
    builder.environment().putAll(environment);
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private static String text(java.io.InputStream stream) throws Exception {
    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void saysThatPipHasToBeToldToTrustPlainHttpThatIsNotOnLoopback() throws Exception {
    Process process =
        start(Map.of("AIRLOCK_STORE", store.toString()), "--offline", "--listen", "0.0.0.0:0");
    BufferedReader err = process.errorReader();
    assertThat(err.readLine()).contains(" at http://0.0.0.0:");
    assertThat(err.readLine()).contains("pip install --index-url http://0.0.0.0:");
    assertThat(err.readLine()).contains("--trusted-host HOST");
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", ""})
  void servesUntilItIsTerminated(String verb) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("--offline", "--listen", "127.0.0.1:0"));
    if (!verb.isEmpty()) {
      arguments.addFirst(verb);
    }
    Process process =
        start(Map.of("AIRLOCK_STORE", store.toString()), arguments.toArray(String[]::new));
    BufferedReader err = process.errorReader();
    String ready = err.readLine();
    Matcher address = ADDRESS.matcher(ready);
    assertThat(address.find()).as(ready).isTrue();
    assertThat(ready).contains("serves 1 preset from " + store + ", offline, at http://127.0.0.1:");
    assertThat(err.readLine())
        .isEqualTo("  pip install --index-url " + address.group(1) + "/preset/small/simple/ …");

    try (var client = HttpClient.newHttpClient()) {
      URI health = URI.create(address.group(1) + "/health");
      assertThat(
              client.send(HttpRequest.newBuilder(health).build(), BodyHandlers.ofString()).body())
          .contains("\"status\":\"ok\"");
      // A connection that is kept and idle does not hold the server up.
      try (var idle = new Socket(InetAddress.getLoopbackAddress(), health.getPort())) {
        assertThat(idle.isConnected()).isTrue();
        // By its handle: Process.destroy closes the streams as well.
        process.toHandle().destroy();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      }
    }
    assertThat(process.exitValue()).isEqualTo(143);
    assertThat(err.readLine()).as("nothing is said at the end").isNull();
    assertThat(text(process.getInputStream()).lines())
        .singleElement()
        .satisfies(line -> assertThat(line).contains("\"path\":\"/health\"", "\"status\":200"));
  }

  @Test
  void printsAtItsEndWhatItCouldNoteNowhere() throws Exception {
    try (Mounted medium = Mounted.again(store, directory.resolve("medium")).readOnly()) {
      Process process =
          start(
              Map.of("AIRLOCK_STORE", medium.path().toString()),
              "--offline",
              "--listen",
              "127.0.0.1:0");
      BufferedReader err = process.errorReader();
      Matcher address = ADDRESS.matcher("");
      for (String line = err.readLine(); !address.reset(line).find(); line = err.readLine()) {
        assertThat(line).isNotNull();
      }
      err.readLine();
      try (var client = HttpClient.newHttpClient()) {
        URI absent = URI.create(address.group(1) + "/simple/absent/");
        client.send(HttpRequest.newBuilder(absent).build(), BodyHandlers.discarding());
      }
      process.toHandle().destroy();

      assertThat(err.readLine()).contains("airlock sync --wants");
      assertThat(NotesText.read("", err.readLine()))
          .extracting(note -> note.project().value())
          .containsExactly("absent");
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void refusesAStateThatIsNoFolder() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    Process process =
        start(
            Map.of("AIRLOCK_STORE", store.toString()),
            "--offline",
            "--listen",
            "127.0.0.1:0",
            "--state",
            file.toString());

    assertThat(text(process.getErrorStream())).contains("nothing can be noted in '" + file + "'");
    assertThat(process.waitFor()).isEqualTo(2);
  }

  @Test
  void saysThatThereIsNoStore() throws Exception {
    Process process =
        start(Map.of(), "serve", "--offline", "--store", directory.resolve("absent").toString());

    assertThat(process.waitFor()).isEqualTo(10);
    assertThat(text(process.getErrorStream()))
        .startsWith("airlock: there is no store in ")
        .contains("airlock sync PRESET");
    assertThat(directory.resolve("absent")).doesNotExist();
  }

  @Test
  void makesTokens() throws Exception {
    Path tokens = directory.resolve("tokens");
    Process made = start(Map.of(), "--new-token", "host", "--tokens", tokens.toString());
    Process nowhere = start(Map.of(), "--new-token", "host");

    assertThat(made.waitFor()).isZero();
    assertThat(text(made.getInputStream())).matches("[A-Za-z0-9_-]{43}\\R");
    assertThat(Files.readString(tokens)).startsWith("host sha256:");
    assertThat(nowhere.waitFor()).isEqualTo(2);
    assertThat(text(nowhere.getErrorStream())).contains("--tokens FILE");
  }

  @Test
  void saysWhatIsWrongWithTls() throws Exception {
    Path absent = directory.resolve("absent.pem");
    Process half = start(Map.of(), "--tls-cert", absent.toString());
    Process missing =
        start(
            Map.of("AIRLOCK_STORE", store.toString()),
            "--listen",
            "127.0.0.1:0",
            "--tls-cert",
            absent.toString(),
            "--tls-key",
            absent.toString());

    assertThat(half.waitFor()).isEqualTo(2);
    assertThat(text(half.getErrorStream())).contains("TLS needs both");
    assertThat(missing.waitFor()).isEqualTo(1);
    assertThat(text(missing.getErrorStream()))
        .isEqualTo("airlock: there is no file '" + absent + "'\n");
  }

  @Test
  void saysWhichAddressIsTaken() throws Exception {
    try (var other = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + other.getLocalPort();
      Process process = start(Map.of(), "--store", store.toString(), "--listen", address);

      assertThat(process.waitFor()).isEqualTo(1);
      assertThat(text(process.getErrorStream()))
          .startsWith("airlock: cannot listen at " + address)
          .contains("--listen");
    }
  }

  @Test
  void saysWhatIsWrongWithItsModeAndItsConfiguration() throws Exception {
    Path config =
        Files.writeString(directory.resolve("airlock.json"), "{\"schema\": 1, \"deni\": []}");
    Process mode = start(Map.of(), "--mode", "hybird");
    Process both = start(Map.of(), "--offline", "--mode", "online");
    Process settings = start(Map.of(), "--config", config.toString());

    assertThat(mode.waitFor()).isEqualTo(2);
    assertThat(text(mode.getErrorStream()))
        .contains("--mode hybird: accepted are [offline, hybrid, online]");
    assertThat(both.waitFor()).isEqualTo(2);
    assertThat(text(both.getErrorStream())).contains("--offline contradicts --mode online");
    assertThat(settings.waitFor()).isEqualTo(2);
    assertThat(text(settings.getErrorStream())).contains(config.toString(), "deni");
  }

  @Test
  void saysWhatIsWrongWithPipsConfiguration() throws Exception {
    Map<String, String> pip = Map.of("PIP_INDEX_URL", "ftp://user:secret@example/");
    Process hybrid = start(pip, "--store", store.toString(), "--listen", "127.0.0.1:0");

    assertThat(hybrid.waitFor()).isEqualTo(1);
    assertThat(text(hybrid.getErrorStream()))
        .contains("pip's configuration cannot be used", "--no-pip-config")
        .doesNotContain("secret");
  }

  @Test
  void explainsItself() throws Exception {
    Process help = start(Map.of(), "serve", "--help");
    Process version = start(Map.of(), "--version");
    Process wrong = start(Map.of(), "--listen", "nowhere:port");

    assertThat(help.waitFor()).isZero();
    assertThat(text(help.getInputStream())).contains("--listen").contains("Exit codes");
    assertThat(version.waitFor()).isZero();
    assertThat(text(version.getInputStream())).startsWith("airlock ");
    assertThat(wrong.waitFor()).isEqualTo(2);
    assertThat(text(wrong.getErrorStream()))
        .contains("'nowhere:port' is not an address to listen at");
  }

  @Test
  void servesAStoreWhilstItIsBeingFilled() throws Exception {
    try (var served = new Served(directory.resolve("empty"));
        var sync = Store.openOrCreate(directory.resolve("empty"))) {
      assertThat(served.get("/simple/").statusCode()).isEqualTo(200);
      assertThat(sync.root()).isEqualTo(served.store.root());
      served.hold(PYPI, wheel("foo", "1.0"));
      assertThat(served.get("/simple/").body()).contains("foo");
    }
  }
}
