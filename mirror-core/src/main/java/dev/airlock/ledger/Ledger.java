package dev.airlock.ledger;

import dev.airlock.digest.Sha256;
import dev.airlock.files.DurableFiles;
import dev.airlock.files.FailureText;
import dev.airlock.files.Trees;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.store.DamagedDocumentException;
import dev.airlock.store.Sealed;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Keeps notes of what was asked for, one for each thing, however often it is asked for. On disk
 * each is a small document of its own, replaced as a whole, so that several processes write and
 * read at once; when two write the same note at the same moment a count may be lost, never a note.
 * Documents that are damaged count as absent.
 */
public final class Ledger implements Closeable {
  /** The name of its directory in a store. */
  public static final String DIRECTORY = "ledger";

  /** How many notes are kept. */
  static final int MOST = 10_000;

  private static final Logger LOG = System.getLogger(Ledger.class.getName());
  private static final String EXTENSION = ".json";
  private static final int LONGEST_TEXT = 500;
  private static final long WRITTEN_WITHIN_MILLIS = 500;

  private final Optional<Path> directory;
  private final InstantSource clock;
  private final ScheduledExecutorService writer;
  private final Object lock = new Object();
  private final Object writing = new Object();
  // Guarded by lock.
  private Map<Note.Identity, Note> unwritten = new LinkedHashMap<>();
  private boolean isWriteDue;
  private boolean isClosed;
  private long refused;
  private boolean saidThatItFails;

