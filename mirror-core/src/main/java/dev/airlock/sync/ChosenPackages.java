package dev.airlock.sync;

import dev.airlock.closure.MetadataLookup;
import dev.airlock.closure.PackageSource;
import dev.airlock.closure.PageLookup;
import dev.airlock.closure.TargetClosure;
import dev.airlock.closure.TargetClosure.Chosen;
import dev.airlock.index.IndexFile;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The files that closures chose, and no others: what an installer is offered of a lock. */
final class ChosenPackages implements PackageSource {
  private final PackageSource all;
  private final Map<ProjectName, List<IndexFile>> files = new HashMap<>();

  ChosenPackages(List<TargetClosure> closures, PackageSource all) {
    this.all = all;
    for (TargetClosure closure : closures) {
      for (Chosen chosen : LockBuilder.all(closure)) {
        List<IndexFile> known = files.computeIfAbsent(chosen.project(), _ -> new ArrayList<>());
        if (!known.contains(chosen.file())) {
          known.add(chosen.file());
        }
      }
    }
  }

  @Override
  public PageLookup page(ProjectName project) {
    List<IndexFile> chosen = files.getOrDefault(project, List.of());
    return chosen.isEmpty()
        ? new PageLookup.Missing("no target has it")
        : new PageLookup.Found(new ProjectPage(project, chosen));
  }

  @Override
  public MetadataLookup metadata(IndexFile file) throws IOException {
    return all.metadata(file);
  }
}
