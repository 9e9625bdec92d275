package dev.airlock.tool.command;

import static dev.airlock.fixtures.Presets.preset;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.WheelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of wheels and pages of links, which state no digest. */
class FolderTest {
  private static final WheelBuilder APP = wheel("app", "1.0");

  @TempDir Path directory;

  private Tool tool;
  private Path folder;

  @BeforeEach
  void start() throws IOException {
    tool = new Tool(directory);
    folder = Files.createDirectories(directory.resolve("wheels"));
    put(APP);
  }

  private void put(WheelBuilder wheel) throws IOException {
    Files.write(folder.resolve(wheel.filename()), wheel.build());
  }

  private Path lock() throws IOException {
    return tool.preset("p", preset("p", folder.toUri()).packages("app", "1.0").json())
        .resolve("pylock.toml");
  }

  @Test
  void locksTheWheelThatWasBuiltAnew() throws IOException {
    Path lock = lock();
    assertThat(tool.run("sync", "p")).as(tool.err()).isZero();
    WheelBuilder rebuilt = wheel("app", "1.0").requires("lib");
    put(rebuilt);
    put(wheel("lib", "1.0"));
    assertThat(tool.run("sync", "p", "--upgrade", "--verify")).as(tool.err()).isZero();
    assertThat(Files.readString(lock))
        .contains(FakeIndex.sha256(rebuilt.build()), "name = \"lib\"")
        .doesNotContain(FakeIndex.sha256(APP.build()));
    assertThat(tool.run("check", "p")).as(tool.err()).isZero();
  }

  @Test
  void noticesANewWheelOfTheSameSize() throws IOException {
    WheelBuilder one = wheel("app", "1.0").header("Summary: one");
    WheelBuilder two = wheel("app", "1.0").header("Summary: two");
    assertThat(one.build()).hasSameSizeAs(two.build());
    put(one);
    Path lock = lock();
    assertThat(tool.run("sync", "p")).as(tool.err()).isZero();
    put(two);
    assertThat(tool.run("sync", "p", "--upgrade")).as(tool.err()).isZero();
    assertThat(Files.readString(lock)).contains(FakeIndex.sha256(two.build()));
  }

  @Test
  void noticesANewWheelBehindAPageWithoutDigests() throws IOException {
    Path pages = Files.createDirectories(directory.resolve("pages/app"));
    Files.writeString(
        pages.resolve("index.html"),
        "<a href=\"../../wheels/%1$s\">%1$s</a>".formatted(APP.filename()));
    Path lock =
        tool.preset(
                "p", preset("p", directory.resolve("pages").toUri()).packages("app", "1.0").json())
            .resolve("pylock.toml");
    assertThat(tool.run("sync", "p")).as(tool.err()).isZero();
    WheelBuilder rebuilt = wheel("app", "1.0").header("Summary: rebuilt");
    put(rebuilt);
    assertThat(tool.run("sync", "p", "--upgrade")).as(tool.err()).isZero();
    assertThat(Files.readString(lock)).contains(FakeIndex.sha256(rebuilt.build()));
  }

  @Test
  void noticesAnotherSizeBehindAnIndexWithoutDigests() throws IOException {
    try (FakeIndex index = FakeIndex.start()) {
      index.add(APP).withoutDigest();
      Path lock =
          tool.preset("p", preset("p", index.simple()).packages("app", "1.0").json())
              .resolve("pylock.toml");
      assertThat(tool.run("sync", "p")).as(tool.err()).isZero();
      WheelBuilder rebuilt = wheel("app", "1.0").requires("lib");
      index.add(rebuilt).withoutDigest();
      index.add(wheel("lib", "1.0")).withoutDigest();
      assertThat(tool.run("sync", "p", "--upgrade")).as(tool.err()).isZero();
      assertThat(Files.readString(lock))
          .contains(FakeIndex.sha256(rebuilt.build()), "name = \"lib\"");
    }
  }

  @Test
  void takesHashedRequirementsFromAFolder() throws IOException {
    Path file = directory.resolve("requirements.txt");
    Files.writeString(
        file,
        "--no-index\n-f wheels\napp==1.0 --hash=sha256:" + FakeIndex.sha256(APP.build()) + "\n");
    String[] sync = {
      "sync", "--from", file.toString(), "--name", "set", "--target", "cp310-manylinux_2_28_x86_64"
    };
    assertThat(tool.run(sync)).as(tool.err()).isZero();
    assertThat(tool.run("check", "set")).as(tool.err()).isZero();
    String rebuilt = FakeIndex.sha256(wheel("app", "1.0").requires("lib").build());
    put(wheel("app", "1.0").requires("lib"));
    Files.writeString(file, Files.readString(file) + "# anew\n");
    tool.run("rm", "set");
    assertThat(tool.run(sync)).isEqualTo(1);
    assertThat(tool.err())
        .contains(
            "it has files with other hashes than requirements.txt line 3 gives ("
                + APP.filename()
                + " has sha256:"
                + rebuilt
                + ")");
  }
}
