package dev.airlock.tool.command;

import dev.airlock.upstream.Addresses;
import dev.airlock.upstream.PipConfig;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of commands that ask indexes, and keep what these give. */
final class IndexOptions {
  @Option(
      names = "--index",
      paramLabel = "NAME=ADDRESS",
      description =
          "Ask this address instead of the one that the preset declares for its index NAME: a URL,"
              + " a folder of pages or a folder of wheels. May be given several times.")
  private Map<String, String> replaced = new LinkedHashMap<>();

  @Option(names = "--no-pip-config", description = "Do not look at pip's own configuration.")
  private boolean noPipConfig;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      defaultValue = "8",
      description = "How many files are fetched at once. Default: ${DEFAULT-VALUE}.")
  private int jobs = 8;

  private Map<String, URI> unlessReplaced = Map.of();

  @Mixin private ReserveOption reserve = new ReserveOption();

  /** How much of the store's disk is left free. */
  ReserveOption reserve() {
    return reserve;
  }

  /**
   * Has addresses asked where no option says otherwise.
   *
   * @param addresses what to ask, by the name of the index
   * @return those that no option replaces
   */
  Map<String, URI> orElse(Map<String, URI> addresses) {
    Map<String, URI> remaining = new TreeMap<>(addresses);
    remaining.keySet().removeAll(replaced.keySet());
    unlessReplaced = Map.copyOf(remaining);
    return remaining;
  }

  Map<String, URI> replaced() throws CommandException {
    Map<String, URI> addresses = new LinkedHashMap<>(unlessReplaced);
    for (Map.Entry<String, String> entry : replaced.entrySet()) {
      try {
        addresses.put(entry.getKey(), Addresses.parse(entry.getValue()));
      } catch (IllegalArgumentException e) {
        throw new CommandException(
            ExitCode.USAGE,
            "--index "
                + entry.getKey()
                + "="
                + Addresses.masked(entry.getValue())
                + ": "
                + e.getMessage());
      }
    }
    return addresses;
  }

  /** Whether pip's own configuration counts. */
  boolean usesPipConfig() {
    return !noPipConfig;
  }

  PipConfig pipConfig(Surroundings surroundings) throws IOException, CommandException {
    try {
      return noPipConfig
          ? PipConfig.NONE
          : PipConfig.read(surroundings.environment(), surroundings.home());
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          ExitCode.ERROR,
          "pip's configuration cannot be used ("
              + e.getMessage()
              + "): mend it, or pass --no-pip-config");
    }
  }

  int jobs() throws CommandException {
    if (jobs < 1) {
      throw new CommandException(
          ExitCode.USAGE, "--jobs " + jobs + ": accepted is a number from 1 on");
    }
    return jobs;
  }
}
