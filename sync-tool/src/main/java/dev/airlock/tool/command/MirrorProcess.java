package dev.airlock.tool.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server of this machine that runs for as long as a build, and whose log is read. */
final class MirrorProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern SERVES = Pattern.compile(" serves .* at https?://.*:([0-9]+)/$");
  private static final int LAST_WORDS = 8;
  private static final int PATIENCE_SECONDS = 30;

  private final Process process;
  private final Thread reader;
  private final Thread atExit;
  private final CompletableFuture<Integer> port = new CompletableFuture<>();
  private final Deque<String> said = new ArrayDeque<>();
  private final List<String> files = new ArrayList<>();
  private long bytes;

  private MirrorProcess(Process process) {
    this.process = process;
    this.reader = Thread.ofVirtual().unstarted(this::read);
    this.atExit = new Thread(process.toHandle()::destroy);
  }

  /** Starts a server by the words of its command, and waits until it listens. */
  static MirrorProcess start(ProcessBuilder command) throws IOException, CommandException {
    var mirror = new MirrorProcess(command.redirectErrorStream(true).start());
    // Whatever ends this program, a terminal's hang-up too, ends the server.
    Runtime.getRuntime().addShutdownHook(mirror.atExit);
    mirror.reader.start();
    try {
      mirror.port.get();
      return mirror;
    } catch (ExecutionException ended) {
      mirror.close();
      throw new CommandException(
          ExitCode.ERROR, "the mirror did not start: " + String.join("; ", mirror.said));
    } catch (InterruptedException e) {
      mirror.close();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the mirror starts", e);
    }
  }

  /** The port at which it listens. */
  int port() {
    return port.join();
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        read(line);
      }
    } catch (IOException ended) {
      said.add(String.valueOf(ended.getMessage()));
    } finally {
      port.completeExceptionally(new IOException("it ended"));
    }
  }

  private void read(String line) throws JsonProcessingException {
    if (line.startsWith("{")) {
      JsonNode request = JSON.readTree(line);
      String path = BuildProof.decoded(request.path("path").asText());
      Optional<String> sent =
          BuildProof.sent(request.path("method").asText(), request.path("status").asInt(), path);
      sent.ifPresent(file -> {
        files.add(file);
        bytes += request.path("bytes").asLong();
      });
      return;
    }
    said.add(line);
    if (said.size() > LAST_WORDS) {
      said.remove();
    }
    Matcher serves = SERVES.matcher(line);
    if (serves.find()) {
      port.complete(Integer.valueOf(serves.group(1)));
    }
  }

  /** The files that it sent. Known when it is closed. */
  List<String> files() {
    return List.copyOf(files);
  }

  /** How many bytes these were. */
  long bytes() {
    return bytes;
  }

  /** Ends the server, and reads the rest of its log. */
  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException itRuns) {
      // this program is ending
    }
    // Process.destroy would close what is still to be read.
    process.toHandle().destroy();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      reader.join();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the mirror ends", e);
    }
  }
}
