package dev.airlock.packaging.name;

/**
 * The normalised name of a dependency group, a set of requirements that a project has for its own
 * development.
 *
 * @param value the normalised form; the constructor normalises what it is given
 * @see <a href="https://peps.python.org/pep-0735/">PEP 735</a>
 */
public record GroupName(String value) implements Comparable<GroupName> {
  /**
   * Normalises a name.
   *
   * @throws dev.airlock.packaging.MalformedException when the text is no group name
   */
  public GroupName {
    value = Normalization.normalize("group name", value);
  }

  @Override
  public int compareTo(GroupName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
