package dev.airlock.packaging.name;

/**
 * The normalised name of an extra, an optional feature of a project.
 *
 * @param value the normalised form; the constructor normalises what it is given
 * @see <a href="https://peps.python.org/pep-0685/">PEP 685</a>
 */
public record ExtraName(String value) implements Comparable<ExtraName> {
  /**
   * Normalises a name.
   *
   * @throws dev.airlock.packaging.MalformedException when the text is no extra name
   */
  public ExtraName {
    value = Normalization.normalize("extra name", value);
  }

  @Override
  public int compareTo(ExtraName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
