package dev.airlock.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.fixtures.PackagingTexts;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.marker.Environment;
import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.marker.Variable;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.tag.Platform;
import dev.airlock.packaging.tag.SupportedTags;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What holds for all versions, specifiers, markers, names and tags: tried with generated ones. */
class PackagingPropertiesTest {
  private static final int TRIES = 20_000;

  @Test
  void ordersVersionsTotally() {
    var texts = new PackagingTexts(101);
    for (int i = 0; i < TRIES; i++) {
      Version a = Version.parse(texts.version());
      Version b = Version.parse(texts.near(a.toString()));
      Version c = Version.parse(texts.near(b.toString()));

      assertThat(Integer.signum(a.compareTo(b))).isEqualTo(-Integer.signum(b.compareTo(a)));
      assertThat(a.equals(b)).isEqualTo(a.compareTo(b) == 0);
      if (a.equals(b)) {
        assertThat(a).hasSameHashCodeAs(b);
      }
      if (a.compareTo(b) <= 0 && b.compareTo(c) <= 0) {
        assertThat(a).isLessThanOrEqualTo(c);
      }
    }
  }

  @Test
  void readsEveryVersionThatItPrintsAndPrintsItTheSame() {
    var texts = new PackagingTexts(102);
    for (int i = 0; i < TRIES; i++) {
      Version version = Version.parse(texts.version());

      assertThat(Version.parse(version.toString())).isEqualTo(version);
      assertThat(Version.parse(version.toString())).hasToString(version.toString());
    }
  }

  @Test
  void admitsWithTwoSpecifiersWhatBothAdmit() {
    var texts = new PackagingTexts(103);
    for (int i = 0; i < TRIES; i++) {
      Version version = Version.parse(texts.version());
      SpecifierSet one = specifiers(texts, version);
      SpecifierSet other = specifiers(texts, version);
      boolean both = one.contains(version) && other.contains(version);

      assertThat(one.and(other).contains(version)).isEqualTo(both);
      assertThat(SpecifierSet.parse(one + "," + other).contains(version)).isEqualTo(both);
      assertThat(SpecifierSet.parse(one.toString())).isEqualTo(one);
    }
  }

  /** Clauses without mistakes. */
  private static SpecifierSet specifiers(PackagingTexts texts, Version version) {
    while (true) {
      try {
        return SpecifierSet.parse(texts.specifiers(version.toString()));
      } catch (MalformedException generatedWithAMistake) {
        // The next one, then.
      }
    }
  }

  @Test
  void explainsTheOperatorsByEachOther() {
    var texts = new PackagingTexts(104);
    for (int i = 0; i < TRIES; i++) {
      Version version = Version.parse(texts.version());
      Version bound = Version.parse(texts.near(version.toString())).withoutLocal();
      Version base = bound.base();
      List<String> numbers = new ArrayList<>();
      base.release().forEach(number -> numbers.add(number.toString()));
      String epoch = base.epoch().signum() == 0 ? "" : base.epoch() + "!";
      String prefix = epoch + String.join(".", numbers);
      int last = numbers.size() - 1;
      numbers.set(last, base.release().get(last).add(BigInteger.ONE).toString());
      String next = epoch + String.join(".", numbers);

      assertThat(holds("!=" + bound, version)).isEqualTo(!holds("==" + bound, version));
      assertThat(holds("!=" + prefix + ".*", version))
          .isEqualTo(!holds("==" + prefix + ".*", version));
      assertThat(holds("==" + prefix + ".*", version))
          .isEqualTo(
              Version.parse(prefix + ".dev0").compareTo(version) <= 0
                  && version.compareTo(Version.parse(next + ".dev0")) < 0);
      assertThat(holds("<=" + bound, version)).isEqualTo(!isAfter(version, bound));
      if (last > 0) {
        String series = epoch + String.join(".", numbers.subList(0, last));
        assertThat(holds("~=" + bound, version))
            .isEqualTo(holds(">=" + bound, version) && holds("==" + series + ".*", version));
      }
    }
  }

  private static boolean holds(String specifier, Version version) {
    return SpecifierSet.parse(specifier).contains(version);
  }

  private static boolean isAfter(Version version, Version bound) {
    return version.withoutLocal().compareTo(bound) > 0;
  }

  @Test
  void readsEveryMarkerAndRequirementThatItPrints() {
    var texts = new PackagingTexts(105);
    var environment =
        new Environment(Map.of(Variable.PYTHON_VERSION, "3.11", Variable.OS_NAME, "posix"));
    int read = 0;
    for (int i = 0; i < TRIES; i++) {
      try {
        Marker marker = Marker.parse(texts.marker());
        Marker printed = Marker.parse(marker.toString());
        assertThat(printed).hasToString(marker.toString());
        assertThat(environment.satisfies(printed)).isEqualTo(environment.satisfies(marker));
        Requirement requirement = Requirement.parse(texts.requirement());
        assertThat(Requirement.parse(requirement.toString())).hasToString(requirement.toString());
        read++;
      } catch (MalformedException generatedWithAMistake) {
        // The next one, then.
      }
    }
    assertThat(read).isGreaterThan(TRIES / 3);
  }

  @Test
  void joinsMarkersAsLogicDoes() {
    var texts = new PackagingTexts(106);
    var environment = new Environment(Map.of(Variable.PYTHON_VERSION, "3.11"));
    for (int i = 0; i < TRIES; i++) {
      try {
        Marker one = Marker.parse(texts.marker());
        Marker other = Marker.parse(texts.marker());
        boolean first = environment.satisfies(one);
        boolean second = environment.satisfies(other);

        assertThat(environment.satisfies(Marker.parse("(" + one + ") and (" + other + ")")))
            .isEqualTo(first && second);
        assertThat(environment.satisfies(Marker.parse("(" + one + ") or (" + other + ")")))
            .isEqualTo(first || second);
      } catch (MalformedException generatedWithAMistake) {
        // The next one, then.
      }
    }
  }

  @Test
  void normalizesNamesOnce() {
    var texts = new PackagingTexts(107);
    for (int i = 0; i < TRIES; i++) {
      String name = texts.name();
      ProjectName once = new ProjectName(name);

      assertThat(new ProjectName(once.value())).isEqualTo(once);
      WheelFilename wheel =
          WheelFilename.parse(once.value().replace('-', '_') + "-1.0-py3-none-any.whl");
      assertThat(wheel.project()).isEqualTo(once);
      assertThat(WheelFilename.parse(wheel.text())).isEqualTo(wheel);
    }
  }

  @Test
  void listsNoTagTwiceAndKeepsTheOrderOfAnOlderGlibc() {
    for (int minor = 5; minor < 45; minor++) {
      List<String> older = Platform.parse("manylinux_2_" + minor + "_x86_64").tags();
      List<String> newer = Platform.parse("manylinux_2_" + (minor + 1) + "_x86_64").tags();
      assertThat(newer).endsWith(older.toArray(String[]::new));

      for (boolean freeThreaded : List.of(false, true)) {
        var tags =
            SupportedTags.cpython(
                    3, 14, freeThreaded, Platform.parse("manylinux_2_" + minor + "_x86_64"))
                .tags();
        assertThat(new HashSet<>(tags)).hasSameSizeAs(tags);
      }
    }
  }
}
