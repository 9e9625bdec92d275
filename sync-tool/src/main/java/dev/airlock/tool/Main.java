package dev.airlock.tool;

import dev.airlock.digest.Placeholder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** To be thrown away. */
@Command(name = "airlock", mixinStandardHelpOptions = true, version = "placeholder")
public final class Main implements Callable<Integer> {
  @Unmatched private List<String> rest = new ArrayList<>();

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    System.out.println("tool " + Placeholder.word() + " " + rest);
    var handover = System.getenv("AIRLOCK_UP_HANDOVER");
    if (handover != null && rest.contains("ok")) {
      Files.write(Path.of(handover), Arrays.asList("--port", "80 80", "", "*", "a'b\"c"));
    }
    return rest.contains("bad") ? 7 : 0;
  }
}
