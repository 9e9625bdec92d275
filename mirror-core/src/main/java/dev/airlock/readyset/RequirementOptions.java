package dev.airlock.readyset;

import dev.airlock.packaging.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A line of a requirements file, taken apart: what stands before the options, and the options.
 *
 * @param requirement the text before the options, empty where there is none
 * @param options the options in their order
 * @see <a href="https://pip.pypa.io/en/stable/reference/requirements-file-format/">Requirements
 *     file format</a>
 */
record RequirementOptions(String requirement, List<Option> options) {
  /** The options that pip knows in such files, by their spellings. */
  private static final Map<String, Name> SPELLINGS =
      Map.ofEntries(
          Map.entry("-i", Name.INDEX_URL),
          Map.entry("--index-url", Name.INDEX_URL),
          Map.entry("--pypi-url", Name.INDEX_URL),
          Map.entry("--extra-index-url", Name.EXTRA_INDEX_URL),
          Map.entry("--no-index", Name.NO_INDEX),
          Map.entry("-f", Name.FIND_LINKS),
          Map.entry("--find-links", Name.FIND_LINKS),
          Map.entry("-r", Name.REQUIREMENT),
          Map.entry("--requirement", Name.REQUIREMENT),
          Map.entry("--requirements", Name.REQUIREMENT),
          Map.entry("-c", Name.CONSTRAINT),
          Map.entry("--constraint", Name.CONSTRAINT),
          Map.entry("--constraints", Name.CONSTRAINT),
          Map.entry("-e", Name.EDITABLE),
          Map.entry("--editable", Name.EDITABLE),
          Map.entry("--no-binary", Name.NO_BINARY),
          Map.entry("--only-binary", Name.ONLY_BINARY),
          Map.entry("--prefer-binary", Name.PREFER_BINARY),
          Map.entry("--require-hashes", Name.REQUIRE_HASHES),
          Map.entry("--no-require-hashes", Name.NO_REQUIRE_HASHES),
          Map.entry("--pre", Name.PRE),
          Map.entry("--hash", Name.HASH),
          Map.entry("--trusted-host", Name.TRUSTED_HOST),
          Map.entry("--use-feature", Name.OF_THE_INSTALL),
          Map.entry("-C", Name.OF_THE_INSTALL),
          Map.entry("--config-setting", Name.OF_THE_INSTALL),
          Map.entry("--config-settings", Name.OF_THE_INSTALL),
          Map.entry("--global-option", Name.OF_THE_INSTALL),
          Map.entry("--install-option", Name.OF_THE_INSTALL));

  RequirementOptions {
    options = List.copyOf(options);
  }

  /** What an option is. */
  enum Name {
    INDEX_URL(true),
    EXTRA_INDEX_URL(true),
    NO_INDEX(false),
    FIND_LINKS(true),
    REQUIREMENT(true),
    CONSTRAINT(true),
    EDITABLE(true),
    NO_BINARY(true),
    ONLY_BINARY(true),
    PREFER_BINARY(false),
    REQUIRE_HASHES(false),
    NO_REQUIRE_HASHES(false),
    PRE(false),
    HASH(true),
    TRUSTED_HOST(true),
    /** Of no concern to what is fetched. */
    OF_THE_INSTALL(true);

    private final boolean hasValue;

    Name(boolean hasValue) {
      this.hasValue = hasValue;
    }
  }

  /**
   * An option.
   *
   * @param name which one
   * @param spelling as written
   * @param value its value, empty where it has none
   */
  record Option(Name name, String spelling, String value) {}

  /**
   * Takes a line apart. As in pip, the options begin with the first word that begins with a dash.
   *
   * @throws IllegalArgumentException when an option is unknown or lacks its value
   */
  static RequirementOptions parse(String line) {
    int begin = beginOfOptions(line);
    var options = new ArrayList<Option>();
    List<String> words = ShellWords.of(line.substring(begin));
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      String spelling = spelling(word);
      Name name = SPELLINGS.get(spelling);
      if (name == null) {
        throw new IllegalArgumentException(
            "the option '"
                + MalformedException.abridge(spelling)
                + "' is not known: leave it out, or see the options that are in docs/from.md");
      }
      String value = word.substring(spelling.length());
      if (value.startsWith("=") && spelling.startsWith("--")) {
        value = value.substring(1);
      } else if (value.isEmpty() && name.hasValue) {
        i++;
        if (i == words.size()) {
          throw new IllegalArgumentException("the option " + spelling + " needs a value");
        }
        value = words.get(i);
      }
      options.add(new Option(name, spelling, value));
    }
    return new RequirementOptions(line.substring(0, begin).strip(), options);
  }

  private static int beginOfOptions(String line) {
    for (int i = 0; i < line.length(); i++) {
      boolean wordBegins = i == 0 || Character.isWhitespace(line.charAt(i - 1));
      if (wordBegins && line.charAt(i) == '-') {
        return i;
      }
    }
    return line.length();
  }

  /**
   * The option without its value: {@code --hash=x} and {@code -rx} have theirs in the same word.
   */
  private static String spelling(String word) {
    if (word.startsWith("--")) {
      int equals = word.indexOf('=');
      return equals < 0 ? word : word.substring(0, equals);
    }
    return word.length() > 2 ? word.substring(0, 2) : word;
  }
}
