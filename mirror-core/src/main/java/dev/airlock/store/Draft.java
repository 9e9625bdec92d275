package dev.airlock.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.util.Optional;

/**
 * A blob that is being written. Closing it without {@link #commit} keeps what is there for a later
 * run; after the commit nothing can be written any more. Not for several threads.
 */
public interface Draft extends Closeable {
  /** How many bytes are there, from an earlier run too. */
  long length();

  /**
   * Says that no digest is known which the bytes are to have, so that nothing at the commit tells
   * what a disk did to those of an earlier run. Of these only what a note beside them proves is
   * kept. From now on such notes are made of bytes that have a validator: now and then while they
   * are written, and when this is closed.
   */
  void keepNotes() throws IOException;

  /** The upstream's validator of the version that these bytes are of, for {@code If-Range}. */
  Optional<String> validator();

  /** Keeps the validator with the bytes that follow. */
  void validator(Optional<String> validator) throws IOException;

  /**
   * Throws away the bytes that are there. Channels that were opened before go on reading those, and
   * never see what is written from now on.
   */
  void restart() throws IOException;

  /**
   * Opens what is written so far, to be read while more is written. It stays readable when the
   * draft becomes a blob. It is a {@link java.nio.channels.FileChannel} where the draft is a file.
   * May be called by any thread.
   */
  SeekableByteChannel reader() throws IOException;

  /**
   * Adds bytes at the end.
   *
   * @throws dev.airlock.files.NoSpaceException when the file system is full
   */
  void write(byte[] bytes, int offset, int length) throws IOException;

  /**
   * Makes a blob of the bytes: verifies them, makes them durable, then gives them their name.
   *
   * @throws CorruptContentException when they are not what was expected; they are put aside, and
   *     the draft begins afresh
   */
  Blob commit(Expectation expectation) throws IOException, CorruptContentException;
}