  private Ledger(Optional<Path> directory, InstantSource clock) {
    this.directory = directory;
    this.clock = clock;
    this.writer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("airlock-ledger").daemon().factory());
  }

  /** The ledger in a directory, which need not exist. Nothing is written before the first note. */
  public static Ledger in(Path directory, InstantSource clock) {
    return new Ledger(Optional.of(directory), clock);
  }

  /** A ledger that is gone with the process. */
  public static Ledger inMemory(InstantSource clock) {
    return new Ledger(Optional.empty(), clock);
  }

  /**
   * Notes that something was asked for. It returns at once; the note is on disk within a second.
   * Trouble with the disk is logged once, and the notes are kept in memory. Beyond 10,000 notes,
   * further ones are counted and no more.
   *
   * @param asker who asked; control characters are taken out of all texts
   */
  public void note(
      Kind kind,
      Optional<String> preset,
      Optional<String> index,
      ProjectName project,
      Optional<String> filename,
      String asker,
      String reason) {
    Instant now = clock.instant();
    var note =
        new Note(
            kind,
            plain(preset),
            plain(index),
            project,
            plain(filename),
            plain(asker),
            now,
            now,
            1,
            plain(reason));
    synchronized (lock) {
      keep(note);
      if (directory.isPresent() && !isWriteDue && !isClosed) {
        isWriteDue = true;
        var _ =
            writer.schedule((Runnable) this::flush, WRITTEN_WITHIN_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }

  private static Optional<String> plain(Optional<String> text) {
    return text.map(Ledger::plain).filter(plain -> !plain.isEmpty());
  }

  /** A text of some length at most, without what could move a terminal's cursor. */
  static String plain(String text) {
    String cut = text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT - 1) + "…";
    return cut.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ").strip();
  }

  /** Needs the lock. */
  private void keep(Note note) {
    if (unwritten.size() < MOST || unwritten.containsKey(note.identity())) {
      unwritten.merge(note.identity(), note, Note::and);
    } else {
      refuse();
    }
  }

  /** Needs the lock. */
  private void refuse() {
    if (refused++ == 0) {
      LOG.log(
          Level.WARNING,
          "the ledger has "
              + MOST
              + " notes; further ones are not kept. `airlock wants --clear` empties it");
    }
  }

  /** How many notes were not kept because there were too many. */
  public long refused() {
    synchronized (lock) {
      return refused;
    }
  }

  private void flush() {
    synchronized (writing) {
      Map<Note.Identity, Note> batch;
      synchronized (lock) {
        isWriteDue = false;
        batch = unwritten;
        unwritten = new LinkedHashMap<>();
      }
      try {
        write(directory.orElseThrow(), batch);
      } catch (IOException e) {
        keepAgain(batch, FailureText.of(e));
      } catch (RuntimeException e) {
        keepAgain(batch, e.toString());
      }
    }
  }

  /** What was written already is no longer in the batch. */
  private void keepAgain(Map<Note.Identity, Note> batch, String why) {
    synchronized (lock) {
      batch.values().forEach(this::keep);
      if (!saidThatItFails) {
        saidThatItFails = true;
        LOG.log(Level.WARNING, "what was asked for cannot be written down: " + why);
      }
    }
  }

  /** Writes the notes of a batch, and takes each from it. */
  private void write(Path folder, Map<Note.Identity, Note> batch) throws IOException {
    Set<String> present = batch.isEmpty() ? Set.of() : new HashSet<>(names(folder));
    Optional<Path> inTheWay = Optional.empty();
    for (Note note : List.copyOf(batch.values())) {
      String name = name(note);
      if (Files.isDirectory(folder.resolve(name))) {
        inTheWay = Optional.of(folder.resolve(name));
        continue;
      }
      if (present.contains(name) || present.size() < MOST) {
        Optional<Note> earlier = read(folder.resolve(name)).filter(old -> isOfTheSame(old, note));
        Note whole = earlier.map(old -> old.and(note)).orElse(note);
        DurableFiles.writeSoon(folder.resolve(name), NoteText.bytes(whole));
        present.add(name);
      } else {
        synchronized (lock) {
          refuse();
        }
      }
      batch.remove(note.identity());
    }
    if (inTheWay.isPresent()) {
      throw new IOException(
          "'" + inTheWay.get() + "' is a directory: `airlock repair` puts it aside");
    }
  }

  private static boolean isOfTheSame(Note one, Note other) {
    return one.identity().equals(other.identity());
  }

  /** The notes of this process that are in memory alone, in the order of when they were made. */
  public List<Note> unwritten() {
    synchronized (lock) {
      return List.copyOf(unwritten.values());
    }
  }

  /** All notes, those of other processes too, in the order of when they were asked for first. */
  public List<Note> notes() throws IOException {
    Map<Note.Identity, Note> all = new HashMap<>();
    if (directory.isPresent()) {
      flush();
      for (String name : names(directory.get())) {
        read(directory.get().resolve(name))
            .ifPresent(note -> all.merge(note.identity(), note, Note::and));
      }
    }
    synchronized (lock) {
      unwritten.forEach((identity, note) -> all.merge(identity, note, Note::and));
    }
    return all.values().stream()
        .sorted(
            Comparator.comparing(Note::first)
                .thenComparing(Note::project)
                .thenComparing(note -> note.filename().orElse("")))
        .toList();
  }

  /** Forgets some notes. One that is asked for again comes back. */
  public void remove(Collection<Note> notes) throws IOException {
    synchronized (writing) {
      synchronized (lock) {
        notes.forEach(note -> unwritten.remove(note.identity()));
      }
      if (directory.isPresent()) {
        for (Note note : notes) {
          Files.deleteIfExists(directory.get().resolve(name(note)));
        }
      }
    }
  }

  /** Writes what is not written yet. Notes that are made later are not. */
  @Override
  public void close() {
    synchronized (lock) {
      isClosed = true;
    }
    writer.shutdown();
    if (directory.isPresent()) {
      flush();
    }
  }

  // --- documents

  /** The name of a note's document: one for each thing, on any file system. */
  private static String name(Note note) {
    Note.Identity of = note.identity();
    String text =
        String.join(
            "\n",
            of.kind().name(),
            of.preset().orElse(""),
            of.index().orElse(""),
            of.project().value(),
            of.filename().orElse(""));
    return of.kind().name().toLowerCase(Locale.ROOT)
        + "-"
        + Sha256.of(text.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 32)
        + EXTENSION;
  }

  private static List<String> names(Path folder) throws IOException {
    return Trees.names(folder).stream()
        .filter(name -> name.endsWith(EXTENSION) && !name.startsWith(DurableFiles.TEMPORARY))
        .toList();
  }

  /**
   * What is wrong with the documents of notes that are damaged, as clauses. They count as absent.
   *
   * @param directory that of a ledger, which need not exist
   */
  public static Map<Path, String> damaged(Path directory) throws IOException {
    Map<Path, String> damaged = new TreeMap<>();
    for (String name : names(directory)) {
      Path document = directory.resolve(name);
      try {
        NoteText.fromBytes(Sealed.bytes(document));
      } catch (DamagedDocumentException e) {
        damaged.put(document, String.valueOf(e.getMessage()));
      } catch (NoSuchFileException forgottenMeanwhile) {
        // it is no note any more
      }
    }
    return damaged;
  }

  private static Optional<Note> read(Path document) throws IOException {
    try {
      return Optional.of(NoteText.fromBytes(Sealed.bytes(document)));
    } catch (NoSuchFileException | DamagedDocumentException absentOrDamaged) {
      return Optional.empty();
    }
  }
}
