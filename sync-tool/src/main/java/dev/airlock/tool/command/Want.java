package dev.airlock.tool.command;

import dev.airlock.ledger.Note;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A requirement that answers what was asked for of a project: the project, in the version of the
 * file that was asked for last, where it was a file.
 *
 * @param requirement the requirement
 * @param notes what was asked for
 */
record Want(Requirement requirement, List<Note> notes) {
  Want {
    notes = List.copyOf(notes);
  }

  /** The wants of some notes, one for each project, in the order of their names. */
  static List<Want> of(List<Note> notes) {
    Map<ProjectName, List<Note>> byProject = new TreeMap<>();
    for (Note note : notes) {
      byProject.computeIfAbsent(note.project(), _ -> new ArrayList<>()).add(note);
    }
    var wants = new ArrayList<Want>();
    byProject.forEach((project, ofProject) -> {
      SpecifierSet versions =
          ofProject.stream()
              .filter(note -> file(note).isPresent())
              .max(Comparator.comparing(Note::last))
              .flatMap(Want::file)
              .map(file -> SpecifierSet.exactly(file.version()))
              .orElse(SpecifierSet.ANY);
      wants.add(new Want(new Requirement(project, versions), ofProject));
    });
    return wants;
  }

  /** The distribution that a note asks for; empty where it is of a whole project. */
  private static Optional<DistributionFilename> file(Note note) {
    return Holdings.filename(note).flatMap(name -> DistributionFilename.of(name, note.project()));
  }

  /** The names of the files that were asked for. */
  List<String> filenames() {
    return notes.stream().flatMap(note -> Holdings.filename(note).stream()).distinct().toList();
  }
}
