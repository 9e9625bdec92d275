package dev.airlock.fetch;

import dev.airlock.index.IndexFile;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.index.ProjectPage;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.repack.Derivation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Files of a lock as they may be fetched: with just the bytes that the lock names. */
public final class Locked {
  private Locked() {}

  /**
   * The file as its page has it: where it is today, with what the lock says it has to be. A
   * repacked wheel is on no page; what it is made of may be.
   */
  public static Optional<IndexFile> on(ProjectPage page, LockedFile locked) {
    Optional<Derivation> derivation = Derivation.of(locked.url(), locked.name());
    return derivation.isPresent()
        ? sdist(page, derivation.get()).map(sdist -> repacked(locked, derivation.get(), sdist))
        : asItIs(page, locked);
  }

  /** The sdist that a repacked wheel is made of. */
  public static Optional<IndexFile> sdist(ProjectPage page, Derivation derivation) {
    return page.files().stream()
        .filter(file -> file.name().equals(derivation.sdist()))
        .filter(file -> file.sha256().map(derivation.sha256()::equals).orElse(true))
        .findFirst();
  }

  private static IndexFile repacked(LockedFile locked, Derivation derivation, IndexFile sdist) {
    return new IndexFile(
        locked.name(),
        derivation.movedTo(sdist.url()).address(),
        List.of(locked.sha256().digest()),
        derivation.recipe().requiresPython(),
        OptionalLong.of(locked.size()),
        sdist.uploadTime(),
        sdist.yanked(),
        new MetadataOffer.None());
  }

  private static Optional<IndexFile> asItIs(ProjectPage page, LockedFile locked) {
    return page.files().stream()
        .filter(file -> file.name().equals(locked.name()))
        .filter(file -> file.sha256().map(locked.sha256()::equals).orElse(true))
        .findFirst()
        .map(file ->
            new IndexFile(
                file.name(),
                file.url(),
                List.of(locked.sha256().digest()),
                file.requiresPython(),
                OptionalLong.of(locked.size()),
                file.uploadTime(),
                file.yanked(),
                file.metadata()));
  }

  /** The file as the lock alone has it, where it was found then. */
  public static IndexFile stated(LockedPackage locked, LockedFile file) {
    return new IndexFile(
        file.name(),
        file.url(),
        List.of(file.sha256().digest()),
        locked.requiresPython(),
        OptionalLong.of(file.size()),
        file.uploadTime(),
        new Yanked.No(),
        new MetadataOffer.None());
  }
}
