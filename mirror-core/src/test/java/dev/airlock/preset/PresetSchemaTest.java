package dev.airlock.preset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.airlock.fixtures.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The schema in the repository says to editors what the reader says. */
class PresetSchemaTest {
  private static final Pattern KNOWN = Pattern.compile("known here are \\[(.*)]");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                                         | "?": 1
          targets.items                              | "targets": [{"python": "3.10", "platform": "win32", "?": 1}]
          indexes.additionalProperties               | "indexes": {"p": {"url": "https://a.org", "default": true, "?": 1}}
          pytorch                                    | "pytorch": {"?": 1}
          tensorrt                                   | "tensorrt": {"?": 1}
          dependency_metadata.items                  | "dependency_metadata": [{"name": "a", "?": 1}]
          repack.items                               | "repack": [{"name": "a", "version": "1", "requires_dist": [], "?": 1}]
          """)
  void hasTheKeysThatTheReaderAccepts(String place, String preset) throws IOException {
    JsonNode object = schema();
    for (String step : place.isEmpty() ? new String[0] : place.split("\\.", -1)) {
      object =
          object.has(step) && !object.path("properties").has(step)
              ? object.path(step)
              : object.path("properties").path(step);
    }
    List<Problem> problems = Presets.problems(Presets.with(preset));

    assertThat(problems).hasSize(1);
    Matcher known = KNOWN.matcher(problems.getFirst().rule());
    assertThat(known.find()).as(problems.toString()).isTrue();
    assertThat(String.join(", ", new TreeSet<>(names(object.path("properties")))))
        .isEqualTo(known.group(1));
    assertThat(object.path("additionalProperties").asBoolean(true)).isFalse();
  }

  @Test
  void requiresWhatTheReaderMisses() throws IOException {
    List<String> required = new ArrayList<>();
    schema().path("required").forEach(name -> required.add(name.asText()));

    assertThat(Presets.problems(Presets.source("{}", Optional.empty())))
        .map(Problem::place)
        .containsExactlyInAnyOrderElementsOf(required);
  }

  @Test
  void describesEveryKey() throws IOException {
    assertDescribed(schema(), "");
  }

  private static void assertDescribed(JsonNode node, String place) {
    for (Map.Entry<String, JsonNode> entry : node.path("properties").properties()) {
      assertThat(entry.getValue().path("description").asText(""))
          .as(place + entry.getKey())
          .endsWith(".");
      assertDescribed(entry.getValue(), place + entry.getKey() + ".");
    }
    for (String inner : List.of("items", "additionalProperties")) {
      if (node.path(inner).isObject()) {
        assertDescribed(node.path(inner), place + inner + ".");
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          /properties/name                                                   | one           | Two
          /properties/name                                                   | a.b-c_1       | -a
          /properties/targets/items/properties/python                        | 3.13t         | 2.7
          /properties/targets/items/properties/python                        | 3.10.12       | 3
          /properties/targets/items/properties/platform                      | manylinux_2_35_x86_64 | solaris
          /properties/targets/items/properties/platform                      | manylinux2014_aarch64 | any
          /properties/targets/items/properties/platform                      | musllinux_1_2_x86_64  | manylinux_3_1_x86_64
          /properties/targets/items/properties/platform                      | win32         | win
          /properties/targets/items/properties/platform                      | linux_x86_64  | linux
          /properties/targets/items/properties/platform                      | macosx_14_0_arm64 | macosx
          /properties/indexes/additionalProperties/properties/url            | https://pypi.org/simple/ | ftp://pypi.org
          /properties/indexes/additionalProperties/properties/url            | file:///srv/simple | https://u:p@pypi.org/
          /properties/requirements                                           | requirements.txt | ../r.txt
          /$defs/project                                                     | Foo.Bar_1     | foo-
          """)
  void hasPatternsThatTakeAndRefuse(String pointer, String good, String bad) throws IOException {
    Pattern pattern = Pattern.compile(schema().at(pointer).path("pattern").asText());

    assertThat(pattern.matcher(good).find()).isTrue();
    assertThat(pattern.matcher(bad).find()).isFalse();
  }

  private static List<String> names(JsonNode object) {
    var names = new ArrayList<String>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static JsonNode schema() throws IOException {
    return new ObjectMapper()
        .readTree(
            Files.readString(Surroundings.repository("presets/preset.schema.json").orElseThrow()));
  }
}
