package dev.airlock.packaging.target;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.marker.Environment;
import dev.airlock.packaging.marker.Variable;
import dev.airlock.packaging.tag.Platform;
import dev.airlock.packaging.tag.SupportedTags;
import dev.airlock.packaging.version.Version;
import java.util.EnumMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a build is for: one CPython on one platform. It determines the supported wheel tags and the
 * marker values.
 */
public final class Target {
  private static final Pattern PYTHON = Pattern.compile("(3)\\.(\\d{1,2})(?:\\.(\\d{1,3}))?(t?)");

  /** PEP 703. */
  private static final int FIRST_FREE_THREADED = 13;

  private static final Pattern PRINTED = Pattern.compile("cp3\\.?([0-9][0-9.]*t?)-(.+)");

  private final String python;
  private final Platform platform;
  private final Version fullVersion;
  private final SupportedTags tags;
  private final Environment environment;

  private Target(
      String python,
      Platform platform,
      Version fullVersion,
      SupportedTags tags,
      Environment environment) {
    this.python = python;
    this.platform = platform;
    this.fullVersion = fullVersion;
    this.tags = tags;
    this.environment = environment;
  }

  /**
   * A target.
   *
   * @param python the version of CPython: {@code 3.10}, {@code 3.10.12}, {@code 3.13t}. Without a
   *     third number, markers on the full version see {@code .0}
   * @param platform the platform
   * @throws MalformedException when the Python version is none of these forms
   */
  public static Target of(String python, Platform platform) {
    Matcher matcher = PYTHON.matcher(python.strip());
    if (!matcher.matches()) {
      throw new MalformedException(
          "Python version", python, "accepted are 3.10, 3.10.12 and, free-threaded, 3.13t");
    }
    int major = Integer.parseInt(matcher.group(1));
    int minor = Integer.parseInt(matcher.group(2));
    boolean freeThreaded = !matcher.group(4).isEmpty();
    if (freeThreaded && minor < FIRST_FREE_THREADED) {
      throw new MalformedException(
          "Python version", python, "free-threaded builds begin with 3.13t");
    }
    String full = major + "." + minor + "." + (matcher.group(3) == null ? "0" : matcher.group(3));
    return new Target(
        python.strip(),
        platform,
        Version.parse(full),
        SupportedTags.cpython(major, minor, freeThreaded, platform),
        environment(major + "." + minor, full, platform));
  }

  /**
   * Reads a target as it is printed: {@code cp310-manylinux_2_35_x86_64}.
   *
   * @throws MalformedException when the text is none
   */
  public static Target parse(String text) {
    Matcher matcher = PRINTED.matcher(text.strip());
    if (!matcher.matches()) {
      throw new MalformedException(
          "target",
          text,
          "accepted are a CPython and a platform, as in cp310-manylinux_2_35_x86_64,"
              + " cp313t-macosx_14_0_arm64 and cp312-win_amd64");
    }
    return of("3." + matcher.group(1), Platform.parse(matcher.group(2)));
  }

  private static Environment environment(String version, String full, Platform platform) {
    var values = new EnumMap<Variable, String>(Variable.class);
    values.put(Variable.OS_NAME, platform.family().osName());
    values.put(Variable.SYS_PLATFORM, platform.family().sysPlatform());
    values.put(Variable.PLATFORM_SYSTEM, platform.family().platformSystem());
    values.put(Variable.PLATFORM_MACHINE, platform.machine());
    values.put(Variable.PLATFORM_PYTHON_IMPLEMENTATION, "CPython");
    values.put(Variable.IMPLEMENTATION_NAME, "cpython");
    values.put(Variable.IMPLEMENTATION_VERSION, full);
    values.put(Variable.PYTHON_VERSION, version);
    values.put(Variable.PYTHON_FULL_VERSION, full);
    return new Environment(values);
  }

  /** The version of CPython, as stated. */
  public String python() {
    return python;
  }

  /** The platform. */
  public Platform platform() {
    return platform;
  }

  /** The full version of CPython, which {@code Requires-Python} is compared with. */
  public Version fullVersion() {
    return fullVersion;
  }

  /** The wheel tags it supports. */
  public SupportedTags tags() {
    return tags;
  }

  /** The values of the marker variables there. */
  public Environment environment() {
    return environment;
  }

  /**
   * The condition of a lock file under which a machine is this target (PEP 751 {@code
   * environments}).
   */
  public String marker() {
    return "python_version == \"%s\" and sys_platform == \"%s\" and platform_machine == \"%s\""
        .formatted(
            environment.get(Variable.PYTHON_VERSION),
            environment.get(Variable.SYS_PLATFORM),
            environment.get(Variable.PLATFORM_MACHINE));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Target target && toString().equals(target.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /** The target in one word: {@code cp310-manylinux_2_35_x86_64}. */
  @Override
  public String toString() {
    return "cp" + python.replaceFirst("\\.", "") + "-" + platform;
  }
}
