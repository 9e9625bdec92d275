package dev.airlock.packaging.repack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.digest.Sha256;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DerivationTest {
  private static final ProjectName PROJECT = new ProjectName("Some.Thing");
  private static final WheelFilename WHEEL =
      WheelFilename.parse("some_thing-1.0+a-py3-none-any.whl");
  private static final URI SOURCE = URI.create("https://files.pythonhosted.org/p/Some.Thing-1.tgz");

  private static Recipe recipe(String... requires) {
    return new Recipe(
        PROJECT,
        Version.parse("1.0+a"),
        SpecifierSet.parse(">=3.8,!=3.9.*"),
        List.of(requires).stream().map(Requirement::parse).toList(),
        Optional.of("python/lib"),
        List.of("thing", "Other"),
        List.of("single"));
  }

  private static Derivation derivation(Recipe recipe) {
    return new Derivation(
        SOURCE,
        SdistFilename.parse("Some.Thing-1.0+a.tar.gz", PROJECT),
        Sha256.of(new byte[0]),
        recipe);
  }

  @Test
  void namesTheWheelByPep427() {
    assertThat(recipe().wheel()).isEqualTo(WHEEL);
  }

  @Test
  void comesThroughItsAddress() {
    Derivation derivation =
        derivation(recipe("numpy<2,>=1.5", "a[b,c]; python_version >= '3.8' and extra == \"x y\""));

    assertThat(derivation.address().toString())
        .startsWith(SOURCE + "#repack=1&sdist=Some.Thing-1.0%2Ba.tar.gz&sdist-sha256=e3b0c442");
    assertThat(Derivation.of(derivation.address(), WHEEL)).contains(derivation);
  }

  @Test
  void movesWithoutBecomingAnother() {
    Derivation derivation = derivation(recipe("numpy"));
    Derivation moved = derivation.movedTo(URI.create("file:///srv/Some.Thing-1.0+a.tar.gz"));

    assertThat(moved.makesTheSameAs(derivation)).isTrue();
    assertThat(moved).isNotEqualTo(derivation);
    assertThat(derivation(recipe("numpy<2")).makesTheSameAs(derivation)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://h/some_thing-1.0+a-py3-none-any.whl",
        "https://h/some_thing-1.0+a-py3-none-any.whl#sha256=00",
        "https://h/?repack=1",
      })
  void takesOtherAddressesForThoseOfFiles(String address) {
    assertThat(Derivation.of(URI.create(address), WHEEL)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://h/a.tar.gz#repack=2&sdist=a-1.tar.gz&sdist-sha256=00",
        "https://h/a.tar.gz#repack=1",
        "https://h/a.tar.gz#repack=1&sdist=some_thing-1.0.tar.gz",
        "https://h/a.tar.gz#repack=1&sdist=..%2Fsome_thing-1.0.tar.gz",
        "https://h/a.tar.gz#repack=1&sdist=some_thing-1.0.tar.gz&root=..",
        "https://h/a.tar.gz#repack=1&sdist=some_thing-1.0.tar.gz&package=a%2Fb",
      })
  void refusesWhatItDoesNotUnderstand(String address) {
    assertThatThrownBy(() -> Derivation.of(URI.create(address), WHEEL))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void saysThatANewerAirlockMadeIt() {
    assertThatThrownBy(() -> Derivation.of(URI.create("https://h/a.tar.gz#repack=2"), WHEEL))
        .hasMessage(
            "'https://h/a.tar.gz#repack=2' is not a valid address of a repacked wheel: format 1 is"
                + " understood; a newer Airlock wrote it");
  }
}
