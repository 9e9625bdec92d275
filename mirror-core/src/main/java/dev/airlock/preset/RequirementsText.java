package dev.airlock.preset;

import dev.airlock.packaging.MalformedException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the {@code requirements.txt} of a preset: a requirement a line, with its hashes. Other
 * options have their places in {@code preset.json} and are reported.
 *
 * @see <a href="https://pip.pypa.io/en/stable/reference/requirements-file-format/">Requirements
 *     file format</a>
 */
final class RequirementsText {
  private final String file;
  private final Problems problems;

  RequirementsText(String file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  List<Line> read(String text) {
    var lines = new ArrayList<Line>();
    for (LogicalLines.Line line : LogicalLines.of(text)) {
      String place = "line " + line.number();
      if (line.text().startsWith("-")) {
        problems.addIn(
            file,
            place,
            "'" + line.text() + "'",
            "options are not read here, but for --hash behind a requirement: indexes, constraints"
                + " and the like have their keys in preset.json");
        continue;
      }
      try {
        lines.add(new Line(line.number(), RequirementLine.parse(line.text())));
      } catch (MalformedException e) {
        problems.addIn(file, place, "", String.valueOf(e.getMessage()));
      } catch (IllegalArgumentException e) {
        problems.addIn(file, place, "'" + line.text() + "'", String.valueOf(e.getMessage()));
      }
    }
    return lines;
  }

  /** A requirement and the line it stands on. */
  record Line(int number, RequirementLine content) {}
}
