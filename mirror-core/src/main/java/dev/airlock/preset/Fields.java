package dev.airlock.preset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The fields of one JSON object. It reports values of a wrong kind, and afterwards the fields
 * nobody asked for.
 */
final class Fields {
  private static final int QUOTED = 80;

  private final JsonNode object;
  private final String place;
  private final Problems problems;
  private final Set<String> asked = new HashSet<>();

  private Fields(JsonNode object, String place, Problems problems) {
    this.object = object;
    this.place = place;
    this.problems = problems;
  }

  static Fields of(JsonNode object, Problems problems) {
    return new Fields(object, "", problems);
  }

  /** The names of all fields, in their order. */
  List<String> names() {
    var names = new ArrayList<String>();
    object.fieldNames().forEachRemaining(names::add);
    asked.addAll(names);
    return names;
  }

  Value value(String name) {
    asked.add(name);
    return new Value(object.path(name), place.isEmpty() ? name : place + "." + name, problems);
  }

  Optional<String> text(String name) {
    Value value = value(name);
    return value.isAbsent() ? Optional.empty() : value.text();
  }

  Optional<String> required(String name) {
    Value value = value(name);
    if (value.isAbsent()) {
      problems.add(value.place(), "", "it is missing");
      return Optional.empty();
    }
    return value.text();
  }

  boolean flag(String name) {
    Value value = value(name);
    if (!value.isAbsent() && !value.node().isBoolean()) {
      value.refuse("accepted are true and false");
    }
    return value.node().asBoolean(false);
  }

  Optional<Fields> object(String name) {
    Value value = value(name);
    return value.isAbsent() ? Optional.empty() : value.object();
  }

  List<Value> list(String name) {
    Value value = value(name);
    if (value.isAbsent()) {
      return List.of();
    }
    if (!value.node().isArray()) {
      value.refuse("it has to be a list, […]");
      return List.of();
    }
    var values = new ArrayList<Value>();
    for (JsonNode element : value.node()) {
      values.add(new Value(element, value.place() + "[" + values.size() + "]", problems));
    }
    return values;
  }

  /** Reports every field that was not asked for. */
  void refuseOthers() {
    Set<String> accepted = new TreeSet<>(asked);
    object
        .fieldNames()
        .forEachRemaining(name -> {
          if (!asked.contains(name)) {
            problems.add(
                place.isEmpty() ? name : place + "." + name,
                "",
                "unknown key; known here are " + accepted);
          }
        });
  }

  private static String quoted(JsonNode node) {
    String text = Problems.masked(node.isTextual() ? "'" + node.asText() + "'" : node.toString());
    return text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "…";
  }

  /** A value and its place. */
  record Value(JsonNode node, String place, Problems problems) {
    boolean isAbsent() {
      return node instanceof MissingNode || node.isNull();
    }

    Optional<String> text() {
      if (!node.isTextual()) {
        refuse("it has to be a text in quotes");
        return Optional.empty();
      }
      return Optional.of(node.asText());
    }

    Optional<Fields> object() {
      return node.isObject()
          ? Optional.of(new Fields(node, place, problems))
          : refused("it has to be an object, {…}");
    }

    private Optional<Fields> refused(String rule) {
      refuse(rule);
      return Optional.empty();
    }

    /** Reads a text, and reports it where the reader refuses it. */
    <T> Optional<T> parse(String text, Function<String, T> reader) {
      try {
        return Optional.of(reader.apply(text));
      } catch (IllegalArgumentException e) {
        refuse(String.valueOf(e.getMessage()));
        return Optional.empty();
      }
    }

    void refuse(String rule) {
      problems.add(place, quoted(node), rule);
    }
  }
}
