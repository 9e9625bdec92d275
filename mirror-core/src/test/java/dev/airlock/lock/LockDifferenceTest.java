package dev.airlock.lock;

import static dev.airlock.lock.LockedBuilder.locked;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.digest.Sha256;
import dev.airlock.lock.LockDifference.Files;
import dev.airlock.lock.LockDifference.Kind;
import dev.airlock.packaging.tag.Platform;
import dev.airlock.packaging.target.Target;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LockDifferenceTest {
  private static final Target TARGET = Target.of("3.10", Platform.parse("manylinux_2_35_x86_64"));

  private static Lock lock(LockedBuilder... packages) {
    return new Lock(
        "p",
        Sha256.of(new byte[0]),
        List.of(TARGET),
        List.of(packages).stream().map(locked -> locked.on(TARGET).build()).toList());
  }

  private static LockedBuilder pure(String project, String version, long size) {
    return locked(project, version).wheel(project + "-" + version + "-py3-none-any.whl", size);
  }

  private static List<String> told(LockDifference difference) {
    return difference.changes().stream()
        .map(change ->
            change.kind()
                + " "
                + change.project()
                + " "
                + change.earlier()
                + " "
                + change.before().bytes()
                + " "
                + change.later()
                + " "
                + change.after().bytes())
        .toList();
  }

  @Test
  void namesWhatCameWentAndChanged() {
    var difference =
        LockDifference.between(
            Optional.of(lock(pure("gone", "1", 7), pure("kept", "1", 20), pure("moved", "1", 100))),
            lock(pure("came", "3", 8), pure("kept", "1", 20), pure("moved", "2", 300)));

    assertThat(told(difference))
        .containsExactly(
            "ADDED came [] 0 [3] 8", "REMOVED gone [1] 7 [] 0", "VERSIONS moved [1] 100 [2] 300");
    assertThat(difference.before()).isEqualTo(new Files(3, 127));
    assertThat(difference.after()).isEqualTo(new Files(3, 328));
    assertThat(difference.fresh()).isEqualTo(new Files(2, 308));
    assertThat(difference.count(Kind.VERSIONS)).isEqualTo(1);
  }

  @Test
  void seesOtherFilesOfTheSameVersion() {
    var built = locked("a", "1").wheel("a-1-py3-none-any.whl", 10, "first");
    var rebuilt = locked("a", "1").wheel("a-1-py3-none-any.whl", 11, "second");

    assertThat(told(LockDifference.between(Optional.of(lock(built)), lock(rebuilt))))
        .containsExactly("FILES a [1] 10 [1] 11");
  }

  @Test
  void isEmptyWhenNothingChanged() {
    var same = lock(pure("a", "1", 1), pure("a", "2", 1).role(LockedPackage.Role.BUILD));

    assertThat(LockDifference.between(Optional.of(same), same).isEmpty()).isTrue();
    assertThat(LockDifference.between(Optional.of(same), same).fresh()).isEqualTo(new Files(0, 0));
  }

  @Test
  void listsAllVersionsOfAProjectThatHasSeveral() {
    var earlier = lock(pure("a", "1.10", 1), pure("a", "1.9", 1).role(LockedPackage.Role.BUILD));
    var later = lock(pure("a", "2", 1), pure("a", "1.9", 1).role(LockedPackage.Role.BUILD));

    assertThat(told(LockDifference.between(Optional.of(earlier), later)))
        .containsExactly("VERSIONS a [1.9, 1.10] 2 [1.9, 2] 2");
  }

  @Test
  void addsEverythingWhereThereWasNoLock() {
    var difference = LockDifference.between(Optional.empty(), lock(pure("a", "1", 5)));

    assertThat(told(difference)).containsExactly("ADDED a [] 0 [1] 5");
    assertThat(difference.before()).isEqualTo(new Files(0, 0));
  }

  @Test
  void countsBytesThatTwoVersionsShareOnce() {
    var one = locked("a", "1").wheel("a-1-py3-none-any.whl", 10, "same");
    var two = locked("b", "1").wheel("b-1-py3-none-any.whl", 10, "same");

    assertThat(LockDifference.between(Optional.empty(), lock(one, two)).after())
        .isEqualTo(new Files(1, 10));
  }
}
