package dev.airlock.preset;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The lines of a requirements file as pip sees them: continued lines joined, comments removed,
 * empty ones left out.
 *
 * @see <a href="https://pip.pypa.io/en/stable/reference/requirements-file-format/">Requirements
 *     file format</a>
 */
public final class LogicalLines {
  private static final Pattern COMMENT = Pattern.compile("(^|\\s)#.*$");

  private LogicalLines() {}

  /**
   * A line, and where it begins.
   *
   * @param number counted from 1
   * @param text without comments and surrounding blanks
   */
  public record Line(int number, String text) {}

  /** Reads the lines of a text. */
  public static List<Line> of(String text) {
    var lines = new ArrayList<Line>();
    var pending = new StringBuilder();
    int number = 0;
    int begun = 1;
    for (String raw : text.lines().toList()) {
      number++;
      if (pending.isEmpty()) {
        begun = number;
      }
      boolean comment = raw.stripLeading().startsWith("#");
      if (raw.endsWith("\\") && !comment) {
        pending.append(raw, 0, raw.length() - 1);
        continue;
      }
      add(pending.append(comment ? " " : "").append(raw).toString(), begun, lines);
      pending.setLength(0);
    }
    add(pending.toString(), begun, lines);
    return lines;
  }

  private static void add(String raw, int number, List<Line> lines) {
    String line = COMMENT.matcher(raw).replaceFirst("").strip();
    if (!line.isEmpty()) {
      lines.add(new Line(number, line));
    }
  }
}
