package dev.airlock.tool;

import dev.airlock.tool.command.Commands;
import dev.airlock.tool.command.Surroundings;
import dev.airlock.tool.terminal.Terminal;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/**
 * Where the program {@code airlock} begins: it finds out what is around it and hands over to the
 * commands.
 */
public final class Main {
  private Main() {}

  /** Runs one command, and ends the process with its exit code. */
  public static void main(String[] args) {
    var surroundings =
        new Surroundings(
            Terminal.ofProcess(),
            System.getenv(),
            Path.of(System.getProperty("user.home")),
            Path.of("").toAbsolutePath(),
            InstantSource.system(),
            version());
    System.exit(Commands.in(surroundings).execute(args));
  }

  /** The version and the commit, from the manifest of the jar that this class is in. */
  private static String version() {
    try {
      Path jar = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (!Files.isRegularFile(jar)) {
        return "unknown (not run from a jar)";
      }
      try (var file = new JarFile(jar.toFile())) {
        Attributes manifest = file.getManifest().getMainAttributes();
        return manifest.getValue("Implementation-Version")
            + " ("
            + manifest.getValue("Implementation-Build")
            + ")";
      }
    } catch (IOException | URISyntaxException e) {
      return "unknown (" + e.getMessage() + ")";
    }
  }
}
