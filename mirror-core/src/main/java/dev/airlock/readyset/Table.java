package dev.airlock.readyset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.Version;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.Problems;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A table of a TOML file. What is not of the kind asked for is reported, with its place.
 *
 * @param node the table
 * @param place where it is, empty for the whole file
 * @param problems where mistakes are reported
 */
record Table(JsonNode node, String place, Problems problems) {
  private static final TomlMapper TOML = new TomlMapper();
  private static final Pattern WITHOUT_PATCH = Pattern.compile("(\\d+\\.\\d+)(t?)");

  /** No Python has had more patch releases. */
  private static final int LAST_PATCH = 30;

  /**
   * Reads a file.
   *
   * @throws InvalidPresetException when it is not TOML
   * @throws IOException when it cannot be read
   */
  static Table read(Path file) throws IOException, InvalidPresetException {
    var problems = new Problems(file.toString());
    try {
      return new Table(TOML.readTree(Files.readString(file)), "", problems);
    } catch (CharacterCodingException e) {
      problems.add("", "", "it is not UTF-8, which TOML has to be");
      throw problems.exception();
    } catch (JsonProcessingException e) {
      String line = e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr();
      problems.add(line, "", "it is not TOML: " + e.getOriginalMessage());
      throw problems.exception();
    }
  }

  /** The same table of the same file: what is in it is not looked at. */
  @Override
  @SuppressWarnings("ReferenceEquality")
  public boolean equals(@Nullable Object other) {
    return other instanceof Table table && node == table.node;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(node);
  }

  boolean has(String key) {
    return node.has(key);
  }

  List<String> keys() {
    var keys = new ArrayList<String>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  String placeOf(String key) {
    return place.isEmpty() ? key : place + "." + key;
  }

  void refuse(String key, String rule) {
    JsonNode value = node.path(key);
    String found = value.isTextual() ? "'" + value.asText() + "'" : "";
    problems.add(key.isEmpty() ? place : placeOf(key), found, rule);
  }

  Optional<String> text(String key) {
    JsonNode value = node.path(key);
    if (value instanceof MissingNode) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      problems.add(placeOf(key), abridged(value), "it has to be a text in quotes");
      return Optional.empty();
    }
    return Optional.of(value.asText());
  }

  Optional<String> required(String key) {
    if (!node.has(key)) {
      problems.add(placeOf(key), "", "it is missing");
    }
    return text(key);
  }

  /** A text that a reader understands; what it refuses is reported. */
  <T> Optional<T> parsed(String key, Function<String, T> reader) {
    return text(key).flatMap(text -> parsed(placeOf(key), text, reader));
  }

  <T> Optional<T> parsed(String where, String text, Function<String, T> reader) {
    try {
      return Optional.of(reader.apply(text));
    } catch (IllegalArgumentException e) {
      problems.add(where, "'" + text + "'", String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /**
   * Refuses a target whose Python is not among those that stand here. Where another patch release
   * of it is, says how to name that.
   */
  void requirePython(String key, Function<String, Predicate<Version>> reader, Target target) {
    parsed(key, reader)
        .filter(python -> !python.test(target.fullVersion()))
        .ifPresent(python -> {
          String other =
              patches(target)
                  .filter(patch -> python.test(patch.fullVersion()))
                  .findFirst()
                  .map(patch ->
                      ", for it stands for Python "
                          + target.fullVersion()
                          + ": name the Python that is there in full, as in "
                          + patch)
                  .orElse("");
          refuse(key, "the target " + target + " is not in it" + other);
        });
  }

  /** The patch releases that a target may mean that names none. */
  private static Stream<Target> patches(Target target) {
    Matcher unnamed = WITHOUT_PATCH.matcher(target.python());
    return unnamed.matches()
        ? IntStream.rangeClosed(1, LAST_PATCH)
            .mapToObj(patch ->
                Target.of(unnamed.group(1) + "." + patch + unnamed.group(2), target.platform()))
        : Stream.empty();
  }

  boolean flag(String key) {
    return node.path(key).asBoolean(false);
  }

  /** A table, empty where there is none. */
  Table table(String key) {
    return new Table(node.path(key), placeOf(key), problems);
  }

  /** The tables of a list; each is called by its name where it has one. */
  List<Table> tables(String key) {
    var tables = new ArrayList<Table>();
    for (JsonNode each : list(key)) {
      String number = "[" + tables.size() + "]";
      if (each.isObject()) {
        String name = each.path("name").asText("");
        String version = each.path("version").asText("");
        tables.add(
            new Table(
                each,
                placeOf(key) + (name.isEmpty() ? number : " " + (name + " " + version).strip()),
                problems));
      } else {
        problems.add(placeOf(key) + number, abridged(each), "it has to be a table, {…}");
      }
    }
    return tables;
  }

  List<String> texts(String key) {
    var texts = new ArrayList<String>();
    for (JsonNode each : list(key)) {
      if (each.isTextual()) {
        texts.add(each.asText());
      } else {
        problems.add(placeOf(key), abridged(each), "it has to be a list of texts");
      }
    }
    return texts;
  }

  /** The names in a list; one that is none is reported. */
  <T> List<T> names(String key, Function<String, T> reader) {
    return texts(key).stream()
        .flatMap(text -> parsed(placeOf(key), text, reader).stream())
        .toList();
  }

  /** The keys, which are names, each with its spelling here; one that is none is reported. */
  <T> Map<T, String> names(Function<String, T> reader) {
    Map<T, String> names = new LinkedHashMap<>();
    for (String key : keys()) {
      parsed(placeOf(key), key, reader).ifPresent(name -> names.put(name, key));
    }
    return names;
  }

  private Iterable<JsonNode> list(String key) {
    JsonNode value = node.path(key);
    if (value instanceof MissingNode || value.isArray()) {
      return value;
    }
    problems.add(placeOf(key), abridged(value), "it has to be a list, […]");
    return List.of();
  }

  private static String abridged(JsonNode node) {
    String text = node.toString();
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
