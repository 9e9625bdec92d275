package dev.airlock.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DurableFilesTest {
  @TempDir private Path directory;

  @Test
  void writesAndReplacesWithoutLeavingAnythingElse() throws IOException {
    Path target = directory.resolve("a/b/file.json");
    DurableFiles.write(target, "first, which is longer".getBytes(UTF_8));
    DurableFiles.write(target, "second".getBytes(UTF_8));
    assertThat(target).hasContent("second");
    DurableFiles.writeSoon(target, "third".getBytes(UTF_8));

    assertThat(target).hasContent("third");
    try (Stream<Path> left = Files.list(directory.resolve("a/b"))) {
      assertThat(left).containsExactly(target);
    }
  }

  @Test
  void leavesNothingWhereItCannotWrite() throws IOException {
    Path target = directory.resolve("taken");
    Files.createDirectories(target.resolve("full"));

    assertThatThrownBy(() -> DurableFiles.write(target, new byte[1]))
        .isInstanceOf(IOException.class);
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).containsExactly(target);
    }
  }

  @Test
  void leavesWhatWasThereWhenItsContentFails() throws IOException {
    Path target = Files.writeString(directory.resolve("file"), "before");

    assertThatThrownBy(() ->
            DurableFiles.write(
                target,
                file -> {
                  file.write(ByteBuffer.allocate(10));
                  throw new IOException("no more");
                }))
        .hasMessage("no more");
    assertThat(target).hasContent("before");
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).containsExactly(target);
    }
  }

  @Test
  void knowsItsTemporaryFilesByTheirNames() {
    assertThat(DurableFiles.isTemporary(DurableFiles.temporaryIn(directory))).isTrue();
    assertThat(DurableFiles.isTemporary(directory.resolve(".tmp-notes.txt"))).isFalse();
    assertThat(DurableFiles.isTemporary(directory.resolve("file.tmp-1-a"))).isFalse();
  }

  @Test
  void saysWhenAFileIsTooLargeForItsFileSystem() {
    IOException failure = WriteFailures.of(new IOException("File too large"), directory);

    assertThat(failure).hasMessageContaining("'" + directory + "'").hasMessageContaining("FAT");
  }

  @Test
  void namesTemporaryFilesSoThatNobodyElseHasThem() {
    Path one = DurableFiles.temporaryIn(directory);

    assertThat(one).isNotEqualTo(DurableFiles.temporaryIn(directory));
    assertThat(one.getFileName().toString()).startsWith(DurableFiles.TEMPORARY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "No space left on device",
        "/x/y: No space left on device",
        "Disk quota exceeded",
        "There is not enough space on the disk",
      })
  void tellsAFullDiskFromOtherTrouble(String message) {
    IOException full = WriteFailures.of(new IOException(message), directory);
    var other = new IOException("Input/output error");

    assertThat(full).isInstanceOf(NoSpaceException.class).hasMessageContaining("free some");
    assertThat(WriteFailures.of(full, directory)).isSameAs(full);
    assertThat(WriteFailures.of(other, directory)).isSameAs(other);
    assertThat(WriteFailures.of(new IOException(), directory))
        .isNotInstanceOf(NoSpaceException.class);
  }

  @Test
  void tellsAReadOnlyFileSystemFromOtherTrouble() {
    IOException failure =
        WriteFailures.of(new IOException("/x/y: Read-only file system"), directory);

    assertThat(failure).isInstanceOf(ReadOnlyException.class).hasMessageContaining("mount it");
    assertThat(WriteFailures.of(failure, directory)).isSameAs(failure);
  }

  @Test
  void encodesNamesSoThatNoTwoMeetOnAFileSystemThatIgnoresCase() {
    List<String> names = List.of("a", "A", "!a", "!A", "!!a", "aA", "Aa", "!", "!!", "a!A");

    assertThat(names.stream().map(PortableNames::encode))
        .doesNotHaveDuplicates()
        .noneMatch(name -> name.chars().anyMatch(Character::isUpperCase));
    assertThat(PortableNames.encode("GPUtil-1!1.4.0.tar.gz"))
        .isEqualTo("!g!p!util-1!!1.4.0.tar.gz");
  }

  /** A directory on another file system. */
  private Path elsewhere() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeTrue(
        Files.isWritable(memory)
            && !Files.getFileStore(memory).equals(Files.getFileStore(directory)),
        "there is no second file system here");
    return Files.createTempDirectory(memory, "airlock-test-");
  }

  @Test
  void movesToAnotherFileSystemByACopyThatIsWholeWhenItHasItsName() throws IOException {
    Path elsewhere = elsewhere();
    try {
      Path file = Files.writeString(directory.resolve("file"), "new");
      Path target = Files.writeString(elsewhere.resolve("target"), "old, and longer");

      DurableFiles.publish(file, target);

      assertThat(target).hasContent("new");
      assertThat(file).doesNotExist();
      try (Stream<Path> left = Files.list(elsewhere)) {
        assertThat(left).containsExactly(target);
      }
    } finally {
      remove(elsewhere);
    }
  }

  @Test
  void leavesNothingOnAnotherFileSystemWhenTheCopyFails() throws IOException {
    Path elsewhere = elsewhere();
    try {
      Path unreadable = Files.createDirectory(directory.resolve("directory"));

      assertThatThrownBy(() -> DurableFiles.move(unreadable, elsewhere.resolve("target")))
          .isInstanceOf(IOException.class);

      assertThat(unreadable).isDirectory();
      assertThat(elsewhere).isEmptyDirectory();
    } finally {
      remove(elsewhere);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
