package dev.airlock.server.simple;

import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.catalog.IndexKey;
import dev.airlock.index.PageWriter;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockWriter;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.server.http.Request;
import dev.airlock.server.http.Response;
import dev.airlock.server.pullthrough.Mirror;
import dev.airlock.server.pullthrough.PresetAnswer;
import dev.airlock.server.pullthrough.Source;
import dev.airlock.server.simple.Answers.Entry;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The pages of a preset: exactly the files of its lock, whatever else the store holds. */
public final class PresetPages {
  private static final Logger LOG = System.getLogger(PresetPages.class.getName());

  private final Mirror mirror;
  private final Set<String> leftOut = ConcurrentHashMap.newKeySet();

  /** The pages of the presets of a mirror. */
  public PresetPages(Mirror mirror) {
    this.mirror = mirror;
  }

  /** {@code /preset/{preset}/simple/}: the projects. */
  public Response projects(Request request) throws IOException {
    return ofPreset(
        request,
        (_, lock) ->
            Answers.projects(
                request, lock.packages().stream().map(LockedPackage::project).distinct().toList()));
  }

  /** {@code /preset/{preset}/simple/{project}/}: the locked files of a project. */
  public Response project(Request request) throws IOException {
    return ofPreset(
        request,
        (preset, lock) ->
            Answers.ofProject(request, project -> page(request, preset, lock, project)));
  }

  private Response page(Request request, HeldPreset preset, Lock lock, ProjectName project)
      throws IOException {
    List<LockedPackage> locked = lock.of(project);
    if (locked.isEmpty()) {
      return Response.notFound(
          "the lock of preset '%s' has no project '%s': add it to the preset and run `airlock sync %s`"
                  .formatted(preset.name(), project, preset.name())
              + " where there is a network");
    }
    List<Entry> entries = entries(preset, locked);
    return entries.isEmpty()
        ? Response.notFound(
            "the lock of preset '%s' has '%s', but none of its files is held: run `airlock sync %s`"
                    .formatted(preset.name(), project, preset.name())
                + " where there is a network")
        : Answers.page(request, project, entries);
  }

  /** {@code /preset/{preset}/find-links/}: all files on one page. */
  public Response findLinks(Request request) throws IOException {
    return ofPreset(
        request,
        (preset, lock) -> {
          List<Entry> entries = entries(preset, lock.packages());
          return Answers.held(
              Response.page(
                  Html.TYPE,
                  PageWriter.flat(
                      "Files of " + preset.name(),
                      entries.stream().map(entry -> Answers.listed(request, entry)).toList())),
              Source.STORE);
        });
  }

  /** {@code /preset/{preset}/constraints.txt}: the locked versions. */
  public Response constraints(Request request) throws IOException {
    return ofPreset(request, (_, lock) -> Answers.text(Constraints.of(lock)));
  }

  /** {@code /preset/{preset}/requirements.txt}: what the preset asks for, as written. */
  public Response requirements(Request request) throws IOException {
    return ofPreset(request, (preset, _) -> Answers.text(preset.lastStep()));
  }

  /**
   * {@code /preset/{preset}/pylock.toml}: the lock, with its files at this mirror. Their addresses
   * have to be absolute, so that the lock can be installed from a copy too; they begin as the
   * client named this mirror, and are not for another client.
   */
  public Response lock(Request request) throws IOException {
    return ofPreset(
        request,
        (_, lock) ->
            Answers.text(
                LockWriter.write(
                    lock.at((locked, file) ->
                        Answers.address(
                            request.root(), IndexKey.of(locked.index()), file.name())))));
  }

  private interface OfPreset {
    Response answer(HeldPreset preset, Lock lock) throws IOException;
  }

  private Response ofPreset(Request request, OfPreset answers) throws IOException {
    String name = request.segment(1);
    return switch (mirror.preset(name)) {
      case PresetAnswer.Held(HeldPreset preset, Lock lock) -> answers.answer(preset, lock);
      case PresetAnswer.Damaged(String reason) ->
          Response.failed(
              "the lock of preset '%s' in the store is damaged: %s. Run `airlock sync %s` again"
                  .formatted(name, reason, name));
      case PresetAnswer.Absent(List<String> held) ->
          Response.notFound(
              "no preset '%s' in this store; held %s. Run `airlock sync %s` where there is a network"
                  .formatted(
                      Answers.quoted(name),
                      held.isEmpty() ? "is none" : "are: " + String.join(", ", held),
                      Answers.quoted(name)));
    };
  }

  /** The held ones of the locked files, with what the catalogue knows of them. */
  private List<Entry> entries(HeldPreset preset, List<LockedPackage> packages) throws IOException {
    var entries = new ArrayList<Entry>();
    for (LockedPackage locked : packages) {
      IndexKey index = IndexKey.of(locked.index());
      for (LockedFile file : locked.files()) {
        entry(preset, index, file)
            .map(held -> new Entry(index, held))
            .filter(entry -> !entries.contains(entry))
            .ifPresent(entries::add);
      }
    }
    return entries;
  }

  private Optional<HeldFile> entry(HeldPreset preset, IndexKey index, LockedFile locked)
      throws IOException {
    Optional<HeldFile> held = mirror.entry(index, locked.name().project(), locked.name().text());
    if (held.isPresent() && held.get().sha256().equals(locked.sha256())) {
      return held;
    }
    if (leftOut.add(preset.name() + "/" + locked.sha256())) {
      LOG.log(
          Level.WARNING,
          "preset '%s': left out %s, which %s; run `airlock sync %s`"
              .formatted(
                  preset.name(),
                  locked.name(),
                  held.isEmpty() ? "is not held" : "is held with other bytes than locked",
                  preset.name()));
    }
    return Optional.empty();
  }
}
