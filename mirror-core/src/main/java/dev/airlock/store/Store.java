package dev.airlock.store;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.airlock.files.DurableFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A store on disk, as {@code docs/format.md} lays it out: a directory with a format marker, blobs,
 * and the documents of the catalogue.
 */
public final class Store implements Closeable {
  /** The format that this program reads and writes. */
  public static final int FORMAT = 1;

  private static final String MARKER = "airlock-store.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path root;
  private final DiskBlobStore blobs;

  private Store(Path root) {
    this.root = root;
    this.blobs = new DiskBlobStore(root);
  }

  /**
   * Opens a store to read and write, and makes one where the directory is absent or empty.
   *
   * @throws StoreException when it is something else, or of a newer format
   */
  public static Store openOrCreate(Path root) throws IOException {
    if (!Files.exists(root.resolve(MARKER))) {
      refuseOtherContent(root);
      DurableFiles.createDirectories(root);
      DurableFiles.write(
          root.resolve(MARKER), ("{\"format\":" + FORMAT + "}\n").getBytes(StandardCharsets.UTF_8));
    }
    return open(root);
  }

  /** Whether there is a store, of whatever format. */
  public static boolean exists(Path root) {
    return Files.isRegularFile(root.resolve(MARKER));
  }

  /**
   * Opens a store that is there. Nothing is written.
   *
   * @throws StoreException when there is none, or one of a newer format
   */
  public static Store open(Path root) throws IOException {
    Path marker = root.resolve(MARKER);
    if (!Files.isRegularFile(marker)) {
      throw new StoreException(
          "there is no store in '"
              + root
              + "': run `airlock sync PRESET` to make one, or name another with --store");
    }
    int format = format(marker);
    if (format != FORMAT) {
      throw new StoreException(
          "the store in '"
              + root
              + "' has the format "
              + format
              + "; this version of airlock reads format "
              + FORMAT
              + " only: use the version that wrote it");
    }
    return new Store(root);
  }

  private static int format(Path marker) throws IOException {
    String damaged = "'" + marker + "' is damaged: it has to be {\"format\":" + FORMAT + "}";
    try {
      JsonNode format = JSON.readTree(Files.readAllBytes(marker)).path("format");
      if (!format.isInt()) {
        throw new StoreException(damaged);
      }
      return format.intValue();
    } catch (JacksonException e) {
      throw new StoreException(damaged, e);
    }
  }

  private static void refuseOtherContent(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      if (Files.exists(root)) {
        throw new StoreException("'" + root + "' is a file: name a directory for the store");
      }
      return;
    }
    try (var entries = Files.list(root)) {
      if (entries.anyMatch(
          entry -> !entry.getFileName().toString().startsWith(DurableFiles.TEMPORARY))) {
        throw new StoreException(
            "'"
                + root
                + "' is no store and not empty: name an empty or absent directory with --store");
      }
    }
  }

  /** The directory of the store. */
  public Path root() {
    return root;
  }

  /** The blobs. */
  public BlobStore blobs() {
    return blobs;
  }

  /** Gives up what is held open. Blobs that were opened stay readable. */
  @Override
  public void close() throws IOException {
    blobs.close();
  }

  /** How many bytes can still be written. */
  public long freeBytes() throws IOException {
    return Files.getFileStore(root).getUsableSpace();
  }
}
