package dev.airlock.store;

import dev.airlock.files.DurableFiles;
import dev.airlock.files.NoSpaceException;
import dev.airlock.files.Trees;
import dev.airlock.files.WriteFailures;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What was taken out of a store and can still come back: files in bags, below {@code trash/}. Each
 * run that collects fills a bag of its own, and no file comes into the same bag twice. So whoever
 * saw a file in a bag knows: it stays there, is deleted, or comes back into the store for good.
 * Several processes may take, bring back and delete at once.
 */
public final class Trash {
  private static final Pattern NAME = Pattern.compile("([0-9]{1,18})-[0-9a-f]{8}");

  /** An empty directory that becomes a bag where there is no room to make one. */
  private static final String SPARE = "spare";

  /** Who copies for so long does it no more. */
  private static final Duration COPYING = Duration.ofHours(1);

  private final Path directory;

  Trash(Path root) {
    this.directory = root.resolve("trash");
  }

  // --- bringing back

  /** Whether nothing is in the trash that could come back. */
  boolean isEmpty() throws IOException {
    return bags().isEmpty();
  }

  /** Where a file lies in the trash; of several the one that was taken last. */
  public Optional<Path> find(String name) throws IOException {
    return bags().reversed().stream().map(bag -> bag.file(name)).filter(Files::exists).findFirst();
  }

  /**
   * Brings a file back to where it was, as if it were new. What is there by now stays as it is.
   *
   * @return whether there is a file at the target now for what this did; false when none lies in
   *     the trash
   */
  public boolean restore(String name, Path target) throws IOException {
    for (Bag bag : bags().reversed()) {
      Path file = bag.file(name);
      if (!Files.exists(file)) {
        continue;
      }
      Path parent = Objects.requireNonNull(target.getParent());
      DurableFiles.createDirectories(parent);
      try {
        touch(file);
        bring(file, target);
        DurableFiles.syncDirectory(parent);
        return true;
      } catch (FileAlreadyExistsException itIsThereAgain) {
        return true;
      } catch (NoSuchFileException somebodyElseTookIt) {
        // it may be where it belongs now, or in another bag
      } catch (IOException e) {
        throw WriteFailures.of(e, target);
      }
    }
    return false;
  }

