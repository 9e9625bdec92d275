package dev.airlock.sync;

import dev.airlock.archive.MalformedArchiveException;
import dev.airlock.archive.RepackException;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.IndexKey;
import dev.airlock.closure.Memo;
import dev.airlock.closure.MetadataLookup;
import dev.airlock.closure.PackageSource;
import dev.airlock.closure.PageLookup;
import dev.airlock.digest.Sha256;
import dev.airlock.fetch.Fetcher;
import dev.airlock.index.IndexFile;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.repack.Derivation;
import dev.airlock.packaging.repack.Recipe;
import dev.airlock.preset.Preset;
import dev.airlock.upstream.UpstreamException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Pages on which the wheels that a preset has made of sdists stand in the place of those sdists.
 */
final class RepackedPackages implements PackageSource {
  private final Preset preset;
  private final UpstreamPackages plain;
  private final Fetcher fetcher;
  private final Memo<ProjectName, PageLookup> pages = new Memo<>(this::repacked);
  private final Map<DistributionFilename, String> refused = new ConcurrentHashMap<>();

  RepackedPackages(Preset preset, UpstreamPackages plain, Fetcher fetcher) {
    this.preset = preset;
    this.plain = plain;
    this.fetcher = fetcher;
  }

  @Override
  public PageLookup page(ProjectName project) throws IOException {
    return pages.get(project);
  }

  @Override
  public MetadataLookup metadata(IndexFile file) throws IOException {
    String reason = refused.get(file.name());
    return reason == null ? plain.metadata(file) : new MetadataLookup.Unusable(reason);
  }

  private PageLookup repacked(ProjectName project) throws IOException {
    PageLookup found = plain.page(project);
    List<Recipe> recipes =
        preset.repack().stream().filter(recipe -> recipe.project().equals(project)).toList();
    if (recipes.isEmpty() || !(found instanceof PageLookup.Found(ProjectPage page, String where))) {
      return found;
    }
    var files = new ArrayList<>(page.files());
    for (Recipe recipe : recipes) {
      Optional<IndexFile> sdist = sdist(page, recipe);
      if (sdist.isPresent()) {
        files.removeIf(file -> isReplaced(file, recipe));
        files.add(wheel(page, sdist.get(), recipe));
      }
    }
    return new PageLookup.Found(new ProjectPage(project, files), where);
  }

  /** The sdist of a version. Of several, which older projects have, the first in this order. */
  private static Optional<IndexFile> sdist(ProjectPage page, Recipe recipe) {
    return page.files().stream()
        .filter(file -> file.name() instanceof SdistFilename)
        .filter(file -> recipe.version().equals(file.name().version()))
        .min(
            Comparator.comparing((IndexFile file) -> !file.name().text().endsWith(".tar.gz"))
                .thenComparing(file -> file.name().text()));
  }

  private static boolean isReplaced(IndexFile file, Recipe recipe) {
    return recipe.version().equals(file.name().version())
        && (file.name() instanceof SdistFilename || file.name().equals(recipe.wheel()));
  }

  private IndexFile wheel(ProjectPage page, IndexFile sdist, Recipe recipe) throws IOException {
    IndexKey key = plain.key(recipe.project());
    var wheel =
        new IndexFile(
            recipe.wheel(),
            sdist.url(),
            List.of(),
            recipe.requiresPython(),
            OptionalLong.empty(),
            sdist.uploadTime(),
            sdist.yanked(),
            new MetadataOffer.None());
    if (page.files().stream().anyMatch(file -> file.name().equals(recipe.wheel()))) {
      return refused(
          wheel,
          "the index has "
              + recipe.wheel()
              + " itself, so its sdist is not repacked: take "
              + recipe.project()
              + " "
              + recipe.version()
              + " out of `repack`");
    }
    try {
      Sha256 digest =
          sdist.sha256().isPresent() ? sdist.sha256().get() : fetcher.file(key, sdist).sha256();
      var derivation = new Derivation(sdist.url(), (SdistFilename) sdist.name(), digest, recipe);
      HeldFile made = fetcher.file(key, wheel.movedTo(derivation.address()));
      return made.at(derivation.address()).yanked(sdist.yanked());
    } catch (RepackException | MalformedArchiveException e) {
      return refused(wheel, String.valueOf(e.getMessage()));
    } catch (UpstreamException e) {
      if (!e.isAbsent()) {
        throw e;
      }
      return refused(wheel, String.valueOf(e.getMessage()));
    }
  }

  private IndexFile refused(IndexFile wheel, String reason) {
    refused.put(wheel.name(), reason);
    return wheel;
  }
}
