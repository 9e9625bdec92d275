package dev.airlock.upkeep;

import dev.airlock.digest.Sha256;
import dev.airlock.files.ReadFailures;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Remembers in {@code verify.progress}, a digest a line, which blobs a verification found sound, so
 * that one that was interrupted can be gone on with. On a medium that cannot be written nothing is
 * remembered.
 */
public final class Checkpoint implements Closeable {
  /** The name of its file in a store. */
  public static final String FILE = "verify.progress";

  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  private final Optional<Path> file;
  private final Set<Sha256> earlier;
  private @Nullable BufferedWriter writer;
  private boolean isGivenUp;

  private Checkpoint(Optional<Path> file, Set<Sha256> earlier) {
    this.file = file;
    this.earlier = earlier;
  }

  /** One that remembers nothing. */
  public static Checkpoint none() {
    return new Checkpoint(Optional.empty(), Set.of());
  }

  /**
   * One in the folder of a store.
   *
   * @param resume whether what an earlier run remembered counts
   */
  public static Checkpoint in(Path folder, boolean resume) throws IOException {
    if (!Files.isWritable(folder)) {
      return none();
    }
    Path file = folder.resolve(FILE);
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file)) {
      // Whatever it is, it is not ours.
      return none();
    }
    Set<Sha256> earlier = resume ? read(file) : Set.of();
    if (!resume) {
      Files.deleteIfExists(file);
    }
    return new Checkpoint(Optional.of(file), earlier);
  }

  private static Set<Sha256> read(Path file) throws IOException {
    try {
      // The last line may be torn, and any may be damaged: every byte is a character here.
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1).stream()
          .filter(line -> HEX.matcher(line).matches())
          .map(Sha256::new)
          .collect(Collectors.toSet());
    } catch (NoSuchFileException none) {
      return Set.of();
    } catch (IOException e) {
      if (ReadFailures.isOfTheFile(e)) {
        return Set.of();
      }
      throw e;
    }
  }

  /** Whether an earlier run found a blob sound. */
  boolean has(Sha256 blob) {
    return earlier.contains(blob);
  }

  /** A blob was found sound. Where that cannot be written down, no more is. */
  synchronized void sound(Sha256 blob) {
    if (file.isEmpty() || isGivenUp) {
      return;
    }
    try {
      if (writer == null) {
        writer =
            Files.newBufferedWriter(
                file.get(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
      writer.write(blob.hex() + "\n");
      // At once: whoever is interrupted has no time to do it then.
      writer.flush();
    } catch (IOException fullDisk) {
      isGivenUp = true;
      giveUp();
    }
  }

  private void giveUp() {
    try {
      close();
    } catch (IOException fullDisk) {
      writer = null;
    }
  }

  /** All was looked at: nothing is to be gone on with. */
  synchronized void done() throws IOException {
    giveUp();
    if (file.isPresent()) {
      Files.deleteIfExists(file.get());
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (writer != null) {
      writer.close();
      writer = null;
    }
  }
}
