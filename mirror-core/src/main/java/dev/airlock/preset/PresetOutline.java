package dev.airlock.preset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a preset says, key by key, each with its values as texts. Keys within objects are joined by
 * dots; the requirements stand under {@code requirements}, one a value.
 */
public final class PresetOutline {
  /** The key of the lines of the requirements file. */
  public static final String REQUIREMENTS = "requirements";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, List<String>> values;

  private PresetOutline(Map<String, List<String>> values) {
    this.values = values;
  }

  /** The outline of a preset that can be read. */
  public static PresetOutline of(PresetSource source) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, JsonNode> entry : JSON.readTree(source.json()).properties()) {
        if (entry.getKey().equals(REQUIREMENTS)) {
          values.put(REQUIREMENTS, lines(source));
        } else {
          add(entry.getKey(), entry.getValue(), values);
        }
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(source.label() + " was read before", e);
    }
    return new PresetOutline(values);
  }

  private static List<String> lines(PresetSource source) {
    return source.requirements().map(LogicalLines::of).orElse(List.of()).stream()
        .map(line -> RequirementLine.parse(line.text()).toString())
        .toList();
  }

  private static void add(String key, JsonNode value, Map<String, List<String>> values) {
    if (value.isObject()) {
      value
          .properties()
          .forEach(entry -> add(key + "." + entry.getKey(), entry.getValue(), values));
    } else if (value.isArray()) {
      var texts = new ArrayList<String>();
      value.forEach(element -> texts.add(text(element)));
      values.put(key, List.copyOf(texts));
    } else {
      values.put(key, List.of(text(value)));
    }
  }

  private static String text(JsonNode value) {
    return value.isValueNode() ? value.asText() : value.toString();
  }

  /** The keys, in the order of the preset. */
  public List<String> keys() {
    return List.copyOf(values.keySet());
  }

  /** The values of a key; none where the preset does not say it. */
  public List<String> of(String key) {
    return values.getOrDefault(key, List.of());
  }
}
