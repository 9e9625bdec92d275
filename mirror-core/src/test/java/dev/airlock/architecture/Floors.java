package dev.airlock.architecture;

import dev.airlock.fixtures.Surroundings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The floor plan for the documents: drawn in Mermaid, and as a table of what each package is for.
 */
final class Floors {
  private static final List<String> MODULES = List.of("sync-tool", "mirror-server", "mirror-core");
  private static final String INTRODUCTION =
      """
      All packages are below `dev.airlock`. A package uses packages on lower floors only, never one on its own floor.
      `FloorPlan` in the tests holds this plan as data, and draws it here.
      """;
  private static final Pattern FIRST_SENTENCE =
      Pattern.compile("/\\*\\*(.*?[.])(\\s.*)?\\*/", Pattern.DOTALL);

  private final Path root = Surroundings.repository("docs").orElseThrow().resolveSibling("");

  String markdown() {
    return "\n" + INTRODUCTION + "\n" + drawing() + "\n" + table();
  }

  private String drawing() {
    int ground = FloorPlan.CORE.floors().size();
    var text = new StringBuilder("```mermaid\nflowchart TB\n");
    text.append(building("tool", "sync-tool", FloorPlan.TOOL, ground));
    text.append(building("server", "mirror-server", FloorPlan.SERVER, ground));
    text.append(building("core", "mirror-core", FloorPlan.CORE, 0));
    text.append("  tool --> core\n  server --> core\n");
    return text.append("```\n").toString();
  }

  private String building(String id, String module, FloorPlan plan, int from) {
    var text = new StringBuilder("  subgraph " + id + "[\"" + module + "\"]\n");
    var floors = new ArrayList<String>();
    for (int i = plan.floors().size() - 1; i >= from; i--) {
      Set<String> rooms = built(plan.floors().get(i));
      if (!rooms.isEmpty()) {
        String floor = id + i;
        floors.add(floor);
        text.append("    " + floor + "[\"" + String.join(" · ", rooms) + "\"]\n");
      }
    }
    return text.append("    " + String.join(" --> ", floors) + "\n  end\n").toString();
  }

  private String table() {
    var text = new StringBuilder("| floor | package | what it is for |\n| ---: | --- | --- |\n");
    int ground = FloorPlan.CORE.floors().size();
    rows(text, FloorPlan.TOOL, ground);
    rows(text, FloorPlan.SERVER, ground);
    rows(text, FloorPlan.CORE, 0);
    return text.toString();
  }

  private void rows(StringBuilder text, FloorPlan plan, int from) {
    for (int i = plan.floors().size() - 1; i >= from; i--) {
      for (String room : built(plan.floors().get(i))) {
        text.append("| " + i + " | `" + room + "` | " + purpose(room).orElseThrow() + " |\n");
      }
    }
  }

  /** The packages that exist: a plan may name some that are still to come. */
  private Set<String> built(Set<String> rooms) {
    var found = new TreeSet<String>();
    rooms.stream().filter(room -> purpose(room).isPresent()).forEach(found::add);
    return Collections.unmodifiableSet(found);
  }

  /** The first sentence of a package's Javadoc; empty where there is no such package. */
  private Optional<String> purpose(String room) {
    String path = (FloorPlan.ROOT + "." + room).replace('.', '/') + "/package-info.java";
    return MODULES.stream()
        .map(module -> root.resolve(module).resolve("src/main/java").resolve(path))
        .filter(Files::exists)
        .findFirst()
        .map(Floors::firstSentence);
  }

  private static String firstSentence(Path file) {
    try {
      Matcher comment = FIRST_SENTENCE.matcher(Files.readString(file));
      if (!comment.find()) {
        throw new IllegalStateException(file + " does not say what its package is for");
      }
      return comment
          .group(1)
          .replaceAll("\\s*\\n \\*\\s*", " ")
          .replaceAll("\\{@(?:code|link) ([^}]*)}", "`$1`")
          .strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
