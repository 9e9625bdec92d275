package dev.airlock.tool.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.airlock.tool.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The program in a directory of its own, with what it says captured. */
final class Tool {
  final Path directory;
  final Path store;
  final Map<String, String> environment = new HashMap<>();

  /** What the next command finds on stdin. */
  String piped = "";

  /** Whether the next command finds a terminal. */
  boolean interactive;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  Tool(Path directory) {
    this.directory = directory;
    this.store = directory.resolve("store");
    environment.put("AIRLOCK_STORE", store.toString());
    environment.put("PIP_CONFIG_FILE", "/dev/null");
  }

  /** Writes a preset, and leaves a lock of it where it is. */
  Path preset(String name, String json) throws IOException {
    Path folder = Files.createDirectories(directory.resolve("presets").resolve(name));
    Files.writeString(folder.resolve("preset.json"), json);
    return folder;
  }

  /** Runs a command, and tells its exit code. */
  int run(String... arguments) {
    out.reset();
    err.reset();
    var terminal =
        new Terminal(
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            interactive,
            () -> 0);
    var surroundings =
        new Surroundings(
            terminal,
            new ByteArrayInputStream(piped.getBytes(UTF_8)),
            environment,
            directory.resolve("home"),
            directory,
            InstantSource.fixed(Instant.EPOCH),
            "1.0 (abc)");
    return Commands.in(surroundings, arguments).execute(arguments);
  }

  String out() {
    return out.toString(UTF_8);
  }

  String err() {
    return err.toString(UTF_8);
  }

  /** What was printed, each line read as JSON. */
  List<JsonNode> json() {
    var mapper = new ObjectMapper();
    return out()
        .lines()
        .map(line -> {
          try {
            return mapper.readTree(line);
          } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + line, e);
          }
        })
        .toList();
  }
}
