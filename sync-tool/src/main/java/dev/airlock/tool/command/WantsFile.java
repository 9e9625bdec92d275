package dev.airlock.tool.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.ledger.Note;
import dev.airlock.ledger.NoteText;
import dev.airlock.preset.Problem;
import dev.airlock.preset.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The form in which wants travel: what {@code wants --json} prints and {@code sync} reads. */
final class WantsFile {
  private static final int SCHEMA = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  private WantsFile() {}

  static ObjectNode write(List<Note> notes) {
    ObjectNode result = JSON.createObjectNode().put("event", "result").put("schema", SCHEMA);
    ArrayNode wants = result.putArray("wants");
    notes.forEach(note -> wants.add(NoteText.write(note)));
    return result;
  }

  /**
   * Reads a file.
   *
   * @param label what to call it in messages
   * @throws CommandException with all mistakes in it
   */
  static List<Note> read(String label, String text) throws CommandException {
    var problems = new Problems(label);
    var notes = new ArrayList<Note>();
    JsonNode document = parsed(text, problems);
    if (problems.all().isEmpty() && document.path("schema").asInt() != SCHEMA) {
      problems.add(
          "schema",
          document.path("schema").toString(),
          "accepted is " + SCHEMA + ": the output of `airlock wants --json`");
    } else if (problems.all().isEmpty() && !document.path("wants").isArray()) {
      problems.add("wants", "", "it has to be a list, […]");
    }
    boolean isOne = problems.all().isEmpty();
    for (int i = 0; isOne && i < document.path("wants").size(); i++) {
      try {
        notes.add(NoteText.read(document.path("wants").path(i)));
      } catch (IllegalArgumentException e) {
        problems.add("wants[" + i + "]", "", String.valueOf(e.getMessage()));
      }
    }
    if (!problems.all().isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE,
          problems.all().stream().map(Problem::toString).collect(Collectors.joining("\n")));
    }
    return notes;
  }

  private static JsonNode parsed(String text, Problems problems) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      problems.add("", "", "it is not JSON: " + e.getOriginalMessage());
      return JSON.missingNode();
    }
  }
}
