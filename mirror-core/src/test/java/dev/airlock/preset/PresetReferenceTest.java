package dev.airlock.preset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.airlock.fixtures.GeneratedDocument;
import dev.airlock.fixtures.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class PresetReferenceTest {
  @Test
  void isGeneratedFromTheSchema() throws IOException {
    GeneratedDocument.at("docs/preset-reference.md").assertIs(reference());
  }

  @Test
  void tellsTheFormOfEachKey() throws IOException {
    assertThat(reference())
        .contains(
            "| `schema` (required) | `1` |",
            "| `targets` (required) | list of [targets[]](#targets) |",
            "| `installer` | `\"pip\"` or `\"uv\"` |",
            "| `no_binary` | `true`, `false` or list of [project](#project) |",
            "| `packages` | object of [version](#version) by [project](#project) |");
  }

  private static String reference() throws IOException {
    return SchemaReference.of(
        new ObjectMapper()
            .readTree(
                Files.readString(
                    Surroundings.repository("presets/preset.schema.json").orElseThrow())));
  }
}
