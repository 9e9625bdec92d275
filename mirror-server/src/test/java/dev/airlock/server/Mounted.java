package dev.airlock.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A file system that is mounted for a test, where the machine lets us: that takes root. */
final class Mounted implements Closeable {
  private final Path at;

  private Mounted(Path at) {
    this.at = at;
  }

  /** Memory as a disk. */
  static Mounted memory(Path at, String options) throws IOException {
    return mount(at, "-t", "tmpfs", "-o", options, "none");
  }

  /** A directory a second time, at another place. */
  static Mounted again(Path directory, Path at) throws IOException {
    return mount(at, "--bind", directory.toString());
  }

  private static Mounted mount(Path at, String... options) throws IOException {
    Files.createDirectories(at);
    List<String> command =
        Stream.of(Stream.of("mount"), Stream.of(options), Stream.of(at.toString()))
            .flatMap(part -> part)
            .toList();
    assumeTrue(run(command), "nothing can be mounted here");
    return new Mounted(at);
  }

  /** Lets nobody write to it any more. */
  Mounted readOnly() throws IOException {
    assertThat(run(List.of("mount", "-o", "remount,ro,bind", at.toString()))).isTrue();
    return this;
  }

  /** Where it is mounted. */
  Path path() {
    return at;
  }

  private static boolean run(List<String> command) throws IOException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      boolean done = process.waitFor() == 0;
      if (!done) {
        System.getLogger(Mounted.class.getName()).log(System.Logger.Level.INFO, said);
      }
      return done;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    assertThat(run(List.of("umount", at.toString()))).isTrue();
  }
}
