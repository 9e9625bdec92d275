package dev.airlock.packaging.name;

/**
 * The normalised name of a project: {@code Foo.Bar_baz} and {@code foo-bar-baz} are the same
 * project.
 *
 * @param value the normalised form; the constructor normalises what it is given
 * @see <a href="https://packaging.python.org/en/latest/specifications/name-normalization/">Name
 *     normalization (PEP 503)</a>
 */
public record ProjectName(String value) implements Comparable<ProjectName> {
  /**
   * Normalises a name.
   *
   * @throws dev.airlock.packaging.MalformedException when the text is no project name
   */
  public ProjectName {
    value = Normalization.normalize("project name", value);
  }

  @Override
  public int compareTo(ProjectName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
