package dev.airlock.store;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;

/**
 * A blob that somebody else writes, perhaps another process. It can be read while it grows, and
 * nothing tells when it does: who wants to know looks again.
 */
public interface OtherDraft {
  /** How far it is. */
  Progress progress() throws IOException;

  /** Whether its writer still has it. A writer that was stopped counts as one that has it. */
  boolean isWritten() throws IOException;

  /**
   * How far a draft is.
   *
   * @param length how many bytes are there
   * @param beginning tells the bytes from those of an earlier beginning, of which none is kept
   */
  record Progress(long length, Object beginning) {
    /** Nothing is there yet. */
    public static final Progress NOTHING = new Progress(0, "nothing");
  }

  /**
   * Whether a blob is what was seen as this draft: the same bytes under another name, not some that
   * were begun after the last look.
   *
   * @param last how far it was at the last look
   */
  boolean became(Blob blob, Progress last) throws IOException;

  /** Opens what is written so far, to be read while more is written. */
  SeekableByteChannel reader() throws IOException;
}
