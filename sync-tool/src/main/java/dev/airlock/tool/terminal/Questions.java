package dev.airlock.tool.terminal;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** Asks the user, on stderr, and reads the answers, a line each. */
public final class Questions {
  private final BufferedReader answers;
  private final Terminal terminal;

  /** Questions whose answers come from a stream. */
  public Questions(InputStream in, Terminal terminal) {
    this.answers = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    this.terminal = terminal;
  }

  /**
   * Asks until the answer can be read. What is wrong with one that cannot is said at once.
   *
   * @param question what is asked
   * @param usual what an empty answer means; shown in brackets unless it is empty itself
   * @param reader reads the answer, and refuses it by an {@code IllegalArgumentException}
   * @throws EOFException when there are no more answers
   */
  public <T> T ask(String question, String usual, Function<String, T> reader) throws IOException {
    while (true) {
      terminal.err().print(question + (usual.isEmpty() ? "" : " [" + usual + "]") + ": ");
      terminal.err().flush();
      String line = answers.readLine();
      if (line == null) {
        terminal.err().println();
        throw new EOFException("the answers ended");
      }
      try {
        return reader.apply(line.isBlank() ? usual : line.strip());
      } catch (IllegalArgumentException e) {
        terminal.say("  " + e.getMessage());
      }
    }
  }
}
