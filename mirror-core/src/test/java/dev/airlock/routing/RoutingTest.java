package dev.airlock.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.catalog.IndexKey;
import dev.airlock.fixtures.Presets;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.Preset;
import dev.airlock.preset.PresetReader;
import dev.airlock.preset.PresetSource;
import dev.airlock.upstream.PipConfig;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoutingTest {
  private static final URI PYPI = URI.create("https://pypi.org/simple/");
  private static final URI CU118 = URI.create("https://download.pytorch.org/whl/cu118");
  private static final URI CU121 = URI.create("https://download.pytorch.org/whl/cu121");
  private static final ProjectName TORCH = new ProjectName("torch");
  private static final ProjectName OTHER = new ProjectName("other");

  private static Preset preset(String name, URI torch) throws InvalidPresetException {
    return read(name, Presets.preset(name, PYPI).index("pytorch", torch, "torch"));
  }

  private static Preset read(String name, Presets text) throws InvalidPresetException {
    return PresetReader.read(
        new PresetSource(name, name, text.json(), Optional.empty(), Optional.empty()));
  }

  private static Settings settings(Settings.Index... indexes) {
    return new Settings(Arrays.asList(indexes), List.of(), List.of(), Duration.ZERO);
  }

  private static Settings.Index index(String name, URI address, String... patterns) {
    return new Settings.Index(
        RoutedIndex.of(name, address),
        Arrays.stream(patterns).map(ProjectPattern::new).toList(),
        patterns.length == 0);
  }

  private static String from(Decision decision) {
    return decision instanceof Decision.From(RoutedIndex index)
        ? index.name()
        : decision.toString();
  }

  @Test
  void takesAProjectFromTheIndexThatClaimsItAndOthersFromTheDefault()
      throws InvalidPresetException {
    Routing routing = Routing.of(preset("one", CU118));
    assertThat(routing.decide(TORCH))
        .isEqualTo(new Decision.From(RoutedIndex.of("pytorch", CU118)));
    assertThat(from(routing.decide(OTHER))).isEqualTo("pypi");
    assertThat(routing.indexes())
        .containsExactly(RoutedIndex.of("pypi", PYPI), RoutedIndex.of("pytorch", CU118));
  }

  @Test
  void admitsAProjectFromItsOneIndexOnly() throws InvalidPresetException {
    Routing routing = Routing.of(preset("one", CU118));
    assertThat(routing.admits(IndexKey.of(CU118), TORCH)).isTrue();
    assertThat(routing.admits(IndexKey.of(PYPI), TORCH)).isFalse();
    assertThat(routing.admits(IndexKey.of(CU118), OTHER)).isFalse();
    assertThat(routing.admits(IndexKey.of(PYPI), OTHER)).isTrue();
    assertThat(routing.admits(IndexKey.of(CU121), TORCH)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nvidia-cublas", "NVIDIA_cublas", "Nvidia.-_cublas"})
  void normalisesNamesBeforeItMatchesThem(String name) {
    Routing routing = Routing.of(settings(index("pypi", PYPI), index("cu", CU118, "nvidia_*")));
    assertThat(from(routing.decide(new ProjectName(name)))).isEqualTo("cu");
  }

  @Test
  void mixesNoTwoVariantsThatClaimTheSameProject() throws InvalidPresetException {
    Routing routing = Routing.of(List.of(preset("old", CU118), preset("new", CU121)));
    assertThat(routing.decide(TORCH))
        .isEqualTo(
            new Decision.Ambiguous(
                List.of(RoutedIndex.of("pytorch", CU118), RoutedIndex.of("pytorch", CU121))));
    assertThat(routing.admits(IndexKey.of(CU118), TORCH)).isTrue();
    assertThat(routing.admits(IndexKey.of(CU121), TORCH)).isTrue();
    assertThat(routing.admits(IndexKey.of(PYPI), TORCH)).isFalse();
    assertThat(from(routing.decide(OTHER))).isEqualTo("pypi");
  }

  @Test
  void isOfOneMindWherePresetsAgree() throws InvalidPresetException {
    Routing routing = Routing.of(List.of(preset("one", CU118), preset("two", CU118)));
    assertThat(from(routing.decide(TORCH))).isEqualTo("pytorch");
    assertThat(routing.indexes()).hasSize(2);
  }

  @Test
  void letsAClaimOfOnePresetGoBeforeTheDefaultOfAnother() throws InvalidPresetException {
    Routing routing =
        Routing.of(List.of(read("plain", Presets.preset("plain", PYPI)), preset("one", CU118)));
    assertThat(from(routing.decide(TORCH))).isEqualTo("pytorch");
    assertThat(routing.admits(IndexKey.of(PYPI), TORCH))
        .as("the plain preset has torch from its default")
        .isTrue();
  }

  @Test
  void isAmbiguousWherePresetsHaveDifferentDefaults() throws InvalidPresetException {
    Routing routing =
        Routing.of(
            List.of(
                read("one", Presets.preset("one", PYPI)),
                read("two", Presets.preset("two", CU121))));
    assertThat(routing.decide(OTHER)).isInstanceOf(Decision.Ambiguous.class);
  }

  @Test
  void isAmbiguousWherePatternsOverlap() {
    Routing routing =
        Routing.of(
            settings(
                index("pypi", PYPI), index("a", CU118, "torch*"), index("b", CU121, "*vision")));
    assertThat(routing.decide(new ProjectName("torchvision")))
        .isInstanceOf(Decision.Ambiguous.class);
    assertThat(from(routing.decide(new ProjectName("torchaudio")))).isEqualTo("a");
  }

  @Test
  void knowsNowhereForWhatNothingClaimsWithoutADefault() {
    Routing routing = Routing.of(settings(index("cu", CU118, "torch")));
    assertThat(routing.decide(OTHER)).isEqualTo(new Decision.Nowhere());
    assertThat(routing.admits(IndexKey.of(CU118), OTHER)).isFalse();
    assertThat(Routing.of(Settings.NONE).decide(OTHER)).isEqualTo(new Decision.Nowhere());
  }

  @Test
  void keepsOutWhatIsDenied() throws InvalidPresetException {
    Routing routing = Routing.of(preset("one", CU118)).denying(List.of(new ProjectPattern("Tor*")));
    assertThat(routing.decide(TORCH)).isEqualTo(new Decision.Denied("tor*"));
    assertThat(routing.admits(IndexKey.of(CU118), TORCH)).isFalse();
    assertThat(from(routing.decide(OTHER))).isEqualTo("pypi");
    assertThat(routing.denying(List.of(new ProjectPattern("other"))).decide(OTHER))
        .isEqualTo(new Decision.Denied("other"));
  }

  @Test
  void keepsOutWhatASettingsFileDenies() {
    var settings =
        new Settings(
            List.of(index("pypi", PYPI)),
            List.of(new ProjectPattern("evil")),
            List.of(),
            Duration.ZERO);
    assertThat(Routing.of(settings).decide(new ProjectName("EVIL")))
        .isEqualTo(new Decision.Denied("evil"));
  }

  // --- indexes that are searched

  private static Preset searching(String name, URI... searched) throws InvalidPresetException {
    Presets preset = Presets.preset(name, PYPI).index("pytorch", CU118, "torch");
    for (URI address : searched) {
      preset.searched("more" + address.getPort(), address);
    }
    return read(name, preset);
  }

  private static final URI FIRST = URI.create("https://more.example:1/simple/");
  private static final URI SECOND = URI.create("https://more.example:2/simple/");

  private static List<URI> search(Decision decision) {
    return decision instanceof Decision.Search(List<RoutedIndex> indexes)
        ? indexes.stream().map(RoutedIndex::declared).toList()
        : List.of();
  }

  @Test
  void searchesInTheOrderOfThePresetAndAsksTheDefaultLast() throws InvalidPresetException {
    Routing routing = Routing.of(searching("one", FIRST, SECOND));
    assertThat(search(routing.decide(OTHER))).containsExactly(FIRST, SECOND, PYPI);
    assertThat(from(routing.decide(TORCH))).isEqualTo("pytorch");
    assertThat(routing.order())
        .extracting(RoutedIndex::declared)
        .containsExactly(FIRST, SECOND, PYPI);
  }

  @Test
  void admitsNoneForCertainOfThoseThatAreSearched() throws InvalidPresetException {
    Routing routing = Routing.of(searching("one", FIRST));
    for (URI address : List.of(FIRST, PYPI)) {
      assertThat(routing.admits(IndexKey.of(address), OTHER)).isFalse();
      assertThat(routing.searches(IndexKey.of(address), OTHER)).hasSize(1);
      assertThat(routing.searches(IndexKey.of(address), TORCH)).isEmpty();
    }
    assertThat(routing.searches(IndexKey.of(SECOND), OTHER)).isEmpty();
    assertThat(routing.admits(IndexKey.of(CU118), TORCH)).isTrue();
    assertThat(
            routing
                .denying(List.of(new ProjectPattern("other")))
                .searches(IndexKey.of(PYPI), OTHER))
        .isEmpty();
  }

  @Test
  void searchesAllThatPresetsSearchBeforeTheDefaultThatTheyShare() throws InvalidPresetException {
    Routing routing =
        Routing.of(
            List.of(
                read("plain", Presets.preset("plain", PYPI)),
                searching("two", SECOND),
                searching("one", FIRST, SECOND)));
    assertThat(search(routing.decide(OTHER))).containsExactly(SECOND, FIRST, PYPI);
    assertThat(routing.admits(IndexKey.of(PYPI), OTHER)).as("by the plain one").isTrue();
    Routing apart =
        Routing.of(List.of(read("corp", Presets.preset("corp", CU121)), searching("one", FIRST)));
    assertThat(apart.decide(OTHER)).isInstanceOf(Decision.Ambiguous.class);
  }

  @Test
  void searchesWhatThisMachineHasBesideAfterThePresetsOwn() throws InvalidPresetException {
    var pip =
        new PipConfig(
            Optional.empty(),
            List.of(URI.create("https://me:secret@more.example:2/simple/"), PYPI),
            List.of(URI.create("file:///srv/wheels/")),
            false);
    List<RoutedIndex> beside = new LocalPlaces(Map.of(), pip).beside();
    Routing routing = Routing.of(searching("one", FIRST)).searching(beside);
    assertThat(search(routing.decide(OTHER)))
        .containsExactly(FIRST, URI.create("file:///srv/wheels/"), SECOND, PYPI);
    assertThat(from(routing.decide(TORCH))).isEqualTo("pytorch");
  }

  @Test
  void asksAMirrorForTheIndexThatItStandsFor() {
    URI mirror = URI.create("https://me:secret@mirror.example/simple/");
    RoutedIndex pypi = RoutedIndex.of("pypi", PYPI);
    RoutedIndex second = RoutedIndex.of(SECOND.toString(), SECOND);
    URI secret = URI.create("https://me:secret@more.example:2/simple/");
    var pip = new PipConfig(Optional.of(mirror), List.of(secret), List.of(), false);
    var places = new LocalPlaces(Map.of(), pip);
    assertThat(places.address(pypi, true)).contains(mirror);
    assertThat(places.address(pypi, false)).contains(PYPI);
    assertThat(places.address(second, false)).contains(secret);
    assertThat(new LocalPlaces(Map.of("pypi", CU118), pip).address(pypi, true)).contains(CU118);
    var none = new PipConfig(Optional.of(mirror), List.of(secret), List.of(), true);
    assertThat(new LocalPlaces(Map.of(), none).address(pypi, true)).isEmpty();
    assertThat(new LocalPlaces(Map.of(), none).beside()).isEmpty();
  }

  @Test
  void asksNoOtherIndexWhereThePresetHasNone() throws InvalidPresetException {
    var pip =
        new PipConfig(
            Optional.of(FIRST), List.of(SECOND), List.of(URI.create("file:///srv/more/")), false);
    var places = new LocalPlaces(Map.of(), pip);
    String json =
        Presets.preset("flat", URI.create("file:///srv/wheels/"))
            .json()
            .replace("\"default\": true", "\"format\": \"flat\", \"default\": true");
    Routing routing =
        Routing.of(
                PresetReader.read(
                    new PresetSource("flat", "flat", json, Optional.empty(), Optional.empty())))
            .searching(places.beside());
    assertThat(search(routing.decide(OTHER)))
        .containsExactly(URI.create("file:///srv/more/"), URI.create("file:///srv/wheels/"));
    assertThat(places.address(routing.order().getLast(), true))
        .contains(URI.create("file:///srv/wheels/"));
  }
}
