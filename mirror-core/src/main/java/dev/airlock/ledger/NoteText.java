package dev.airlock.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.store.DamagedDocumentException;
import dev.airlock.store.Sealed;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** A note as a JSON object, on disk and on its way home. */
final class NoteText {
  private static final ObjectMapper JSON = new ObjectMapper();

  private NoteText() {}

  /** A note as an object. */
  static ObjectNode write(Note note) {
    ObjectNode object = JSON.createObjectNode();
    object.put("kind", note.kind().name().toLowerCase(Locale.ROOT));
    note.preset().ifPresent(preset -> object.put("preset", preset));
    note.index().ifPresent(index -> object.put("index", index));
    object.put("project", note.project().value());
    note.filename().ifPresent(filename -> object.put("filename", filename));
    object.put("asker", note.asker());
    object.put("first", note.first().toString()).put("last", note.last().toString());
    object.put("count", note.count()).put("reason", note.reason());
    return object;
  }

  /**
   * Reads a note.
   *
   * @throws IllegalArgumentException when it is none; the message says what is wrong
   */
  static Note read(JsonNode object) {
    String kind = text(object, "kind").orElse("");
    return new Note(
        kind(kind),
        text(object, "preset"),
        text(object, "index"),
        new ProjectName(text(object, "project").orElse("")),
        text(object, "filename"),
        text(object, "asker").orElse(""),
        time(object, "first"),
        time(object, "last"),
        Math.max(1, object.path("count").asLong(1)),
        text(object, "reason").orElse(""));
  }

  private static Kind kind(String text) {
    for (Kind kind : Kind.values()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(text)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "kind: '" + text + "': accepted are \"wanted\" and \"unlocked\"");
  }

  private static Optional<String> text(JsonNode object, String key) {
    JsonNode value = object.path(key);
    if (!value.isMissingNode() && !value.isNull() && !value.isTextual()) {
      throw new IllegalArgumentException(
          key
              + ": "
              + MalformedException.abridge(value.toString())
              + ": it has to be a text in quotes");
    }
    return Optional.of(value.asText("")).map(Ledger::plain).filter(text -> !text.isEmpty());
  }

  private static Instant time(JsonNode object, String key) {
    String text = text(object, key).orElse("");
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          key + ": '" + text + "': accepted is a time such as 2024-06-30T00:00:00Z", e);
    }
  }

  static byte[] bytes(Note note) throws IOException {
    return Sealed.seal(write(note));
  }

  /** A note from its document. */
  static Note fromBytes(byte[] bytes) throws DamagedDocumentException {
    try {
      return read(Sealed.open(bytes));
    } catch (IllegalArgumentException e) {
      throw new DamagedDocumentException("it is no note: " + e.getMessage());
    }
  }
}
