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
public final class Fields {
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

  /** The fields of the outermost object; what is wrong with them goes to {@code problems}. */
  public static Fields of(JsonNode object, Problems problems) {
    return new Fields(object, "", problems);
  }

  /** The names of all fields, in their order. */
  public List<String> names() {
    var names = new ArrayList<String>();
    object.fieldNames().forEachRemaining(names::add);
    asked.addAll(names);
    return names;
  }

  /** A value, which may be absent. */
  public Value value(String name) {
    asked.add(name);
    return new Value(object.path(name), place.isEmpty() ? name : place + "." + name, problems);
  }

  /** A text; empty where it is absent or of another kind. */
  public Optional<String> text(String name) {
    Value value = value(name);
    return value.isAbsent() ? Optional.empty() : value.text();
  }

  /** A text that has to be there. */
  public Optional<String> required(String name) {
    Value value = value(name);
    if (value.isAbsent()) {
      problems.add(value.place(), "", "it is missing");
      return Optional.empty();
    }
    return value.text();
  }

  /** A flag, false where it is absent. */
  public boolean flag(String name) {
    Value value = value(name);
    if (!value.isAbsent() && !value.node().isBoolean()) {
      value.refuse("accepted are true and false");
    }
    return value.node().asBoolean(false);
  }

  /** An object; empty where it is absent or of another kind. */
  public Optional<Fields> object(String name) {
    Value value = value(name);
    return value.isAbsent() ? Optional.empty() : value.object();
  }

  /** The elements of a list; none where it is absent or of another kind. */
  public List<Value> list(String name) {
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
  public void refuseOthers() {
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

  /**
   * A value and its place.
   *
   * @param node the value
   * @param place where it stands
   * @param problems where it is reported
   */
  public record Value(JsonNode node, String place, Problems problems) {
    /** Whether there is none. */
    public boolean isAbsent() {
      return node instanceof MissingNode || node.isNull();
    }

    /** The value as a text, reported where it is of another kind. */
    public Optional<String> text() {
      if (!node.isTextual()) {
        refuse("it has to be a text in quotes");
        return Optional.empty();
      }
      return Optional.of(node.asText());
    }

    /** The value as an object, reported where it is of another kind. */
    public Optional<Fields> object() {
      return node.isObject()
          ? Optional.of(new Fields(node, place, problems))
          : refused("it has to be an object, {…}");
    }

    private Optional<Fields> refused(String rule) {
      refuse(rule);
      return Optional.empty();
    }

    /** Reads a text, and reports it where the reader refuses it. */
    public <T> Optional<T> parse(String text, Function<String, T> reader) {
      try {
        return Optional.of(reader.apply(text));
      } catch (IllegalArgumentException e) {
        refuse(String.valueOf(e.getMessage()));
        return Optional.empty();
      }
    }

    /** Reports the value, with the rule that it breaks. */
    public void refuse(String rule) {
      problems.add(place, quoted(node), rule);
    }
  }
}
