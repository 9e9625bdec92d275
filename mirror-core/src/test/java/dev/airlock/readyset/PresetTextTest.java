package dev.airlock.readyset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.preset.Preset;
import dev.airlock.preset.PresetSource;
import dev.airlock.sync.PresetBundle;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PresetTextTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "/home/me/My App/requirements.txt, my-app, My App/requirements.txt",
    "/home/me/app/uv.lock, app, app/uv.lock",
    "/home/me/app/requirements-dev.txt, requirements-dev, app/requirements-dev.txt",
    "/home/me/app/pylock.toml, app, app/pylock.toml",
    "/home/me/app/pylock.GPU.toml, gpu, app/pylock.GPU.toml",
    "/requirements.txt, '', /requirements.txt",
  })
  void isNamedAfterTheFileOrItsFolder(Path file, String name, String madeFrom) {
    assertThat(PresetText.usualName(file)).isEqualTo(name);
    assertThat(PresetText.isName(name)).isEqualTo(!name.isEmpty());
    assertThat(PresetText.madeFrom(file)).isEqualTo(madeFrom);
  }

  @Test
  void makesAPresetThatSaysWhatTheFileSays() throws Exception {
    var sets = new ReadySets(folder);
    ReadySet set =
        sets.file(
                "requirements.txt",
                """
                --pre
                --only-binary=:all:
                --no-binary=b
                -i https://pypi.example/simple/

                a==1.0 --hash=sha256:%s
                b==2.0 --hash=sha512:%s
                """
                    .formatted("a".repeat(64), "b".repeat(128)))
            .read("requirements.txt");
    PresetSource source =
        PresetText.of(
            set,
            "app",
            "app/requirements.txt",
            List.of(Target.parse("cp310-manylinux_2_35_x86_64")));
    Preset preset = PresetBundle.read(source).preset();
    assertThat(preset.name()).isEqualTo("app");
    assertThat(preset.madeFrom()).contains("app/requirements.txt");
    assertThat(preset.requiresHashes()).isTrue();
    assertThat(preset.noDependencies()).isFalse();
    assertThat(preset.prereleases().all()).isTrue();
    assertThat(preset.takesSdists(new ProjectName("a"))).isFalse();
    assertThat(preset.takesSdists(new ProjectName("b"))).isTrue();
    assertThat(preset.takesWheels(new ProjectName("b"))).isFalse();
    assertThat(preset.defaultIndex().url()).hasToString("https://pypi.example/simple/");
    assertThat(preset.roots())
        .map(root -> root.place() + " " + root.requirement())
        .containsExactly("requirements.txt line 6 a==1.0", "requirements.txt line 7 b==2.0");
  }
}
