package dev.airlock.upstream;

/** The readers of this package that take texts, for those who try them with odd ones. */
public final class SettingsTexts {
  private SettingsTexts() {}

  /** Reads credentials, and asks for those of a host. */
  public static void netrc(String text) {
    var _ = Netrc.parse(text).of("example.org");
  }

  /**
   * Reads pip's configuration.
   *
   * @throws IllegalArgumentException when an address in it is none
   */
  public static void pipConfig(String text) {
    PipConfig.parse(text)
        .values()
        .forEach(section ->
            section
                .values()
                .forEach(value ->
                    value.lines().filter(line -> !line.isBlank()).forEach(Addresses::parse)));
  }
}
