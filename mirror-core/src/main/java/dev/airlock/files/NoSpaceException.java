package dev.airlock.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** The file system is full. Nothing is gained by trying again before somebody makes room. */
public final class NoSpaceException extends IOException {
  private static final long serialVersionUID = 1L;

  private NoSpaceException(Path path, IOException cause) {
    super("no space left to write '" + path + "': free some and run the command again", cause);
  }

  /** This exception when the cause is a full file system, else the cause itself. */
  public static IOException when(IOException cause, Path path) {
    if (cause instanceof NoSpaceException) {
      return cause;
    }
    String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    boolean full =
        message.contains("no space left")
            || message.contains("disk quota exceeded")
            || message.contains("not enough space");
    return full ? new NoSpaceException(path, cause) : cause;
  }
}
