package dev.airlock.export;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldFile;
import dev.airlock.digest.Sha256;
import dev.airlock.index.IndexFile;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.store.Blob;
import dev.airlock.store.MemoryBlob;
import dev.airlock.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Finds out what an export has to do, and whether anything is in its way. Writes nothing. */
final class Planner {
  private static final String METADATA = ".metadata";
  private static final Comparator<IndexFile> BY_NAME =
      Comparator.comparing((IndexFile file) -> file.name().project())
          .thenComparing(file -> file.name().text());

  private final Store store;
  private final Catalog catalog;
  private final Path folder;
  private final ExportForm form;
  private final Manifest before;
  private final Map<String, List<ExportedFile>> written;
  private final Map<String, Blob> wanted = new LinkedHashMap<>();
  private final SortedMap<String, List<IndexFile>> presets;

  private final List<ExportedFile> writes = new ArrayList<>();
  private final List<ExportedFile> kept = new ArrayList<>();
  private final List<ExportedFile> removals = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final SortedSet<ExportedFile> ours = new TreeSet<>();

  /**
   * A planner for a folder.
   *
   * @throws ExportException when something else was exported into it, or it is none
   */
  Planner(Store store, Catalog catalog, Path folder, ExportForm form) throws IOException {
    this.store = store;
    this.catalog = catalog;
    this.folder = folder;
    this.form = form;
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new ExportException("'" + folder + "' is a file: name a folder with --to");
    }
    this.before = Manifest.read(folder).orElseGet(() -> Manifest.empty(form));
    if (before.form() != form) {
      throw new ExportException(
          "'%s' has an export as %s: name another folder for one as %s"
              .formatted(folder, before.form(), form));
    }
    this.written = before.files().stream().collect(Collectors.groupingBy(ExportedFile::place));
    this.presets = new TreeMap<>(before.presets());
  }

  ExportPlan plan(List<LockedPreset> given) throws IOException {
    for (LockedPreset preset : given) {
      presets.put(preset.name(), distributions(preset));
      want(LockedPreset.constraintsPlace(preset.name()), preset.constraints());
      want(LockedPreset.requirementsPlace(preset.name()), preset.requirements());
    }
    refuseClashes();
    Set<String> names = given.stream().map(LockedPreset::name).collect(Collectors.toSet());
    if (form == ExportForm.INDEX) {
      Pages.of(projects(names)).forEach((place, page) -> wanted.put(place, new MemoryBlob(page)));
    }
    SortedMap<String, String> others = placesOfOthers(names);
    compare();
    keepThoseOfOthers(others);
    findWhatNobodyNeeds(others.keySet());
    return new ExportPlan(
        wanted, writes, kept, removals, notes, before, new Manifest(form, presets, ours));
  }

  // --- what is wanted

  private List<IndexFile> distributions(LockedPreset preset) throws IOException {
    var distributions = new TreeSet<IndexFile>(BY_NAME);
    for (LockedPackage locked : preset.lock().packages()) {
      for (LockedFile file : locked.files()) {
        distributions.add(distribution(locked, file));
      }
    }
    return List.copyOf(distributions);
  }

  /** The file as pages list it; its bytes and metadata are wanted. */
  private IndexFile distribution(LockedPackage locked, LockedFile file) throws IOException {
    HeldFile held = catalog.file(locked, file).orElseThrow(() -> gone(file.name().text()));
    String place = form.placeOf(file.name());
    wanted.put(place, held.bytes(store.blobs()).orElseThrow(() -> gone(file.name().text())));
    Optional<Blob> metadata =
        form == ExportForm.INDEX && held.metadata().isPresent()
            ? store.blobs().find(held.metadata().get())
            : Optional.empty();
    metadata.ifPresent(blob -> wanted.put(place + METADATA, blob));
    return (metadata.isPresent() ? held : held.withoutMetadata()).at(URI.create(place));
  }

  /** The check found it, so somebody collected it since. */
  private static ExportException gone(String filename) {
    return new ExportException(
        filename + " was taken out of the store just now: run `airlock check`, then this again");
  }

  private void want(String place, String text) {
    wanted.put(place, new MemoryBlob(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** The files of all projects. Of one that several presets have, those given know the latest. */
  private SortedMap<ProjectName, SortedSet<IndexFile>> projects(Set<String> given) {
    return presets.entrySet().stream()
        .sorted(Comparator.comparing(preset -> !given.contains(preset.getKey())))
        .flatMap(preset -> preset.getValue().stream())
        .collect(
            Collectors.groupingBy(
                file -> file.name().project(),
                TreeMap::new,
                Collectors.toCollection(() -> new TreeSet<>(BY_NAME))));
  }

  /** One name cannot stand for two files, nor can names that differ in their case alone. */
  private void refuseClashes() throws ExportException {
    record Owned(String preset, IndexFile file) {}
    var byPlace = new HashMap<String, Owned>();
    for (Map.Entry<String, List<IndexFile>> preset : presets.entrySet()) {
      for (IndexFile file : preset.getValue()) {
        var owned = new Owned(preset.getKey(), file);
        Owned other = byPlace.putIfAbsent(lowerCase(form.placeOf(file.name())), owned);
        if (other != null
            && !(other.file().name().equals(file.name())
                && other.file().sha256().equals(file.sha256()))) {
          throw new ExportException(
              "presets '%s' and '%s' have different files by the name %s, so they cannot share '%s': export them into folders of their own"
                  .formatted(other.preset(), owned.preset(), file.name(), folder));
        }
      }
    }
  }

  private static String lowerCase(String place) {
    return place.toLowerCase(Locale.ROOT);
  }

  /** What presets need that are not exported now, each with one of them. */
  private SortedMap<String, String> placesOfOthers(Set<String> given) {
    var places = new TreeMap<String, String>();
    before
        .presets()
        .forEach((preset, files) -> {
          if (!given.contains(preset)) {
            LockedPreset.textPlaces(preset).forEach(place -> places.put(place, preset));
            for (IndexFile file : files) {
              String place = form.placeOf(file.name());
              places.put(place, preset);
              if (file.metadata() instanceof MetadataOffer.Offered) {
                places.put(place + METADATA, preset);
              }
            }
          }
        });
    return places;
  }

  // --- what is there

  private void compare() throws IOException {
    var inTheWay = new TreeSet<String>();
    for (Map.Entry<String, Blob> each : wanted.entrySet()) {
      Blob blob = each.getValue();
      var file = new ExportedFile(each.getKey(), blob.size(), blob.digest());
      Optional<Path> obstacle = obstacle(file.place());
      if (obstacle.isPresent()) {
        inTheWay.add("'" + obstacle.get() + "'");
      } else if (!Files.exists(place(file), LinkOption.NOFOLLOW_LINKS)) {
        writes.add(file);
        ours.add(file);
      } else {
        Set<ExportedFile> known = new TreeSet<>(written(file.place()));
        boolean isOurs = !known.add(file);
        Optional<ExportedFile> present = present(known);
        if (present.isEmpty()) {
          inTheWay.add("'" + place(file) + "'");
        } else if (!present.get().equals(file)) {
          writes.add(file);
          ours.add(file);
        } else {
          kept.add(file);
          if (isOurs) {
            ours.add(file);
          }
        }
      }
    }
    if (!inTheWay.isEmpty()) {
      throw new ExportException(
          "in the way of this export, and left as they are, for airlock did not write them or"
              + " they were changed since: "
              + String.join(", ", inTheWay)
              + ". Nothing was written: move them away, or name another folder");
    }
  }

  private Path place(ExportedFile file) {
    return folder.resolve(file.place());
  }

  /** What is no folder where one has to be. */
  private Optional<Path> obstacle(String place) {
    Path above = folder;
    String[] names = place.split("/", -1);
    for (int i = 0; i < names.length - 1; i++) {
      above = above.resolve(names[i]);
      if (Files.exists(above, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(above)) {
        return Optional.of(above);
      }
    }
    return Optional.empty();
  }

  /** What the manifest says was written to a place: two of them after an interruption. */
  private List<ExportedFile> written(String place) {
    return written.getOrDefault(place, List.of());
  }

  /** Which of some files of one place is there; empty when it is another one. */
  private Optional<ExportedFile> present(Collection<ExportedFile> candidates) throws IOException {
    Path path = place(candidates.iterator().next());
    if (!Files.isRegularFile(path)) {
      return Optional.empty();
    }
    long size = Files.size(path);
    List<ExportedFile> possible =
        candidates.stream().filter(candidate -> candidate.size() == size).toList();
    if (possible.isEmpty()) {
      return Optional.empty();
    }
    Sha256 digest;
    try (InputStream bytes = Files.newInputStream(path)) {
      digest = Sha256.of(bytes);
    }
    return possible.stream().filter(candidate -> candidate.sha256().equals(digest)).findFirst();
  }

  // --- what is not wanted now

  private void keepThoseOfOthers(SortedMap<String, String> others) {
    var lacking = new TreeMap<String, List<String>>();
    others.forEach((place, preset) -> {
      if (!wanted.containsKey(place)) {
        ours.addAll(written(place));
        if (!Files.exists(folder.resolve(place))) {
          lacking.computeIfAbsent(preset, _ -> new ArrayList<>()).add(place);
        }
      }
    });
    lacking.forEach((preset, places) ->
        notes.add(
            "'%s' lacks what was exported for preset '%s': %s. Export it again"
                .formatted(folder, preset, String.join(", ", places))));
  }

  private void findWhatNobodyNeeds(Set<String> ofOthers) throws IOException {
    Set<String> ignoringCase =
        wanted.keySet().stream().map(Planner::lowerCase).collect(Collectors.toSet());
    Map<String, List<ExportedFile>> unneeded =
        before.files().stream()
            .filter(file -> !wanted.containsKey(file.place()) && !ofOthers.contains(file.place()))
            .collect(Collectors.groupingBy(ExportedFile::place, TreeMap::new, Collectors.toList()));
    for (Map.Entry<String, List<ExportedFile>> each : unneeded.entrySet()) {
      Path path = folder.resolve(each.getKey());
      if (ignoringCase.contains(lowerCase(each.getKey()))) {
        // Where case is ignored it is the same file as the one that is wanted.
        ours.addAll(each.getValue());
      } else if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        Optional<ExportedFile> present = present(each.getValue());
        present.ifPresent(removals::add);
        if (present.isEmpty()) {
          notes.add("'" + path + "' was changed after it was exported, and is left as it is");
        }
      }
    }
  }
}
