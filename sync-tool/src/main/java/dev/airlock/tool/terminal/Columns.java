package dev.airlock.tool.terminal;

import java.util.ArrayList;
import java.util.List;

/** Rows of cells as lines of text, each column as wide as its widest cell. */
public final class Columns {
  private static final String BETWEEN = "  ";

  private Columns() {}

  /** The lines of some rows, all of which have the same number of cells. */
  public static List<String> lines(List<List<String>> rows) {
    int columns = rows.isEmpty() ? 0 : rows.getFirst().size();
    var widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    var lines = new ArrayList<String>();
    for (List<String> row : rows) {
      var line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        line.append(i == 0 ? "" : BETWEEN).append(row.get(i));
        line.append(" ".repeat(widths[i] - row.get(i).length()));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
