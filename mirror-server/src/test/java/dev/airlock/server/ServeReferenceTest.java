package dev.airlock.server;

import dev.airlock.fixtures.GeneratedDocument;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The section on {@code serve} in the reference of the commands is what its help prints. */
class ServeReferenceTest {
  private static final int WIDTH = 110;

  @Test
  void isGeneratedFromTheCommand() {
    String help =
        new CommandLine(new Main())
            .setUsageHelpWidth(WIDTH)
            .getUsageMessage(Ansi.OFF)
            .stripTrailing();
    GeneratedDocument.at("docs/commands.md")
        .assertSection("airlock serve", "\n```text\n" + help + "\n```\n");
  }
}
