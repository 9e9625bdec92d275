package dev.airlock.fetch;

import dev.airlock.index.IndexFile;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.index.ProjectPage;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Files of a lock as they may be fetched: with just the bytes that the lock names. */
public final class Locked {
  private Locked() {}

  /** The file as its page has it: where it is today, with what the lock says it has to be. */
  public static Optional<IndexFile> on(ProjectPage page, LockedFile locked) {
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
