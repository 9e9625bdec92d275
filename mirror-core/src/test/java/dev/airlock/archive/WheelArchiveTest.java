package dev.airlock.archive;

import static dev.airlock.fixtures.WheelBuilder.wheel;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.fixtures.ZipMethods;
import dev.airlock.packaging.filename.WheelFilename;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WheelArchiveTest {
  private static final WheelFilename NAME = WheelFilename.parse("tiny-1.0-py3-none-any.whl");
  private static final WheelBuilder WHEEL = wheel("tiny", "1.0").requires("other");

  private static byte[] metadata(byte[] wheel) throws IOException {
    return WheelArchive.metadata(new SeekableInMemoryByteChannel(wheel), NAME);
  }

  @Test
  void readsMetadata() throws IOException {
    assertThat(metadata(WHEEL.build())).isEqualTo(WHEEL.metadata());
  }

  @Test
  void leavesTheChannelOpen() throws IOException {
    try (var channel = new SeekableInMemoryByteChannel(WHEEL.build())) {
      WheelArchive.metadata(channel, NAME);
      assertThat(channel.isOpen()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Tiny-1.0", "tiny-1.0+local", "TINY-1.0.0"})
  void findsMetadataUnderNamesOfOlderTools(String info) throws IOException {
    byte[] wheel =
        wheel("tiny", "1.0")
            .withoutMetadata()
            .file(info + ".dist-info/METADATA", "found".getBytes(UTF_8))
            .build();
    assertThat(metadata(wheel)).asString(UTF_8).isEqualTo("found");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "other-1.0.dist-info/METADATA",
        "tiny/tiny-1.0.dist-info/METADATA",
        "tiny-1.0.dist-info/METADATA/x",
        "tiny-1.0.dist-info/metadata",
        "tiny.dist-info/METADATA"
      })
  void takesNothingElseForMetadata(String path) {
    byte[] wheel = wheel("tiny", "1.0").withoutMetadata().file(path, new byte[1]).build();
    assertThatThrownBy(() -> metadata(wheel))
        .isInstanceOf(MalformedArchiveException.class)
        .hasMessage(
            "tiny-1.0-py3-none-any.whl has 0 files tiny-….dist-info/METADATA: a wheel has one");
  }

  @Test
  void passesOverMetadataOfAVendoredProject() throws IOException {
    WheelBuilder wheel = wheel("tiny", "1.0").file("six-1.16.dist-info/METADATA", new byte[1]);
    assertThat(metadata(wheel.build())).isEqualTo(wheel.metadata());
  }

  @Test
  void refusesTwoMetadata() {
    byte[] wheel = wheel("tiny", "1.0").file("tiny-2.0.dist-info/METADATA", new byte[1]).build();
    assertThatThrownBy(() -> metadata(wheel)).hasMessageContaining("has 2 files");
  }

  /** As Python's zipfile does, which installs it: the directory at the end counts. */
  @Test
  void readsTheDirectoryAtTheEndOfTwoArchivesInOneFile() throws IOException {
    WheelBuilder last = wheel("tiny", "1.0").requires("what-counts");
    byte[] first = wheel("tiny", "1.0").requires("what-does-not").build();
    byte[] both = Arrays.copyOf(first, first.length + last.build().length);
    System.arraycopy(last.build(), 0, both, first.length, last.build().length);

    assertThat(metadata(both)).isEqualTo(last.metadata());
  }

  @Test
  void readsWhatTheDirectorySaysWhereALocalNameDiffers() throws IOException {
    byte[] wheel = WHEEL.build();
    byte[] name = "tiny-1.0.dist-info/METADATA".getBytes(UTF_8);
    int local = new String(wheel, ISO_8859_1).indexOf(new String(name, ISO_8859_1));
    wheel[local] = 'T';

    assertThat(metadata(wheel)).isEqualTo(WHEEL.metadata());
  }

  @Test
  void refusesWhatIsNoZip() {
    assertThatThrownBy(() -> metadata("<html>".getBytes(UTF_8)))
        .isInstanceOf(MalformedArchiveException.class)
        .hasMessageStartingWith("tiny-1.0-py3-none-any.whl is no zip file, or not a whole one");
    assertThatThrownBy(() -> metadata(new byte[0])).isInstanceOf(MalformedArchiveException.class);
  }

  @Test
  void refusesAWheelThatIsCutAnywhere() {
    byte[] wheel = WHEEL.build();
    IntStream.iterate(0, length -> length < wheel.length, length -> length + 7)
        .forEach(length ->
            assertThatThrownBy(() -> metadata(Arrays.copyOf(wheel, length)))
                .isInstanceOf(MalformedArchiveException.class));
  }

  @Test
  void neverFailsInAnotherWayOnFlippedBytes() {
    byte[] wheel = WHEEL.build();
    for (int i = 0; i < wheel.length; i++) {
      byte[] flipped = wheel.clone();
      flipped[i] ^= (byte) 0xff;
      try {
        metadata(flipped);
      } catch (IOException e) {
        assertThat(e).isInstanceOf(MalformedArchiveException.class);
      }
    }
  }

  @Test
  void readsAZip64() throws IOException {
    try (var channel = new SeekableInMemoryByteChannel()) {
      try (var zip = new ZipArchiveOutputStream(channel)) {
        zip.setUseZip64(Zip64Mode.Always);
        zip.putArchiveEntry(new ZipArchiveEntry("tiny-1.0.dist-info/METADATA"));
        zip.write("found".getBytes(UTF_8));
        zip.closeArchiveEntry();
      }
      byte[] wheel = Arrays.copyOf(channel.array(), (int) channel.size());
      assertThat(metadata(wheel)).asString(UTF_8).isEqualTo("found");
    }
  }

  @Test
  void refusesMetadataThatUnpacksToTooMuch() throws IOException {
    try (var channel = new SeekableInMemoryByteChannel()) {
      try (var zip = new ZipArchiveOutputStream(channel)) {
        zip.putArchiveEntry(new ZipArchiveEntry("tiny-1.0.dist-info/METADATA"));
        zip.write(new byte[17 << 20]);
        zip.closeArchiveEntry();
      }
      byte[] wheel = Arrays.copyOf(channel.array(), (int) channel.size());
      assertThatThrownBy(() -> metadata(wheel))
          .hasMessageContaining("has a METADATA of more than 16 MiB");
    }
  }

  @Test
  void tellsAFailureToReadFromABrokenArchive() {
    var failure = new IOException("the line is cut");
    assertThatThrownBy(() -> WheelArchive.metadata(new Cut(failure), NAME)).isSameAs(failure);
  }

  /** A channel that cannot be read. */
  private record Cut(IOException failure) implements SeekableByteChannel {
    @Override
    public int read(ByteBuffer target) throws IOException {
      throw failure;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      throw failure;
    }

    @Override
    public long position() {
      return 0;
    }

    @Override
    public SeekableByteChannel position(long newPosition) {
      return this;
    }

    @Override
    public long size() {
      return 1000;
    }

    @Override
    public SeekableByteChannel truncate(long size) {
      return this;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {
      // There is nothing to give up.
    }
  }

  @Test
  void refusesMetadataInACompressionThatItDoesNotRead() {
    byte[] zip = ZipMethods.with(ZipMethods.ZSTANDARD, WHEEL.build());
    assertThatThrownBy(() -> metadata(zip))
        .isInstanceOf(MalformedArchiveException.class)
        .hasMessageContaining("deflate");
  }
}
