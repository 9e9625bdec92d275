package dev.airlock.packaging.filename;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.tag.Tag;
import dev.airlock.packaging.version.Version;
import java.math.BigInteger;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a wheel: {@code torch-2.1.0+cu118-cp310-cp310-linux_x86_64.whl}.
 *
 * @param project the project
 * @param version the version
 * @param build the build tag, empty where there is none
 * @param tags the tags the wheel is for
 * @param text the name as it stands on the index
 * @see <a
 *     href="https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-name-convention">
 *     File name convention (PEP 427)</a>
 */
public record WheelFilename(
    ProjectName project, Version version, BuildTag build, List<Tag> tags, String text)
    implements DistributionFilename {
  /** The extension of wheels. */
  public static final String EXTENSION = ".whl";

  private static final String WHAT = "wheel filename";

  /** Copies the tags. */
  public WheelFilename {
    tags = List.copyOf(tags);
  }

  /**
   * Reads the name of a wheel.
   *
   * @throws MalformedException when it is none, or could be a path
   */
  public static WheelFilename parse(String text) {
    SafeFilename.check(WHAT, text);
    if (!text.endsWith(EXTENSION)) {
      throw new MalformedException(WHAT, text, "it has to end with " + EXTENSION);
    }
    String[] parts = text.substring(0, text.length() - EXTENSION.length()).split("-", -1);
    if (parts.length != 5 && parts.length != 6) {
      throw new MalformedException(
          WHAT, text, "it has to be name-version(-build)-python-abi-platform.whl");
    }
    if (parts[0].contains("__")) {
      throw new MalformedException(WHAT, text, "the name of the project holds '__'");
    }
    try {
      int tags = parts.length - 3;
      return new WheelFilename(
          new ProjectName(parts[0]),
          Version.parse(parts[1]),
          parts.length == 6 ? BuildTag.parse(parts[2]) : BuildTag.NONE,
          Tag.parse(parts[tags] + "-" + parts[tags + 1] + "-" + parts[tags + 2]),
          text);
    } catch (MalformedException e) {
      throw new MalformedException(WHAT, text, String.valueOf(e.getMessage()));
    }
  }

  /** Whether it runs on every platform and every Python 3, and so needs no build for others. */
  public boolean isPure() {
    return tags.stream().anyMatch(tag -> tag.abi().equals("none") && tag.platform().equals("any"));
  }

  @Override
  public String toString() {
    return text;
  }

  /**
   * The build tag of a wheel, which breaks ties between wheels of one version: compared as a number
   * first, then as a text; no build tag comes first.
   *
   * @param number the digits in front, -1 where there is no build tag
   * @param rest what follows the digits
   */
  public record BuildTag(BigInteger number, String rest) implements Comparable<BuildTag> {
    /** No build tag. */
    public static final BuildTag NONE = new BuildTag(BigInteger.ONE.negate(), "");

    private static final Pattern FORM = Pattern.compile("(\\d+)(.*)");

    static BuildTag parse(String text) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches()) {
        throw new MalformedException("build tag", text, "it has to begin with a digit");
      }
      return new BuildTag(new BigInteger(matcher.group(1)), matcher.group(2));
    }

    @Override
    public int compareTo(BuildTag other) {
      int byNumber = number.compareTo(other.number);
      return byNumber != 0 ? byNumber : rest.compareTo(other.rest);
    }
  }
}