  /**
   * Gives a file the name that it had, unless another one has it by now: a link can be made in one
   * step where no name is, and a file cannot be renamed so.
   */
  private static void bring(Path file, Path target) throws IOException {
    try {
      Files.createLink(target, file);
    } catch (FileAlreadyExistsException | NoSuchFileException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException noLinks) {
      if (Files.exists(target)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      DurableFiles.move(file, target);
      return;
    }
    Files.deleteIfExists(file);
  }

  /** Lets a file count as new; where that is not allowed, its age stays. */
  static void touch(Path file) throws NoSuchFileException {
    try {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    } catch (NoSuchFileException gone) {
      throw gone;
    } catch (IOException notAllowed) {
      System.getLogger(Trash.class.getName())
          .log(System.Logger.Level.DEBUG, "cannot touch {0}", file);
    }
  }

  // --- taking away

  /** The bags, the oldest first. */
  public List<Bag> bags() throws IOException {
    var bags = new ArrayList<Bag>();
    for (String name : Trees.names(directory)) {
      Matcher parts = NAME.matcher(name);
      if (parts.matches()) {
        Instant begun = Instant.ofEpochMilli(Long.parseLong(parts.group(1)));
        bags.add(new Bag(this, directory.resolve(name), begun));
      }
    }
    bags.sort(Comparator.comparing(Bag::begun));
    return bags;
  }

  /**
   * Begins a bag, in the spare directory where the disk has no room for another one.
   *
   * @throws NoSpaceException when there is no spare one either
   */
  public Bag bag(Instant now) throws IOException {
    Path bag =
        directory.resolve(
            "%d-%08x".formatted(now.toEpochMilli(), ThreadLocalRandom.current().nextInt()));
    try {
      DurableFiles.createDirectories(bag);
    } catch (IOException e) {
      IOException failure = WriteFailures.of(e, bag);
      if (!(failure instanceof NoSpaceException) || !becameSpare(bag)) {
        throw failure;
      }
    }
    return new Bag(this, bag, now);
  }

  private boolean becameSpare(Path bag) {
    try {
      Files.move(directory.resolve(SPARE), bag, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (IOException none) {
      return false;
    }
  }

  /**
   * Sees to it that there is a spare directory.
   *
   * @return whether the disk had room for it
   */
  public boolean keepSpare() throws IOException {
    Path spare = directory.resolve(SPARE);
    try {
      DurableFiles.createDirectories(spare);
      return true;
    } catch (IOException e) {
      if (WriteFailures.of(e, spare) instanceof NoSpaceException) {
        return false;
      }
      throw e;
    }
  }

  /**
   * The temporary files in a directory that nobody wrote to since some time, and for an hour at
   * least.
   *
   * @param deletes whether they are deleted
   * @return the size in bytes of each
   */
  static List<Long> temporaries(Path directory, Instant before, boolean deletes)
      throws IOException {
    Instant dead = Instant.now().minus(COPYING);
    Instant old = before.isBefore(dead) ? before : dead;
    var sizes = new ArrayList<Long>();
    for (Path file : Trees.children(directory)) {
      try {
        if (DurableFiles.isTemporary(file)
            && Files.getLastModifiedTime(file).toInstant().isBefore(old)) {
          sizes.add(Files.size(file));
          if (deletes) {
            Files.deleteIfExists(file);
          }
        }
      } catch (NoSuchFileException finished) {
        // it has its name now
      }
    }
    return sizes;
  }

  /** Files that one run took away. Only that run fills it; not for several threads. */
  public static final class Bag {
    private final Trash trash;
    private Path directory;
    private Instant begun;

    private Bag(Trash trash, Path directory, Instant begun) {
      this.trash = trash;
      this.directory = directory;
      this.begun = begun;
    }

    /** When it was begun. */
    public Instant begun() {
      return begun;
    }

    /** The names of what lies in it. */
    public List<String> names() throws IOException {
      return Trees.names(directory).stream()
          .filter(name -> !name.startsWith(DurableFiles.TEMPORARY))
          .toList();
    }

    Path file(String name) {
      return directory.resolve(name);
    }

    /** The size in bytes of a file that lies in it; empty when it does no more. */
    public OptionalLong size(String name) throws IOException {
      try {
        return OptionalLong.of(Files.size(file(name)));
      } catch (NoSuchFileException gone) {
        return OptionalLong.empty();
      }
    }

    /**
     * Takes a file away.
     *
     * @param name what it is called here; a name is used once
     * @return false when it was not there any more
     * @throws NoSpaceException when the disk has no room for the name
     */
    public boolean take(Path file, String name) throws IOException {
      while (true) {
        try {
          DurableFiles.move(file, file(name));
          return true;
        } catch (NoSuchFileException gone) {
          if (!Files.exists(file)) {
            return false;
          }
          if (Files.isDirectory(directory)) {
            throw gone;
          }
          // Somebody found this bag old and empty: to go on in it would make a new bag look old.
          Bag next = trash.bag(Instant.now());
          directory = next.directory;
          begun = next.begun;
        } catch (IOException e) {
          throw WriteFailures.of(e, file(name));
        }
      }
    }

    /** Deletes what lies in it under a name; nothing happens when it does no more. */
    public void delete(String name) throws IOException {
      Trees.delete(file(name));
    }

    /** Removes the bag when nothing lies in it but what killed processes were copying. */
    public void deleteIfEmpty() throws IOException {
      temporaries(directory, Instant.MAX, true);
      try {
        Files.deleteIfExists(directory);
      } catch (DirectoryNotEmptyException stillNeeded) {
        // somebody fills it
      }
    }
  }
}
