package dev.airlock.server.pullthrough;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.digest.Sha256;
import dev.airlock.fixtures.MemoryBlobStore;
import dev.airlock.store.Blob;
import dev.airlock.store.CorruptContentException;
import dev.airlock.store.GrowingBytes;
import dev.airlock.store.GrowingBytes.Outcome;
import dev.airlock.store.ProvenBlobs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VerificationsTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final byte[] BYTES = new byte[1 << 20];

  private final ProvenBlobs proven = new ProvenBlobs();
  private final MemoryBlobStore blobs = new MemoryBlobStore();
  private final AtomicBoolean storeIsThere = new AtomicBoolean(true);
  private final Verifications verifications = new Verifications(blobs, proven, storeIsThere::get);
  private final CountDownLatch mayBeRead = new CountDownLatch(1);

  @AfterEach
  void close() {
    mayBeRead.countDown();
    verifications.close();
  }

  /** A blob that can be read when the test says so. */
  private final class Gated implements Blob {
    private final Sha256 digest;

    Gated(Sha256 digest) {
      this.digest = digest;
    }

    @Override
    public Sha256 digest() {
      return digest;
    }

    @Override
    public long size() {
      return BYTES.length;
    }

    @Override
    public Object identity() {
      return "the same";
    }

    @Override
    public Instant written() {
      return Instant.EPOCH;
    }

    @Override
    public SeekableByteChannel open() {
      return new SeekableInMemoryByteChannel(BYTES) {
        @Override
        public int read(ByteBuffer buffer) throws IOException {
          try {
            mayBeRead.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
          }
          return super.read(buffer);
        }
      };
    }
  }

  @Test
  void hashesOnceForAllWhoAsk() throws IOException {
    var blob = new Gated(Sha256.of(BYTES));

    GrowingBytes first = verifications.begin(blob);
    GrowingBytes second = verifications.begin(new Gated(Sha256.of(BYTES)));

    assertThat(second).isSameAs(first);
    assertThat(first.view().readable()).isZero();
    mayBeRead.countDown();
    GrowingBytes.View end = first.awaitEnd(LONG);
    assertThat(end.outcome()).containsInstanceOf(Outcome.Whole.class);
    assertThat(end.readable()).isEqualTo(BYTES.length);
    assertThat(proven.isSound(blob)).isTrue();
  }

  @Test
  void keepsTheLastByteOfWhatIsDamaged() throws IOException {
    var blob = new Gated(Sha256.of(new byte[1]));
    GrowingBytes bytes = verifications.begin(blob);
    mayBeRead.countDown();

    GrowingBytes.View end = bytes.awaitEnd(LONG);

    assertThat(end.outcome()).containsInstanceOf(Outcome.Failed.class);
    assertThat(end.readable()).isLessThan(BYTES.length);
    assertThat(proven.isDamaged(blob)).isTrue();
  }

  /** A blob of a store that has a bad sector. */
  private record BadSector(Blob held) implements Blob {
    @Override
    public Sha256 digest() {
      return held.digest();
    }

    @Override
    public long size() {
      return held.size();
    }

    @Override
    public Object identity() throws IOException {
      return held.identity();
    }

    @Override
    public Instant written() throws IOException {
      return held.written();
    }

    @Override
    public SeekableByteChannel open() {
      return new SeekableInMemoryByteChannel(BYTES) {
        @Override
        public int read(ByteBuffer buffer) throws IOException {
          throw new IOException("Input/output error");
        }
      };
    }
  }

  @Test
  void putsAsideWhatTheDiskCannotRead() throws IOException {
    Blob blob = new BadSector(blobs.put(BYTES));

    GrowingBytes.View end = verifications.begin(blob).awaitEnd(LONG);

    assertThat(end.outcome())
        .hasValueSatisfying(outcome ->
            assertThat(((Outcome.Failed) outcome).reason())
                .isInstanceOf(CorruptContentException.class)
                .hasMessageContaining("it cannot be read: Input/output error"));
    assertThat(proven.isDamaged(blob)).isTrue();
  }

  @Test
  void condemnsNothingWhileTheStoreIsGone() throws IOException {
    storeIsThere.set(false);
    Blob blob = new BadSector(blobs.put(BYTES));

    GrowingBytes.View end = verifications.begin(blob).awaitEnd(LONG);

    assertThat(end.outcome())
        .hasValueSatisfying(outcome ->
            assertThat(((Outcome.Failed) outcome).reason())
                .isNotInstanceOf(CorruptContentException.class)
                .hasMessage("Input/output error"));
    assertThat(proven.isDamaged(blob)).isFalse();
  }

  @Test
  void endsWhatIsUnderWayWhenItIsClosed() throws IOException {
    GrowingBytes bytes = verifications.begin(new Gated(Sha256.of(BYTES)));

    verifications.close();

    assertThat(bytes.awaitEnd(LONG).outcome()).containsInstanceOf(Outcome.Failed.class);
  }
}
