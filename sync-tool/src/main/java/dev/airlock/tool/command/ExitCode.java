package dev.airlock.tool.command;

/** What a command ends with. Whatever is not listed in {@code docs/exit-codes.md} means failure. */
enum ExitCode {
  OK(0),
  ERROR(1),
  USAGE(2),
  PARTIAL(3),
  VERIFICATION(5),
  NO_SPACE(6),
  NO_STORE(10);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
