package dev.airlock.tool.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.fixtures.GeneratedDocument;
import dev.airlock.tool.terminal.Terminal;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The reference of the commands is what their {@code --help} prints. */
class CommandReferenceTest {
  private static final int WIDTH = 110;
  private static final GeneratedDocument DOCUMENT = GeneratedDocument.at("docs/commands.md");

  /** Has options of its own, which the test of the server's module writes down. */
  private static final String SERVE = "serve";

  @Test
  void isGeneratedFromTheCommands() {
    var text =
        new StringBuilder(
            """
            # Command reference

            <!-- Generated from the commands, not written by hand. This writes it anew:
                 %s -->

            What `airlock --help` and `airlock VERB --help` print.
            """
                .formatted(GeneratedDocument.COMMAND));
    CommandLine airlock = airlock();
    add(airlock, text);
    text.append("\n## Exit codes\n\n").append(exitCodes());
    DOCUMENT.assertIs(text.toString());
  }

  @Test
  void explainsEveryExitCode() {
    for (ExitCode code : ExitCode.values()) {
      assertThat(exitCodes()).contains("\n| " + code.code() + " | ");
    }
  }

  private static CommandLine airlock() {
    var silent = new PrintStream(PrintStream.nullOutputStream());
    return Commands.in(
        new Surroundings(
            new Terminal(silent, silent, false, () -> 0),
            InputStream.nullInputStream(),
            Map.of(),
            Path.of("home"),
            Path.of("directory"),
            InstantSource.system(),
            "reference"));
  }

  private static void add(CommandLine command, StringBuilder text) {
    String name = command.getCommandSpec().qualifiedName();
    text.append("\n## ").append(name).append('\n');
    if (name.equals("airlock " + SERVE)) {
      String own = DOCUMENT.section(name);
      text.append(own.isEmpty() ? "\n" : own.replaceFirst("\n+$", "\n"));
    } else {
      text.append("\n```text\n")
          .append(command.setUsageHelpWidth(WIDTH).getUsageMessage(Ansi.OFF).stripTrailing())
          .append("\n```\n");
    }
    command.getSubcommands().values().forEach(below -> add(below, text));
  }

  /** The table of the page that explains them. */
  private static String exitCodes() {
    return GeneratedDocument.at("docs/exit-codes.md")
            .text()
            .lines()
            .filter(line -> line.startsWith("| "))
            .collect(Collectors.joining("\n"))
        + "\n";
  }
}
