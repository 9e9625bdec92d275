package dev.airlock.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.preset.Problems;
import java.util.ArrayList;
import java.util.List;

/**
 * Notes in the form in which they travel: what {@code airlock wants --json} prints and {@code
 * airlock sync --wants} reads.
 */
public final class NotesText {
  private static final int SCHEMA = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  private NotesText() {}

  /** Some notes as one object. */
  public static ObjectNode write(List<Note> notes) {
    ObjectNode result = JSON.createObjectNode().put("event", "result").put("schema", SCHEMA);
    ArrayNode wants = result.putArray("wants");
    notes.forEach(note -> wants.add(NoteText.write(note)));
    return result;
  }

  /**
   * Reads notes.
   *
   * @param label what to call the text in messages
   * @throws MalformedNotesException with all mistakes in it
   */
  public static List<Note> read(String label, String text) throws MalformedNotesException {
    var problems = new Problems(label);
    List<Note> notes = notes(text, problems);
    if (!problems.all().isEmpty()) {
      throw new MalformedNotesException(problems.all());
    }
    return notes;
  }

  private static List<Note> notes(String text, Problems problems) {
    JsonNode document;
    try {
      document = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      problems.add("", "", "it is not JSON: " + e.getOriginalMessage());
      return List.of();
    }
    JsonNode schema = document.path("schema");
    JsonNode wants = document.path("wants");
    var notes = new ArrayList<Note>();
    if (!schema.isInt() || schema.intValue() != SCHEMA) {
      problems.add(
          "schema",
          schema.isMissingNode() ? "" : schema.toString(),
          "accepted is " + SCHEMA + ", as in the output of `airlock wants --json`");
    } else if (!wants.isArray()) {
      problems.add("wants", "", "it has to be a list, […]");
    } else {
      for (int i = 0; i < wants.size(); i++) {
        try {
          notes.add(NoteText.read(wants.path(i)));
        } catch (IllegalArgumentException e) {
          problems.add("wants[" + i + "]", "", String.valueOf(e.getMessage()));
        }
      }
    }
    return notes;
  }
}
