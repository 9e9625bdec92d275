package dev.airlock.tool.command;

import dev.airlock.tool.terminal.Terminal.Verbosity;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that works on a store. */
final class CommonOptions {
  @Mixin private StoreOption store = new StoreOption();

  @Option(names = "--json", description = "Print events and results as lines of JSON on stdout.")
  private boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "Say nothing but failures.")
  private boolean quiet;

  @Option(
      names = {"-v", "--verbose"},
      description = "Say more: every project and where it came from.")
  private boolean verbose;

  Path store(Surroundings surroundings) {
    return store.store(surroundings);
  }

  boolean json() {
    return json;
  }

  Verbosity verbosity() {
    if (quiet) {
      return Verbosity.QUIET;
    }
    return verbose ? Verbosity.VERBOSE : Verbosity.NORMAL;
  }
}
