package dev.airlock.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class VersionSetTest {
  private static final int TRIES = 10_000;

  private final Random random = new Random(1);

  @Test
  void isAnAlgebraOfSets() {
    for (int i = 0; i < TRIES; i++) {
      int universe = 1 + random.nextInt(130);
      VersionSet a = some(universe);
      VersionSet b = some(universe);
      VersionSet c = some(universe);

      assertThat(a.and(b).complement()).isEqualTo(a.complement().or(b.complement()));
      assertThat(a.or(b).complement()).isEqualTo(a.complement().and(b.complement()));
      assertThat(a.and(b.or(c))).isEqualTo(a.and(b).or(a.and(c)));
      assertThat(a.complement().complement()).isEqualTo(a);
      assertThat(a.and(a.complement()).isEmpty()).isTrue();
      assertThat(a.or(a.complement()).isFull()).isTrue();
      assertThat(a.isSubsetOf(b)).isEqualTo(a.and(b).equals(a));
      assertThat(a.isDisjoint(b)).isEqualTo(a.and(b).isEmpty());
      assertThat(a.size() + a.complement().size()).isEqualTo(universe);
    }
  }

  private VersionSet some(int universe) {
    int one = random.nextInt(8);
    return VersionSet.of(
        universe, random.ints(0, universe).limit(one == 0 ? 0 : random.nextInt(universe)));
  }
}
