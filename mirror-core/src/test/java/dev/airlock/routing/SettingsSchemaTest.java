package dev.airlock.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.airlock.fixtures.Surroundings;
import dev.airlock.preset.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The schema in the repository says to editors what the reader says. */
class SettingsSchemaTest {
  private static final Pattern KNOWN = Pattern.compile("known here are \\[(.*)]");

  private static List<Problem> problems(String text) {
    try {
      SettingsReader.read("airlock.json", text);
      return List.of();
    } catch (InvalidSettingsException e) {
      return e.problems();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                                       | {"schema": 1, "?": 1}
          /properties/indexes/additionalProperties | {"schema": 1, "indexes": {"p": {"url": "https://a.org", "default": true, "?": 1}}}
          """)
  void hasTheKeysThatTheReaderAccepts(String pointer, String text) throws IOException {
    JsonNode object = schema().at(pointer);
    List<Problem> problems = problems(text);

    assertThat(problems).hasSize(1);
    Matcher known = KNOWN.matcher(problems.getFirst().rule());
    assertThat(known.find()).as(problems.toString()).isTrue();
    var names = new TreeSet<String>();
    object.path("properties").fieldNames().forEachRemaining(names::add);
    assertThat(String.join(", ", names)).isEqualTo(known.group(1));
    assertThat(object.path("additionalProperties").asBoolean(true)).isFalse();
  }

  @Test
  void requiresWhatTheReaderMisses() throws IOException {
    List<String> required = new ArrayList<>();
    schema().path("required").forEach(name -> required.add(name.asText()));

    assertThat(problems("{}")).map(Problem::place).containsExactlyElementsOf(required);
  }

  @Test
  void describesEveryKey() throws IOException {
    JsonNode schema = schema();
    assertDescribed(schema);
    assertDescribed(schema.at("/properties/indexes/additionalProperties"));
  }

  private static void assertDescribed(JsonNode node) {
    for (Map.Entry<String, JsonNode> entry : node.path("properties").properties()) {
      assertThat(entry.getValue().path("description").asText("")).as(entry.getKey()).endsWith(".");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          pattern | Torch_2.*       | deny  | -torch
          pattern | *               | deny  | foo-
          pattern | nvidia-*        | deny  | a/b
          host    | files.a.org     | hosts | https://a.org
          host    | *.a.org:8443    | hosts | a.*
          host    | [::1]:80        | hosts | a.org:
          host    | 10.0.0.5:8080   | hosts | a b
          """)
  void takesAndRefusesAsTheReaderDoes(String definition, String good, String key, String bad)
      throws IOException {
    Pattern pattern = Pattern.compile(schema().at("/$defs/" + definition + "/pattern").asText());

    for (String text : List.of(good, bad)) {
      boolean isGood = text.equals(good);
      assertThat(pattern.matcher(text).find()).isEqualTo(isGood);
      assertThat(problems("{\"schema\": 1, \"" + key + "\": [\"" + text + "\"]}").isEmpty())
          .as(text)
          .isEqualTo(isGood);
    }
  }

  private static JsonNode schema() throws IOException {
    return new ObjectMapper()
        .readTree(
            Files.readString(Surroundings.repository("docs/airlock.schema.json").orElseThrow()));
  }
}
