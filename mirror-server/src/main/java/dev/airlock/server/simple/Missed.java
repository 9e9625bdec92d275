package dev.airlock.server.simple;

import dev.airlock.catalog.IndexKey;
import dev.airlock.ledger.Kind;
import dev.airlock.ledger.Ledger;
import dev.airlock.ledger.Note;
import dev.airlock.ledger.NotesText;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.server.http.Request;
import dev.airlock.server.http.Response;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps what was asked for and could not be had, and what was had though no lock has it, so that
 * somebody can see to it before the next journey.
 */
public final class Missed {
  private static final Logger LOG = System.getLogger(Missed.class.getName());
  private static final int MOST_TOLD = 10_000;

  private final Ledger ledger;
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  /** Keeps it in a ledger. */
  public Missed(Ledger ledger) {
    this.ledger = ledger;
  }

  /**
   * {@code /api/wants}: all that could not be had, in the form that {@code airlock sync --wants}
   * takes; without who asked, which is nobody else's business.
   */
  public Response list(Request request) throws IOException {
    List<Note> wanted =
        ledger.notes().stream()
            .filter(note -> note.kind() == Kind.WANTED)
            .map(note -> note.askedBy(""))
            .toList();
    String json = NotesText.write(wanted) + "\n";
    return Response.page("application/json", json.getBytes(StandardCharsets.UTF_8));
  }

  /** A project of a preset could not be had. */
  void ofPreset(Request request, String preset, ProjectName project, String reason) {
    note(
        Kind.WANTED,
        request,
        Optional.of(preset),
        Optional.empty(),
        project,
        Optional.empty(),
        reason);
  }

  /** A project could not be had, of one index or of any. */
  void project(Request request, Optional<IndexKey> index, ProjectName project, String reason) {
    note(
        Kind.WANTED,
        request,
        Optional.empty(),
        index.map(IndexKey::value),
        project,
        Optional.empty(),
        reason);
  }

  /** A file could not be had. */
  void file(Request request, IndexKey index, ProjectName project, String file, String reason) {
    note(
        Kind.WANTED,
        request,
        Optional.empty(),
        Optional.of(index.value()),
        project,
        Optional.of(file),
        reason);
  }

  /**
   * A project was shown on the pages of a preset though no lock has it.
   *
   * @param synced whether the preset has a lock
   */
  void unlocked(
      Request request, String preset, boolean synced, IndexKey index, ProjectName project) {
    String reason =
        synced
            ? "the lock of preset '" + preset + "' does not have it"
            : "preset '" + preset + "' was never synced";
    note(
        Kind.UNLOCKED,
        request,
        Optional.of(preset),
        Optional.of(index.value()),
        project,
        Optional.empty(),
        reason);
    if (told.size() < MOST_TOLD && told.add(preset + "/" + project)) {
      LOG.log(
          Level.WARNING,
          "unlocked: project ''{0}'' is served to preset ''{1}'' from the index {2}, and is in no"
              + " lock: {3}run `airlock sync {1}` before anybody travels",
          project,
          preset,
          index,
          synced ? "add it to the preset and " : "");
    }
  }

  private void note(
      Kind kind,
      Request request,
      Optional<String> preset,
      Optional<String> index,
      ProjectName project,
      Optional<String> file,
      String reason) {
    ledger.note(kind, preset, index, project, file, asker(request), reason);
  }

  private static String asker(Request request) {
    String address = request.remote();
    return request.header("user-agent").map(agent -> address + " " + agent).orElse(address);
  }
}
