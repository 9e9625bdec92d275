package dev.airlock.server.simple;

import dev.airlock.catalog.HeldPreset;
import dev.airlock.catalog.IndexKey;
import dev.airlock.index.IndexFile;
import dev.airlock.index.PageWriter;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockWriter;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.lock.LockedVersions;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.routing.Decision;
import dev.airlock.routing.RoutedIndex;
import dev.airlock.server.http.Request;
import dev.airlock.server.http.Response;
import dev.airlock.server.pullthrough.Mirror;
import dev.airlock.server.pullthrough.Mode;
import dev.airlock.server.pullthrough.PageAnswer;
import dev.airlock.server.pullthrough.PresetAnswer;
import dev.airlock.server.pullthrough.Source;
import dev.airlock.server.pullthrough.Trouble;
import dev.airlock.server.simple.Answers.Entry;
import dev.airlock.sync.PresetBundle;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The pages of a preset: exactly the files of its lock, whatever else the store holds. */
public final class PresetPages {
  private static final Logger LOG = System.getLogger(PresetPages.class.getName());

  private static final String UNLOCKED = "X-Airlock-Unlocked";

  private final Mirror mirror;
  private final Missed missed;
  private final Set<String> leftOut = ConcurrentHashMap.newKeySet();

  /** The pages of the presets of a mirror. */
  public PresetPages(Mirror mirror, Missed missed) {
    this.mirror = mirror;
    this.missed = missed;
  }

  /** {@code /preset/{preset}/simple/}: the projects. */
  public Response projects(Request request) throws IOException {
    return ofPreset(
        request,
        (_, lock) ->
            Answers.projects(
                request, admitted(lock.packages().stream().map(LockedPackage::project))),
        unsynced ->
            Answers.projects(
                    request,
                    admitted(
                        unsynced.preset().roots().stream()
                            .map(root -> root.requirement().project())))
                .with(UNLOCKED, "true"));
  }

  /** {@code /preset/{preset}/simple/{project}/}: the locked files of a project. */
  public Response project(Request request) throws IOException {
    return ofPreset(
        request,
        (preset, lock) ->
            Answers.ofProject(request, project -> page(request, preset, lock, project)),
        unsynced ->
            Answers.ofProject(
                request, project -> outside(request, unsynced.preset().name(), false, project)));
  }

  /** The projects that no rule keeps out, each once. */
  private List<ProjectName> admitted(Stream<ProjectName> projects) throws IOException {
    var admitted = new ArrayList<ProjectName>();
    for (ProjectName project : projects.distinct().toList()) {
      if (mirror.denial(project).isEmpty()) {
        admitted.add(project);
      }
    }
    return admitted;
  }

  private Response page(Request request, HeldPreset preset, Lock lock, ProjectName project)
      throws IOException {
    Optional<String> denial = mirror.denial(project);
    if (denial.isPresent()) {
      return Answers.denied(project, denial.get());
    }
    List<LockedPackage> locked = lock.of(project);
    if (locked.isEmpty()) {
      return outside(request, preset.name(), true, project);
    }
    List<Entry> entries = entries(preset, locked);
    if (!entries.isEmpty()) {
      return Answers.page(request, project, entries, Source.STORE);
    }
    String reason = "the lock has it, but none of its files is held";
    missed.ofPreset(request, preset.name(), project, reason);
    return missing(preset.name(), project, reason);
  }

  /** A project that the lock does not have: had from where the preset's rules send it, or not. */
  private Response outside(Request request, String preset, boolean synced, ProjectName project)
      throws IOException {
    Optional<Decision> decision = mirror.outsideOfLock(preset, project);
    if (decision.isEmpty()) {
      String reason = "the lock does not have it";
      missed.ofPreset(request, preset, project, reason);
      return missing(preset, project, reason);
    }
    return switch (decision.get()) {
      case Decision.From(RoutedIndex index) ->
          unlocked(request, preset, synced, index.key(), project);
      case Decision.Search(List<RoutedIndex> search) ->
          unlocked(request, preset, synced, mirror.source(search, project), project);
      case Decision.Denied(String rule) -> Answers.denied(project, rule);
      case Decision.Ambiguous _, Decision.Nowhere _ ->
          missing(preset, project, "the preset does not say which index it comes from");
    };
  }

  private Response unlocked(
      Request request, String preset, boolean synced, IndexKey index, ProjectName project)
      throws IOException {
    return switch (mirror.page(index, project)) {
      case PageAnswer.Held(List<IndexFile> files, Source source) -> {
        missed.unlocked(request, preset, synced, index, project);
        yield Answers.page(request, project, IndexPages.entries(index, files), source)
            .with(UNLOCKED, "true");
      }
      case PageAnswer.Absent(String reason) -> missing(preset, project, reason);
      case PageAnswer.Unavailable(Trouble trouble) -> {
        missed.ofPreset(request, preset, project, trouble.reason());
        yield Answers.unavailable(
            "project '%s' is not in the lock of preset '%s', and cannot be had now"
                .formatted(project, preset),
            trouble);
      }
    };
  }

