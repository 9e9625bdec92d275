package dev.airlock.server.pullthrough;

import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.HeldMetadata;
import dev.airlock.catalog.IndexKey;
import dev.airlock.index.IndexFile;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Puts together what is held of a project and what its index lists. */
final class Listing {
  private final Holdings holdings;
  private final Upstreams upstreams;
  private final IndexKey key;
  private final ProjectName project;

  Listing(Holdings holdings, Upstreams upstreams, IndexKey key, ProjectName project) {
    this.holdings = holdings;
    this.upstreams = upstreams;
    this.key = key;
    this.project = project;
  }

  /** What is held, at its addresses upstream. */
  static List<IndexFile> of(List<HeldFile> held) {
    return held.stream().map(file -> file.at(file.source())).toList();
  }

  List<IndexFile> of(List<IndexFile> listed, List<HeldFile> held) throws IOException {
    Map<DistributionFilename, List<HeldFile>> byName = new LinkedHashMap<>();
    held.forEach(file -> byName.computeIfAbsent(file.name(), _ -> new ArrayList<>()).add(file));
    Map<String, HeldMetadata> metadata = holdings.metadata(key, project);
    Predicate<IndexFile> offers = offers(listed);
    var files = new ArrayList<IndexFile>();
    for (IndexFile file : listed) {
      List<HeldFile> known = byName.remove(file.name());
      Optional<HeldFile> own = known == null ? Optional.empty() : holdings.listed(key, file, known);
      if (own.isPresent()) {
        files.add(own.get().at(own.get().source()).yanked(file.yanked()));
      } else if (upstreams.canReach(file)) {
        files.add(withMetadata(file, metadata, offers));
      }
    }
    // What an index takes away is kept.
    for (List<HeldFile> gone : byName.values()) {
      files.addAll(of(holdings.oneOfEachName(key, gone)));
    }
    return files;
  }

  /**
   * Of which files the metadata can be had: where it is offered, and where it can be read from
   * within wheels, which the newest of them is asked for.
   */
  private Predicate<IndexFile> offers(List<IndexFile> listed) {
    boolean readable =
        listed.reversed().stream()
            .filter(file -> file.isWheel() && file.metadata() instanceof MetadataOffer.None)
            .filter(upstreams::canReach)
            .findFirst()
            .filter(upstreams::offersRanges)
            .isPresent();
    return file ->
        !upstreams.hasNoMetadata(key, file)
            && (file.metadata() instanceof MetadataOffer.Offered || (readable && file.isWheel()));
  }

  /**
   * A file that is not held, with its metadata on offer where that can be had. No digest is stated
   * of metadata that was not read yet: indexes have stated wrong ones.
   */
  static IndexFile withMetadata(
      IndexFile file, Map<String, HeldMetadata> known, Predicate<IndexFile> offers) {
    HeldMetadata metadata = known.get(file.name().text());
    if (metadata != null && metadata.isOf(file)) {
      return file.offering(new MetadataOffer.Offered(Optional.of(metadata.metadata().digest())))
          .requiring(metadata.requiresPython());
    }
    return file.offering(
        offers.test(file) ? new MetadataOffer.Offered(Optional.empty()) : new MetadataOffer.None());
  }
}
