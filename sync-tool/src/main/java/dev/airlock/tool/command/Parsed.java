package dev.airlock.tool.command;

import java.util.function.Function;

/** Values of options, as their types understand them. */
final class Parsed {
  private Parsed() {}

  /**
   * What an option says.
   *
   * @param parser throws an IllegalArgumentException where it understands nothing
   */
  static <T> T option(String name, String value, Function<String, T> parser)
      throws CommandException {
    try {
      return parser.apply(value);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, name + ": " + e.getMessage());
    }
  }
}
