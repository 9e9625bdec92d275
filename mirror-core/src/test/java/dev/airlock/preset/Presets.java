package dev.airlock.preset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** Presets as texts. */
final class Presets {
  static final ObjectMapper JSON = new ObjectMapper();

  /** What a preset has to have. */
  static final String LEAST =
      """
      {
        "schema": 1,
        "name": "one",
        "targets": [{"python": "3.10", "platform": "manylinux_2_35_x86_64"}],
        "indexes": {"pypi": {"url": "https://pypi.org/simple/", "default": true}}
      }
      """;

  private Presets() {}

  static PresetSource source(String json, Optional<String> requirements) {
    return new PresetSource("presets/one", "one", json, requirements, Optional.empty());
  }

  /** The least preset with other or more fields, given as the inside of an object. */
  static PresetSource with(String fields) {
    return source(merged(fields), Optional.of(""));
  }

  static String merged(String fields) {
    try {
      ObjectNode preset = (ObjectNode) JSON.readTree(LEAST);
      preset.setAll((ObjectNode) JSON.readTree("{" + fields + "}"));
      return preset.toString();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(fields, e);
    }
  }

  static List<Problem> problems(PresetSource source) {
    try {
      PresetReader.read(source);
      return List.of();
    } catch (InvalidPresetException e) {
      return e.problems();
    }
  }
}
