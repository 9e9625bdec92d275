package dev.airlock.packaging.marker;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A variable of environment markers.
 *
 * @see <a
 *     href="https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers">
 *     Environment markers</a>
 */
public enum Variable {
  /** {@code os.name}. */
  OS_NAME("os_name", "os.name"),
  /** {@code sys.platform}. */
  SYS_PLATFORM("sys_platform", "sys.platform"),
  /** {@code platform.machine()}. */
  PLATFORM_MACHINE("platform_machine", "platform.machine"),
  /** {@code platform.python_implementation()}. */
  PLATFORM_PYTHON_IMPLEMENTATION(
      "platform_python_implementation", "platform.python_implementation", "python_implementation"),
  /** {@code platform.release()}. */
  PLATFORM_RELEASE("platform_release"),
  /** {@code platform.system()}. */
  PLATFORM_SYSTEM("platform_system"),
  /** {@code platform.version()}. */
  PLATFORM_VERSION("platform_version", "platform.version"),
  /** The first two numbers of the Python version. */
  PYTHON_VERSION("python_version"),
  /** The whole Python version. */
  PYTHON_FULL_VERSION("python_full_version"),
  /** {@code sys.implementation.name}. */
  IMPLEMENTATION_NAME("implementation_name"),
  /** {@code sys.implementation.version}. */
  IMPLEMENTATION_VERSION("implementation_version"),
  /** The extra that is asked for; empty for none. */
  EXTRA("extra"),
  /** The extras that are asked for, in lock files (PEP 751). */
  EXTRAS("extras"),
  /** The dependency groups that are asked for, in lock files (PEP 751). */
  DEPENDENCY_GROUPS("dependency_groups");

  @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
  private final List<String> spellings;

  Variable(String... spellings) {
    this.spellings = List.of(spellings);
  }

  /** The variable of a name, in its present or an older spelling. */
  static Optional<Variable> named(String name) {
    return Arrays.stream(values())
        .filter(variable -> variable.spellings.contains(name))
        .findFirst();
  }

  /** Whether comparisons with this variable compare versions where both sides are versions. */
  boolean isVersion() {
    return this == PYTHON_VERSION
        || this == PYTHON_FULL_VERSION
        || this == IMPLEMENTATION_VERSION
        || this == PLATFORM_RELEASE;
  }

  /** Whether the value is a set of names rather than a text. */
  boolean isSet() {
    return this == EXTRAS || this == DEPENDENCY_GROUPS;
  }

  @Override
  public String toString() {
    return spellings.getFirst();
  }
}
