package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.files.FailureText;
import dev.airlock.files.NoSpaceException;
import dev.airlock.store.StoreException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * What all commands share: they end with an exit code, and tell the user of a failure in sentences.
 */
abstract class AirlockCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  AirlockCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Whether the user asked for JSON. */
  boolean json() {
    return false;
  }

  /** The verbs below this one, where it is a family of verbs. */
  Map<String, Supplier<AirlockCommand>> subcommands() {
    return Map.of();
  }

  abstract ExitCode run(Surroundings around) throws IOException, CommandException;

  @Override
  public final Integer call() {
    try {
      return run(surroundings).code();
    } catch (CommandException e) {
      return failed(String.valueOf(e.getMessage()), e.exitCode());
    } catch (StoreException e) {
      return failed(String.valueOf(e.getMessage()), ExitCode.NO_STORE);
    } catch (NoSpaceException e) {
      return failed(e.getMessage() + ". What was fetched is kept.", ExitCode.NO_SPACE);
    } catch (IOException e) {
      return failed(FailureText.of(e), ExitCode.ERROR);
    }
  }

  private int failed(String message, ExitCode code) {
    if (json()) {
      ObjectNode error = new ObjectMapper().createObjectNode();
      error.put("event", "error").put("message", message).put("exit_code", code.code());
      surroundings.terminal().print(error);
    }
    surroundings.terminal().say("airlock: error: " + message);
    return code.code();
  }
}
