package dev.airlock.export;

import dev.airlock.packaging.filename.DistributionFilename;
import java.util.Arrays;
import java.util.Optional;

/** How an exported folder is laid out. */
public enum ExportForm {
  /** All distributions beside one another, for {@code pip install --no-index --find-links}. */
  WHEELS("wheels") {
    @Override
    String placeOf(DistributionFilename file) {
      return file.text();
    }
  },
  /**
   * A simple index of files, which can be read in place or given out by any web server.
   *
   * @see <a
   *     href="https://packaging.python.org/en/latest/specifications/simple-repository-api/">Simple
   *     repository API (PEP 503, PEP 691)</a>
   */
  INDEX("index") {
    @Override
    String placeOf(DistributionFilename file) {
      return Pages.SIMPLE + file.project() + "/" + file.text();
    }
  };

  private final String label;

  ExportForm(String label) {
    this.label = label;
  }

  /** The form that is called so; empty when there is none. */
  public static Optional<ExportForm> named(String label) {
    return Arrays.stream(values()).filter(form -> form.label.equals(label)).findFirst();
  }

  /** Where a distribution is, below the folder. */
  abstract String placeOf(DistributionFilename file);

  @Override
  public String toString() {
    return label;
  }
}
