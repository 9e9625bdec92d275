package dev.airlock.tool.command;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option of every command that works on a store or looks into one. */
final class StoreOption {
  @Option(
      names = "--store",
      paramLabel = "DIR",
      description =
          "The store. Default: $AIRLOCK_STORE, else airlock below $XDG_DATA_HOME or"
              + " ~/.local/share.")
  private @Nullable Path store;

  Path store(Surroundings surroundings) {
    return store == null ? surroundings.defaultStore() : surroundings.directory().resolve(store);
  }
}
