package dev.airlock.upkeep;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.FileKey;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Sha256;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockWriter;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.lock.LockedPackage.Role;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.store.Reserve;
import dev.airlock.store.Store;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A store that tests fill by hand, with a clock that they move. */
final class Shelf implements Closeable {
  static final URI PYPI = URI.create("https://pypi.org/simple/");
  static final Target TARGET = Target.parse("cp311-manylinux_2_28_x86_64");

  final Store store;
  final Catalog catalog;
  final IndexKey index;
  Instant now = Instant.now();

  Shelf(Path root) throws IOException {
    store = Store.openOrCreate(root, Reserve.NONE);
    catalog = new Catalog(store);
    index = catalog.register(PYPI);
  }

  InstantSource clock() {
    return () -> now;
  }

  Collector collector() {
    return new Collector(store, clock());
  }

  /** What a file will be whose bytes are these words. */
  HeldFile file(String project, String words) throws IOException {
    byte[] bytes = words.getBytes(UTF_8);
    return new HeldFile(
        DistributionFilename.of(project + "-1.0-py3-none-any.whl", new ProjectName(project))
            .orElseThrow(),
        Sha256.of(bytes),
        bytes.length,
        Optional.of(Sha256.of(metadata(project))),
        SpecifierSet.ANY,
        Optional.empty(),
        new Yanked.No(),
        PYPI.resolve(project + "-1.0-py3-none-any.whl"));
  }

  private static byte[] metadata(String project) {
    return ("Metadata-Version: 2.1\nName: " + project + "\nVersion: 1.0\n").getBytes(UTF_8);
  }

  /** Puts the bytes of a file and of its metadata into the store, and does not enter it yet. */
  HeldFile put(String project, String words) throws IOException {
    store.blobs().put(words.getBytes(UTF_8));
    store.blobs().put(metadata(project));
    return file(project, words);
  }

  HeldFile hold(String project, String words) throws IOException {
    HeldFile file = put(project, words);
    catalog.enter(index, file);
    return file;
  }

  /** Holds a wheel that can be read. */
  HeldFile holdWheel(String project) throws IOException {
    var wheel = WheelBuilder.wheel(project, "1.0");
    Sha256 metadata = store.blobs().put(wheel.metadata()).digest();
    byte[] bytes = wheel.build();
    HeldFile words = file(project, "");
    var file =
        new HeldFile(
            words.name(),
            store.blobs().put(bytes).digest(),
            bytes.length,
            Optional.of(metadata),
            SpecifierSet.ANY,
            words.uploadTime(),
            words.yanked(),
            words.source());
    catalog.enter(index, file);
    return file;
  }

  FileKey key(HeldFile file) {
    return FileKey.of(index, file);
  }

  void publish(String preset, HeldFile... files) throws IOException {
    List<LockedPackage> packages =
        Stream.of(files)
            .map(file ->
                new LockedPackage(
                    file.name().project(),
                    file.name().version(),
                    Role.INSTALL,
                    PYPI,
                    SpecifierSet.ANY,
                    List.of(TARGET.toString()),
                    List.of(),
                    List.of(),
                    List.of(
                        new LockedFile(
                            file.name(),
                            file.source(),
                            file.size(),
                            file.sha256(),
                            file.uploadTime())),
                    Optional.empty()))
            .toList();
    var lock = new Lock(preset, Sha256.of(new byte[0]), List.of(TARGET), packages);
    catalog.publish(new HeldPreset(preset, "{}", "", LockWriter.write(lock), now));
  }

  /** Makes everything that is there look as if it were written some time ago. */
  void age(Duration by) throws IOException {
    try (Stream<Path> files = Files.walk(store.root())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(now.minus(by)));
      }
    }
  }

  boolean holds(HeldFile file) throws IOException {
    return catalog.file(key(file)).isPresent()
        && file.bytes(store.blobs()).isPresent()
        && store.blobs().find(file.metadata().orElseThrow()).isPresent();
  }

  Path blob(Sha256 digest) {
    return store
        .root()
        .resolve("blobs/sha256")
        .resolve(digest.hex().substring(0, 2))
        .resolve(digest.hex());
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
