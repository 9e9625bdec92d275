package dev.airlock.packaging.tag;

import dev.airlock.packaging.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One wheel tag: which interpreter, ABI and platform a wheel is for.
 *
 * @param interpreter the Python tag, such as {@code cp310} or {@code py3}
 * @param abi the ABI tag, such as {@code cp310} or {@code none}
 * @param platform the platform tag, such as {@code manylinux_2_28_x86_64} or {@code any}
 * @see <a
 *     href="https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/">Platform
 *     compatibility tags (PEP 425)</a>
 */
public record Tag(String interpreter, String abi, String platform) {
  private static final int MOST_COMBINATIONS = 10_000;

  /** Keeps the parts in lower case, as they are compared. */
  public Tag {
    interpreter = interpreter.toLowerCase(Locale.ROOT);
    abi = abi.toLowerCase(Locale.ROOT);
    platform = platform.toLowerCase(Locale.ROOT);
  }

  /**
   * Expands a compressed tag set such as {@code py2.py3-none-any}.
   *
   * @throws MalformedException when it has not three parts, or expands to more tags than any real
   *     wheel has
   */
  public static List<Tag> parse(String compressed) {
    String[] parts = compressed.split("-", -1);
    if (parts.length != 3) {
      throw new MalformedException(
          "tag", compressed, "it has to have three parts, as in py3-none-any");
    }
    String[] interpreters = parts[0].split("\\.", -1);
    String[] abis = parts[1].split("\\.", -1);
    String[] platforms = parts[2].split("\\.", -1);
    if ((long) interpreters.length * abis.length * platforms.length > MOST_COMBINATIONS) {
      throw new MalformedException(
          "tag", compressed, "it expands to more than " + MOST_COMBINATIONS + " tags");
    }
    var tags = new ArrayList<Tag>();
    for (String interpreter : interpreters) {
      for (String abi : abis) {
        for (String platform : platforms) {
          tags.add(new Tag(interpreter, abi, platform));
        }
      }
    }
    return List.copyOf(tags);
  }

  @Override
  public String toString() {
    return interpreter + "-" + abi + "-" + platform;
  }
}
