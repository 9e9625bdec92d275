package dev.airlock.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.digest.Algorithm;
import dev.airlock.digest.Digest;
import dev.airlock.digest.Hasher;
import dev.airlock.digest.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every store of blobs keeps to. */
abstract class BlobStoreContract {
  static final byte[] WHEEL = "the bytes of a wheel".getBytes(UTF_8);
  static final byte[] OTHER = "The bytes of a wheel".getBytes(UTF_8);
  static final Sha256 DIGEST = Sha256.of(WHEEL);
  static final Sha256 NAME = Sha256.of("https://example.org/a.whl".getBytes(UTF_8));

  /** The store, empty at first; what was there before is there again. */
  abstract BlobStore store() throws IOException;

  /** Makes the next {@link #store()} another instance on the same blobs, where there is such. */
  abstract void reopen() throws IOException;

  @Test
  void holdsNothingAtFirst() throws IOException {
    assertThat(store().find(DIGEST)).isEmpty();
    assertThat(store().list()).isEmpty();
  }

  @Test
  void givesBackWhatWasCommitted() throws IOException {
    Blob blob = commit(WHEEL, Expectation.of(DIGEST, WHEEL.length));

    assertThat(blob.digest()).isEqualTo(DIGEST);
    assertThat(blob.size()).isEqualTo(WHEEL.length);
    assertThat(bytes(blob)).isEqualTo(WHEEL);
    reopen();
    assertThat(bytes(store().find(DIGEST).orElseThrow())).isEqualTo(WHEEL);
    assertThat(store().list()).containsExactly(DIGEST);
  }