  private static Response missing(String preset, ProjectName project, String reason) {
    return Answers.because(
        Response.notFound(
            "preset '%s' has no project '%s': %s. Add it to the preset if it is not in it, and run `airlock sync %s` where there is a network"
                .formatted(preset, project, reason, preset)),
        reason);
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
    return ofPreset(
        request,
        (_, lock) -> Answers.text(LockedVersions.of(lock)),
        unsynced -> Answers.text(Constraints.of(unsynced.preset())).with(UNLOCKED, "true"));
  }

  /** {@code /preset/{preset}/requirements.txt}: all that the preset asks for but the bootstrap. */
  public Response requirements(Request request) throws IOException {
    return ofPreset(
        request,
        (preset, _) -> requirements(preset),
        unsynced -> Answers.text(unsynced.installed()).with(UNLOCKED, "true"));
  }

  private static Response requirements(HeldPreset preset) {
    try {
      return Answers.text(PresetBundle.of(preset, "the store: " + preset.name()).installed());
    } catch (InvalidPresetException e) {
      return Response.failed(
          "the preset '%s' in the store is not valid: %s. Run `airlock sync %s` again"
              .formatted(preset.name(), e.getMessage(), preset.name()));
    }
  }

  /**
   * {@code /preset/{preset}/pylock.toml}: the lock, with its files at this mirror. Their addresses
   * have to be absolute, so that the lock can be installed from a copy too; they begin as the
   * client named this mirror, and are not for another client.
   */
  public Response lock(Request request) throws IOException {
    return ofPreset(request, (_, lock) -> lock(request, lock));
  }

  private Response lock(Request request, Lock lock) throws IOException {
    for (LockedPackage locked : lock.packages()) {
      Optional<String> denial = mirror.denial(locked.project());
      if (denial.isPresent()) {
        return Answers.denied(locked.project(), denial.get());
      }
    }
    return Answers.text(
        LockWriter.write(
            lock.at((locked, file) ->
                Answers.address(
                    request.root(),
                    IndexKey.of(locked.index()),
                    file.name(),
                    Optional.of(file.sha256())))));
  }

  private interface OfPreset {
    Response answer(HeldPreset preset, Lock lock) throws IOException;
  }

  private interface OfUnsynced {
    Response answer(PresetBundle preset) throws IOException;
  }

  /** Something that only a lock can tell. */
  private Response ofPreset(Request request, OfPreset answers) throws IOException {
    return ofPreset(
        request,
        answers,
        unsynced ->
            Response.notFound(
                "preset '%s' was never synced, so it has no lock: run `airlock sync %s`"
                    .formatted(unsynced.preset().name(), unsynced.preset().name())));
  }

  private Response ofPreset(Request request, OfPreset answers, OfUnsynced ofUnsynced)
      throws IOException {
    String name = request.segment(1);
    return switch (mirror.preset(name)) {
      case PresetAnswer.Held(HeldPreset preset, Lock lock) -> answers.answer(preset, lock);
      case PresetAnswer.Unsynced(PresetBundle preset) -> ofUnsynced.answer(preset);
      case PresetAnswer.Damaged(String reason) ->
          Response.failed(
              "the lock of preset '%s' in the store is damaged: %s. Run `airlock sync %s` again"
                  .formatted(name, reason, name));
      case PresetAnswer.Absent(List<String> known) ->
          Response.notFound(
              "no preset '%s' in this store; %s %s. Run `airlock sync %s` where there is a network"
                  .formatted(
                      Answers.quoted(name),
                      mirror.mode() == Mode.OFFLINE ? "held" : "known",
                      known.isEmpty() ? "is none" : "are: " + String.join(", ", known),
                      Answers.quoted(name)));
    };
  }

  /** The files of a lock that are held or can be fetched. */
  private List<Entry> entries(HeldPreset preset, List<LockedPackage> packages) throws IOException {
    var entries = new LinkedHashSet<Entry>();
    for (LockedPackage locked : packages) {
      if (mirror.denial(locked.project()).isPresent()) {
        continue;
      }
      List<IndexFile> files = mirror.locked(locked);
      entries.addAll(IndexPages.entries(IndexKey.of(locked.index()), files));
      tellLeftOut(preset, locked, files);
    }
    return List.copyOf(entries);
  }

  private void tellLeftOut(HeldPreset preset, LockedPackage locked, List<IndexFile> files) {
    Set<String> shown = files.stream().map(file -> file.name().text()).collect(Collectors.toSet());
    for (LockedFile file : locked.files()) {
      if (!shown.contains(file.name().text()) && leftOut.add(preset.name() + "/" + file.sha256())) {
        LOG.log(
            Level.WARNING,
            "preset '%s': left out %s, which is not held as locked; run `airlock sync %s`"
                .formatted(preset.name(), file.name(), preset.name()));
      }
    }
  }
}
