package dev.airlock.tool;

import dev.airlock.program.Build;
import dev.airlock.tool.command.Commands;
import dev.airlock.tool.command.Surroundings;
import dev.airlock.tool.terminal.Terminal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.locks.LockSupport;

/**
 * Where the program {@code airlock} begins: it finds out what is around it and hands over to the
 * commands.
 */
public final class Main {
  private static final Duration LEFT_ALONE = Duration.ofSeconds(1);

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
            Build.current().toString());
    end(Commands.in(surroundings, args).execute(args));
  }

  /**
   * Ends the process. After success it ends of itself, for System.exit waits 300 ms for threads in
   * native code, as the pollers of virtual threads always are; should any thread be left that keeps
   * the process alive, it is ended all the same.
   */
  private static void end(int code) {
    if (code != 0) {
      System.exit(code);
    }
    Thread.ofPlatform()
        .daemon()
        .name("end")
        .start(() -> {
          LockSupport.parkNanos(LEFT_ALONE.toNanos());
          System.exit(0);
        });
  }
}
