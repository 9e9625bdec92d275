package dev.airlock.files;

import java.io.IOException;
import java.nio.file.FileSystemException;

/** What failures say to a user. */
public final class FailureText {
  private FailureText() {}

  /** What a failure says; of a file system's, which says the path alone, also what kind it is. */
  public static String of(IOException failure) {
    String message = failure.getMessage();
    if (message == null) {
      return failure.toString();
    }
    boolean pathAlone =
        failure instanceof FileSystemException of && of.getReason() == null && of.getFile() != null;
    return pathAlone
        ? failure.getClass().getSimpleName().replace("Exception", "") + ": " + message
        : message;
  }
}
