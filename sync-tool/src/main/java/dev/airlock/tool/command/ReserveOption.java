package dev.airlock.tool.command;

import dev.airlock.program.ByteSize;
import dev.airlock.store.Reserve;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option of commands that write to a store, make room in it, or say how much there is. */
final class ReserveOption {
  private static final String VARIABLE = "AIRLOCK_RESERVE";

  @Option(
      names = "--reserve",
      paramLabel = "SIZE",
      description =
          "How much of the store's disk is left free: distributions are not written into it."
              + " Default: $AIRLOCK_RESERVE, else a hundredth of the disk, 1 GiB at most.")
  private @Nullable String reserve;

  /** How much of the store's disk is left free. */
  Reserve reserve(Surroundings surroundings) throws CommandException {
    if (reserve != null) {
      return parsed("--reserve", reserve);
    }
    String variable = surroundings.variable(VARIABLE);
    return variable.isBlank() ? Reserve.USUAL : parsed(VARIABLE, variable);
  }

  private static Reserve parsed(String name, String value) throws CommandException {
    return Parsed.option(name, value, text -> Reserve.of(ByteSize.parse(text)));
  }

  /** How much is left free, as the user wrote it; empty where that was not said by the option. */
  Optional<String> named() {
    return Optional.ofNullable(reserve);
  }
}
