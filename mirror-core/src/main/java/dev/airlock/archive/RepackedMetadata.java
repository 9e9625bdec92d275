package dev.airlock.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.marker.Marker.Operand;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.metadata.CoreMetadata;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.repack.Derivation;
import dev.airlock.packaging.repack.Recipe;
import dev.airlock.packaging.version.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a repacked wheel says of itself: the fields of {@code PKG-INFO}, but for those that the
 * recipe states, and a note of what it was made of.
 *
 * @see <a href="https://packaging.python.org/en/latest/specifications/core-metadata/">Core metadata
 *     specifications</a>
 */
final class RepackedMetadata {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The first version that has licence files. */
  private static final Version LEAST = Version.parse("2.4");

  /** What the recipe states, or this says itself; and what was superseded long ago. */
  private static final Set<String> OWN =
      Set.of(
          "metadata-version",
          "name",
          "version",
          "dynamic",
          "requires",
          "requires-dist",
          "requires-python",
          "provides-extra",
          "license-file");

  private RepackedMetadata() {}

  /** A field as it stands, with the lines that continue it. */
  private record Field(String name, List<String> lines) {
    String value() {
      String first = lines.getFirst();
      return first.substring(first.indexOf(':') + 1).strip();
    }
  }

  /** The fields of a {@code PKG-INFO}, and what stands below them. */
  private record Document(List<Field> fields, List<String> body) {
    static Document read(byte[] bytes) {
      String text = new String(bytes, StandardCharsets.UTF_8);
      List<String> lines = (text.startsWith("\ufeff") ? text.substring(1) : text).lines().toList();
      var fields = new ArrayList<Field>();
      int next = 0;
      for (; next < lines.size() && !lines.get(next).isEmpty(); next++) {
        String line = lines.get(next);
        boolean continued = line.charAt(0) == ' ' || line.charAt(0) == '\t';
        int colon = line.indexOf(':');
        if (continued && !fields.isEmpty()) {
          fields.getLast().lines().add(line);
        } else if (colon > 0
            && line.substring(0, colon).chars().allMatch(c -> c > ' ' && c < 127)) {
          fields.add(
              new Field(
                  line.substring(0, colon).toLowerCase(Locale.ROOT),
                  new ArrayList<>(List.of(line))));
        } else {
          break;
        }
      }
      return new Document(fields, lines.subList(Math.min(next, lines.size()), lines.size()));
    }
  }

  /** The files that a {@code PKG-INFO} names as licences. */
  static List<String> licences(byte[] pkgInfo) {
    return Document.read(pkgInfo).fields().stream()
        .filter(field -> field.name().equals("license-file"))
        .map(Field::value)
        .distinct()
        .toList();
  }

  /**
   * The {@code METADATA} of the wheel.
   *
   * @param licences the paths of its licences
   * @throws RepackException when the sdist says that it is another version
   */
  static byte[] write(Optional<byte[]> pkgInfo, Derivation derivation, List<String> licences)
      throws RepackException {
    Recipe recipe = derivation.recipe();
    Version format = LEAST;
    if (pkgInfo.isPresent()) {
      CoreMetadata said = understood(pkgInfo.get(), derivation);
      if (!recipe.covers(said.project(), said.version())) {
        throw new RepackException(
            derivation, "its PKG-INFO says that it is " + said.project() + " " + said.version());
      }
      format = said.metadataVersion().compareTo(LEAST) > 0 ? said.metadataVersion() : LEAST;
    }
    Document document = pkgInfo.map(Document::read).orElse(new Document(List.of(), List.of()));
    var lines = new ArrayList<String>();
    lines.add("Metadata-Version: " + format);
    lines.add(
        "Name: "
            + document.fields().stream()
                .filter(field -> field.name().equals("name"))
                .findFirst()
                .map(Field::value)
                .orElse(recipe.project().value()));
    lines.add("Version: " + recipe.version());
    document.fields().stream()
        .filter(field -> !OWN.contains(field.name()))
        .forEach(field -> lines.addAll(field.lines()));
    licences.forEach(path -> lines.add("License-File: " + path));
    if (!recipe.requiresPython().isAny()) {
      lines.add("Requires-Python: " + recipe.requiresPython());
    }
    recipe.requiresDist().forEach(requirement -> lines.add("Requires-Dist: " + requirement));
    extras(recipe).forEach(extra -> lines.add("Provides-Extra: " + extra));
    if (document.body().isEmpty() || !document.body().getFirst().isEmpty()) {
      lines.add("");
    }
    lines.addAll(document.body());
    return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static CoreMetadata understood(byte[] pkgInfo, Derivation derivation)
      throws RepackException {
    try {
      return CoreMetadata.parse(pkgInfo);
    } catch (MalformedException e) {
      throw new RepackException(derivation, "its PKG-INFO cannot be understood: " + e.getMessage());
    }
  }

  /** The extras that its dependencies ask about. */
  private static Set<ExtraName> extras(Recipe recipe) {
    var extras = new TreeSet<ExtraName>();
    recipe.requiresDist().stream()
        .map(Requirement::marker)
        .flatMap(RepackedMetadata::comparisons)
        .filter(Marker::mentionsExtra)
        .flatMap(comparison -> Stream.of(comparison.left(), comparison.right()))
        .forEach(operand -> {
          if (operand instanceof Operand.Literal(String name)) {
            extras.add(new ExtraName(name));
          }
        });
    return extras;
  }

  private static Stream<Marker.Comparison> comparisons(Marker marker) {
    return switch (marker) {
      case Marker.All all -> all.parts().stream().flatMap(RepackedMetadata::comparisons);
      case Marker.Any any -> any.parts().stream().flatMap(RepackedMetadata::comparisons);
      case Marker.Comparison comparison -> Stream.of(comparison);
    };
  }

  /** The note of what the wheel was made of, and how. */
  static byte[] origin(Derivation derivation, Repacker.Contents contents) throws IOException {
    Recipe recipe = derivation.recipe();
    ObjectNode note = JsonNodeFactory.instance.objectNode();
    note.put("what", "a wheel that airlock made of an sdist without building it");
    note.put("repack", Derivation.FORMAT);
    note.put("sdist", derivation.sdist().text());
    note.put("sdist-sha256", derivation.sha256().hex());
    note.put("root", contents.root());
    contents.packages().forEach(note.putArray("packages")::add);
    contents.modules().forEach(note.putArray("modules")::add);
    note.put("requires-python", recipe.requiresPython().toString());
    var requires = note.putArray("requires-dist");
    recipe.requiresDist().forEach(requirement -> requires.add(requirement.toString()));
    try {
      return (JSON.writeValueAsString(note) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IOException(e);
    }
  }
}
