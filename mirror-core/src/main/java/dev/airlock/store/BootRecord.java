package dev.airlock.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.airlock.files.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Says since when nothing was lost that had been written: {@code boot.json} names the start of the
 * operating system under which the store was last known to be sound. After another one, what was
 * written last may be torn.
 */
public final class BootRecord {
  private static final String DOCUMENT = "boot.json";
  private static final String KEY = "boot";
  private static final Path LINUX = Path.of("/proc/sys/kernel/random/boot_id");

  private final Path document;
  private final Path current;

  /** The record of a store on this machine. */
  public BootRecord(Store store) {
    this(store, LINUX);
  }

  /**
   * The record of a store.
   *
   * @param current a file that names the present start of the system; where there is none, starts
   *     cannot be told apart
   */
  public BootRecord(Store store, Path current) {
    this(store.root(), current);
  }

  private BootRecord(Path root, Path current) {
    this.document = root.resolve(DOCUMENT);
    this.current = current;
  }

  /** Begins the record of a store that is new. */
  static void begin(Path root) throws IOException {
    new BootRecord(root, LINUX).confirm();
  }

  /** Whether the store was known to be sound since the system was started. */
  public boolean wasSound() throws IOException {
    Optional<String> now = now();
    return now.isEmpty() || now.equals(recorded());
  }

  /** Remembers that the store is sound now. */
  public void confirm() throws IOException {
    Optional<String> now = now();
    if (now.isPresent()) {
      DurableFiles.write(
          document, Sealed.seal(JsonNodeFactory.instance.objectNode().put(KEY, now.get())));
    }
  }

  private Optional<String> recorded() throws IOException {
    try {
      String boot = Sealed.open(Sealed.bytes(document)).path(KEY).asText("");
      return Optional.of(boot).filter(text -> !text.isEmpty());
    } catch (NoSuchFileException | DamagedDocumentException none) {
      return Optional.empty();
    }
  }

  private Optional<String> now() throws IOException {
    try {
      return Optional.of(Files.readString(current, StandardCharsets.US_ASCII).strip());
    } catch (NoSuchFileException notLinux) {
      return Optional.empty();
    }
  }
}
