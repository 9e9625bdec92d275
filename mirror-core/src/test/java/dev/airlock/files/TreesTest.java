package dev.airlock.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreesTest {
  @TempDir private Path directory;

  @Test
  void listsWhatIsInADirectoryInTheOrderOfTheNames() throws IOException {
    Files.writeString(directory.resolve("b"), "");
    Files.writeString(directory.resolve("B"), "");
    Files.writeString(Files.createDirectory(directory.resolve("a")).resolve("inside"), "");

    assertThat(Trees.names(directory)).isSorted().contains("a", "b").doesNotContain("inside");
    assertThat(Trees.children(directory)).contains(directory.resolve("a"), directory.resolve("b"));
  }

  @Test
  void findsNothingInWhatIsNoDirectory() throws IOException {
    assertThat(Trees.names(directory.resolve("absent"))).isEmpty();
    assertThat(Trees.names(Files.writeString(directory.resolve("file"), ""))).isEmpty();
  }

  @Test
  void countsBytesAndDeletesAllOfThem() throws IOException {
    Path tree = directory.resolve("tree");
    Files.createDirectories(tree.resolve("below"));
    Files.writeString(tree.resolve("one"), "12");
    Files.writeString(tree.resolve("below/other"), "345");

    assertThat(Trees.bytes(tree)).isEqualTo(5);
    Trees.delete(tree);
    assertThat(tree).doesNotExist();
    Trees.delete(tree);
  }
}
