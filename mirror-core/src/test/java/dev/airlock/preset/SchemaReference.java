package dev.airlock.preset;

import com.fasterxml.jackson.databind.JsonNode;
import dev.airlock.fixtures.GeneratedDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Writes a JSON Schema as a reference for people: a table for each object, a row for each key. */
final class SchemaReference {
  private final StringBuilder sections = new StringBuilder();

  private SchemaReference() {}

  /** The reference as Markdown. */
  static String of(JsonNode schema) {
    var reference = new SchemaReference();
    reference.section("preset.json", schema);
    for (Map.Entry<String, JsonNode> kind : schema.path("$defs").properties()) {
      reference
          .sections
          .append("\n## ")
          .append(kind.getKey())
          .append("\n\n")
          .append(words(kind.getValue()))
          .append('\n');
    }
    return """
    # Preset reference

    <!-- Generated from presets/preset.schema.json, not written by hand. This writes it anew:
         %s -->

    %s [Presets](presets.md) says more of what the keys mean together.
    """
            .formatted(GeneratedDocument.COMMAND, schema.path("description").asText())
        + reference.sections;
  }

  private void section(String heading, JsonNode object) {
    sections
        .append("\n## ")
        .append(heading)
        .append("\n\n| key | value | what |\n| --- | --- | --- |\n");
    List<String> required = texts(object.path("required"));
    var inner = new ArrayList<Runnable>();
    for (Map.Entry<String, JsonNode> entry : object.path("properties").properties()) {
      String key = entry.getKey();
      JsonNode value = entry.getValue();
      sections
          .append("| `")
          .append(key)
          .append(required.contains(key) ? "` (required) | " : "` | ")
          .append(kind(key, value))
          .append(" | ")
          .append(words(value))
          .append(" |\n");
      objectIn(key, value, inner);
    }
    inner.forEach(Runnable::run);
  }

  /** Has the objects within a value described in sections of their own. */
  private void objectIn(String key, JsonNode value, List<Runnable> later) {
    if (value.has("properties")) {
      later.add(() -> section(key, value));
    } else if (value.path("items").has("properties")) {
      later.add(() -> section(key + "[]", value.path("items")));
    } else if (value.path("additionalProperties").has("properties")) {
      later.add(() -> section(key + ".NAME", value.path("additionalProperties")));
    }
  }

  private static String kind(String key, JsonNode value) {
    if (value.has("$ref")) {
      String name = value.path("$ref").asText().replaceFirst(".*/", "");
      return "[" + name + "](#" + name + ")";
    }
    if (value.has("const")) {
      return "`" + value.path("const") + "`";
    }
    if (value.has("enum")) {
      return StreamSupport.stream(value.path("enum").spliterator(), false)
          .map(each -> "`" + each + "`")
          .collect(Collectors.joining(" or "));
    }
    if (value.has("anyOf")) {
      return StreamSupport.stream(value.path("anyOf").spliterator(), false)
          .map(each -> kind(key, each))
          .collect(Collectors.joining(" or "))
          .replace("`true` or `false` or", "`true`, `false` or");
    }
    return switch (value.path("type").asText()) {
      case "string" -> "text";
      case "boolean" -> "`true` or `false`";
      case "array" -> "list of " + element(key + "[]", value.path("items"));
      case "object" -> object(key, value);
      case String other -> other;
    };
  }

  private static String object(String key, JsonNode value) {
    if (value.has("properties")) {
      return element(key, value);
    }
    JsonNode names = value.path("propertyNames");
    String by = names.has("$ref") ? kind(key, names) : "name";
    return "object of " + element(key + ".NAME", value.path("additionalProperties")) + " by " + by;
  }

  private static String element(String heading, JsonNode value) {
    return value.has("properties")
        ? "["
            + heading
            + "](#"
            + heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "")
            + ")"
        : kind(heading, value);
  }

  private static String words(JsonNode value) {
    var words = new StringBuilder(value.path("description").asText());
    if (value.has("pattern")) {
      words.append(" It matches `").append(value.path("pattern").asText()).append("`.");
    }
    List<String> examples = texts(value.path("examples"));
    if (!examples.isEmpty()) {
      words
          .append(" Examples: ")
          .append(
              examples.stream()
                  .map(example -> "`" + example + "`")
                  .collect(Collectors.joining(", ")))
          .append('.');
    }
    return words.toString().replace("|", "\\|");
  }

  private static List<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false)
        .map(value -> value.isContainerNode() ? value.toString() : value.asText())
        .toList();
  }
}
