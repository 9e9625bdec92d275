package dev.airlock.preset;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.marker.Requirement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads the {@code requirements.txt} of a preset: a requirement a line, with comments and continued
 * lines. Options have their places in {@code preset.json} and are reported.
 *
 * @see <a href="https://pip.pypa.io/en/stable/reference/requirements-file-format/">Requirements
 *     file format</a>
 */
final class RequirementsText {
  private static final Pattern COMMENT = Pattern.compile("(^|\\s)#.*$");

  private final String file;
  private final Problems problems;

  RequirementsText(String file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  List<Line> read(String text) {
    var lines = new ArrayList<Line>();
    var pending = new StringBuilder();
    int number = 0;
    int begun = 1;
    for (String raw : text.lines().toList()) {
      number++;
      if (pending.isEmpty()) {
        begun = number;
      }
      if (raw.endsWith("\\")) {
        pending.append(raw, 0, raw.length() - 1);
        continue;
      }
      line(pending.append(raw).toString(), begun, lines);
      pending.setLength(0);
    }
    line(pending.toString(), begun, lines);
    return lines;
  }

  private void line(String raw, int number, List<Line> lines) {
    String line = COMMENT.matcher(raw).replaceFirst("").strip();
    if (line.isEmpty()) {
      return;
    }
    if (line.startsWith("-")) {
      problems.addIn(
          file,
          "line " + number,
          "'" + line + "'",
          "options are not read here: indexes, constraints and the like have their keys in"
              + " preset.json");
      return;
    }
    try {
      lines.add(new Line(number, PresetReader.requirement(line)));
    } catch (MalformedException e) {
      problems.addIn(file, "line " + number, "", String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      problems.addIn(file, "line " + number, "'" + line + "'", String.valueOf(e.getMessage()));
    }
  }

  /** A requirement and the line it stands on. */
  record Line(int number, Requirement requirement) {}
}