  @Test
  void readsFromAnyPlace() throws IOException {
    Blob blob = store().put(WHEEL);

    try (SeekableByteChannel channel = blob.open()) {
      assertThat(channel.size()).isEqualTo(WHEEL.length);
      ByteBuffer two = ByteBuffer.allocate(5);
      assertThat(channel.position(4).read(two)).isEqualTo(5);
      assertThat(two.array()).isEqualTo("bytes".getBytes(UTF_8));
      assertThat(channel.position(WHEEL.length).read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
  }

  @Test
  void refusesOtherBytesAndKeepsNothingOfThem() throws IOException {
    try (Draft draft = store().draft(NAME)) {
      write(draft, OTHER);
      assertThatThrownBy(() -> draft.commit(Expectation.of(DIGEST, WHEEL.length)))
          .isInstanceOf(CorruptContentException.class)
          .hasMessageContaining("expected sha256=" + DIGEST)
          .hasMessageContaining("got sha256=" + Sha256.of(OTHER));
      assertThat(draft.length()).isZero();
    }
    assertNothingIsLeft();
  }

  @Test
  void refusesTooFewAndTooManyBytes() throws IOException {
    for (long expected : new long[] {0, WHEEL.length - 1, WHEEL.length + 1, 1L << 40}) {
      try (Draft draft = store().draft(NAME)) {
        write(draft, WHEEL);
        assertThatThrownBy(
                () -> draft.commit(new Expectation(Optional.empty(), OptionalLong.of(expected))))
            .isInstanceOf(CorruptContentException.class)
            .hasMessageContaining("expected " + expected + " bytes and got " + WHEEL.length);
      }
      assertNothingIsLeft();
    }
  }

  private void assertNothingIsLeft() throws IOException {
    assertThat(store().list()).isEmpty();
    reopen();
    try (Draft draft = store().draft(NAME)) {
      assertThat(draft.length()).isZero();
      assertThat(draft.validator()).isEmpty();
    }
  }

  @Test
  void takesTheRightBytesInTheSameDraftAfterWrongOnes() throws IOException {
    try (Draft draft = store().draft(NAME)) {
      write(draft, OTHER);
      assertThatThrownBy(() -> draft.commit(Expectation.of(DIGEST, WHEEL.length)))
          .isInstanceOf(CorruptContentException.class);
      write(draft, WHEEL);
      assertThat(draft.commit(Expectation.of(DIGEST, WHEEL.length)).digest()).isEqualTo(DIGEST);
    }
    assertThat(store().list()).containsExactly(DIGEST);
  }

  @Test
  void goesOnWhereAnEarlierRunStopped() throws IOException {
    try (Draft draft = store().draft(NAME)) {
      draft.validator(Optional.of("\"etag-1\""));
      draft.write(WHEEL, 0, 7);
    }
    reopen();
    try (Draft draft = store().draft(NAME)) {
      assertThat(draft.length()).isEqualTo(7);
      assertThat(draft.validator()).contains("\"etag-1\"");
      draft.write(WHEEL, 7, WHEEL.length - 7);
      assertThat(bytes(draft.commit(Expectation.of(DIGEST, WHEEL.length)))).isEqualTo(WHEEL);
    }
    reopen();
    try (Draft draft = store().draft(NAME)) {
      assertThat(draft.length()).isZero();
      assertThat(draft.validator()).isEmpty();
    }
  }

  @Test
  void verifiesTheBytesOfAnEarlierRunToo() throws IOException {
    try (Draft draft = store().draft(NAME)) {
      draft.write(OTHER, 0, 7);
    }
    reopen();
    try (Draft draft = store().draft(NAME)) {
      draft.write(WHEEL, 7, WHEEL.length - 7);
      assertThatThrownBy(() -> draft.commit(Expectation.of(DIGEST, WHEEL.length)))
          .isInstanceOf(CorruptContentException.class);
    }
    assertNothingIsLeft();
  }

  @Test
  void forgetsTheBytesAndTheirValidatorOnRestart() throws IOException {
    try (Draft draft = store().draft(NAME)) {
      draft.validator(Optional.of("\"etag-1\""));
      write(draft, OTHER);
      draft.restart();
      assertThat(draft.length()).isZero();
      assertThat(draft.validator()).isEmpty();
      write(draft, WHEEL);
      assertThat(draft.commit(Expectation.of(DIGEST, WHEEL.length)).digest()).isEqualTo(DIGEST);
    }
  }

  @Test
  void isReadableWhileItIsWrittenAndAfterwards() throws IOException {
    try (Draft draft = store().draft(NAME)) {
      draft.write(WHEEL, 0, 7);
      try (SeekableByteChannel reader = draft.reader()) {
        assertThat(text(reader, 7)).isEqualTo("the byt");
        draft.write(WHEEL, 7, WHEEL.length - 7);
        draft.commit(Expectation.of(DIGEST, WHEEL.length));
        assertThat(reader.position()).isEqualTo(7);
      }
      try (SeekableByteChannel late = draft.reader()) {
        assertThat(text(late, WHEEL.length)).isEqualTo("the bytes of a wheel");
      }
    }
  }

  @Test
  void givesReadersOfAnEarlierBeginningNothingOfALaterOne() throws IOException {
    try (Draft draft = store().draft(NAME)) {
      draft.write(OTHER, 0, 7);
      try (SeekableByteChannel before = draft.reader()) {
        draft.restart();
        write(draft, WHEEL);
        assertThat(text(before, 7)).isEqualTo("The byt");
        assertThat(before.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      }
    }
  }

  private static String text(SeekableByteChannel channel, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
      // until it is full
    }
    return new String(buffer.array(), 0, buffer.position(), UTF_8);
  }

  @Test
  void replacesTheValidator() throws IOException {
    try (Draft draft = store().draft(NAME)) {
      draft.validator(Optional.of("\"etag-1\""));
      draft.validator(Optional.of("\"etag-2\""));
      draft.write(WHEEL, 0, 7);
    }
    reopen();
    try (Draft draft = store().draft(NAME)) {
      assertThat(draft.validator()).contains("\"etag-2\"");
      draft.validator(Optional.empty());
      assertThat(draft.validator()).isEmpty();
    }
  }

  @Test
  void keepsTwoDraftsOfOneNameApart() throws IOException {
    BlobStore store = store();
    try (Draft first = store.draft(NAME);
        Draft second = store.draft(NAME)) {
      first.write(WHEEL, 0, 7);
      write(second, WHEEL);
      assertThat(second.length()).isEqualTo(WHEEL.length);
      second.commit(Expectation.of(DIGEST, WHEEL.length));
      assertThat(first.length()).isEqualTo(7);
      first.write(WHEEL, 7, WHEEL.length - 7);
      first.commit(Expectation.of(DIGEST, WHEEL.length));
    }
    assertThat(bytes(store.find(DIGEST).orElseThrow())).isEqualTo(WHEEL);
    assertThat(store.list()).containsExactly(DIGEST);
  }

  @Test
  void goesOnWithTheFirstOfTwoDraftsAfterBothWereClosed() throws IOException {
    BlobStore store = store();
    try (Draft first = store.draft(NAME);
        Draft second = store.draft(NAME)) {
      first.write(WHEEL, 0, 7);
      second.write(OTHER, 0, 3);
    }
    try (Draft draft = store.draft(NAME)) {
      assertThat(draft.length()).isEqualTo(7);
    }
  }

  @Test
  void takesTheSameBytesTwice() throws IOException {
    Blob first = store().put(WHEEL);
    Blob second = commit(WHEEL, Expectation.NOTHING);

    assertThat(second.digest()).isEqualTo(first.digest());
    assertThat(store().put(WHEEL).digest()).isEqualTo(DIGEST);
    assertThat(store().list()).containsExactly(DIGEST);
  }

  @Test
  void letsNobodyWriteToABlobThroughItsDraft() throws IOException {
    try (Draft draft = store().draft(NAME)) {
      write(draft, WHEEL);
      draft.commit(Expectation.of(DIGEST, WHEEL.length));
      assertThatThrownBy(() -> write(draft, OTHER)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(draft::restart).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> draft.commit(Expectation.NOTHING))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(bytes(store().find(DIGEST).orElseThrow())).isEqualTo(WHEEL);
  }

  @Test
  void listsInOrder() throws IOException {
    List<Sha256> digests =
        List.of(
            store().put(WHEEL).digest(),
            store().put(OTHER).digest(),
            store().put(new byte[9]).digest());

    assertThat(store().list()).containsExactlyElementsOf(digests.stream().sorted().toList());
  }

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void verifiesByWhateverDigestTheIndexStates(Algorithm algorithm) throws IOException {
    var hasher = new Hasher(algorithm);
    hasher.update(WHEEL, 0, WHEEL.length);
    Digest right = hasher.digest(algorithm);
    var wrong = new Digest(algorithm, "0".repeat(right.hex().length()));

    assertThat(commit(WHEEL, new Expectation(Optional.of(right), OptionalLong.empty())).digest())
        .isEqualTo(DIGEST);
    assertThatThrownBy(
            () -> commit(OTHER, new Expectation(Optional.of(wrong), OptionalLong.empty())))
        .isInstanceOf(CorruptContentException.class)
        .hasMessageContaining(algorithm.label() + "=");
    assertThat(store().list()).containsExactly(DIGEST);
  }

  @Test
  void holdsNoBytesAtAllToo() throws IOException {
    Sha256 empty = Sha256.of(new byte[0]);
    Blob blob = commit(new byte[0], Expectation.of(empty, 0));

    assertThat(blob.size()).isZero();
    assertThat(bytes(store().find(empty).orElseThrow())).isEmpty();
  }

  private Blob commit(byte[] bytes, Expectation expectation) throws IOException {
    try (Draft draft = store().draft(NAME)) {
      write(draft, bytes);
      return draft.commit(expectation);
    }
  }

  static void write(Draft draft, byte[] bytes) throws IOException {
    draft.write(bytes, 0, bytes.length);
  }

  static byte[] bytes(Blob blob) throws IOException {
    try (SeekableByteChannel channel = blob.open()) {
      return Channels.newInputStream(channel).readAllBytes();
    }
  }
}
