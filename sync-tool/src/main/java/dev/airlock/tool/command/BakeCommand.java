package dev.airlock.tool.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.sync.PresetBundle;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code airlock bake}: a definition for {@code docker buildx bake} that builds the images of
 * presets.
 *
 * @see <a href="https://docs.docker.com/build/bake/reference/">the Bake file reference</a>
 */
@Command(
    name = "bake",
    description =
        "Prints a docker-bake.json that builds the images of presets, one target each. In the names"
            + " of targets '_' stands for what Bake does not take, as in ubuntu22_04-cuda11_8.",
    footer = {
      "",
      "airlock bake PRESET --mirror http://HOST:3143 > docker-bake.json && docker buildx bake"
    })
final class BakeCommand extends AirlockCommand {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  @Parameters(
      arity = "1..*",
      paramLabel = "PRESET",
      description = "The presets, by their names or the paths of their folders.")
  private List<String> presets = new ArrayList<>();

  @Option(
      names = "--mirror",
      paramLabel = "URL",
      description =
          "The mirror's address as the builds see it. On loopback they take the host's network;"
              + " host.docker.internal is made known to them.")
  private @Nullable String mirror;

  @Option(
      names = {"-t", "--tag"},
      paramLabel = "IMAGE",
      defaultValue = "airlock/%s",
      description =
          "The names of the images, with %%s for the preset's. Default: ${DEFAULT-VALUE}.")
  private String tag = "airlock/%s";

  @Option(
      names = "--context",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "The folder that has docker/Dockerfile. Default: ${DEFAULT-VALUE}.")
  private String context = ".";

  @Mixin private StoreOption store = new StoreOption();

  BakeCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    Optional<URI> address =
        mirror == null
            ? Optional.empty()
            : Optional.of(Parsed.option("--mirror", mirror, MirrorAddress::parse));
    Map<String, PresetBundle> targets = new TreeMap<>();
    for (String preset : presets) {
      PresetBundle bundle = new Presets(around).anywhere(preset, store.store(around));
      PresetBundle other = targets.put(target(bundle), bundle);
      if (other != null && !other.preset().name().equals(bundle.preset().name())) {
        throw new CommandException(
            ExitCode.USAGE,
            "the presets '%s' and '%s' would both be the target '%s': bake one at a time"
                .formatted(other.preset().name(), bundle.preset().name(), target(bundle)));
      }
    }
    ObjectNode file = JSON.createObjectNode();
    targets.keySet().forEach(file.putObject("group").putObject("default").putArray("targets")::add);
    ObjectNode all = file.putObject("target");
    targets.forEach((name, bundle) -> describe(all.putObject(name), bundle, address));
    around.terminal().print(indented(file));
    return ExitCode.OK;
  }

  private static String target(PresetBundle bundle) {
    return bundle.preset().name().replaceAll("[^A-Za-z0-9_-]", "_");
  }

  private void describe(ObjectNode target, PresetBundle bundle, Optional<URI> address) {
    target.put("context", literal(context)).put("dockerfile", "docker/Dockerfile");
    ObjectNode arguments = target.putObject("args");
    BuildArguments.of(bundle, address.map(URI::toString))
        .forEach((name, value) -> arguments.put(name, literal(value)));
    target.putArray("tags").add(literal(tag.replace("%s", imageName(bundle.preset().name()))));
    if (address.isEmpty()) {
      return;
    }
    // An attestation of the build would name the mirror.
    target.putArray("attest").add("type=provenance,disabled=true");
    String host = address.get().getHost();
    if (MirrorAddress.isLoopback(host)) {
      target.put("network", "host");
    } else if (host.equals(Engine.DOCKER_GATEWAY)) {
      target.putObject("extra-hosts").put(Engine.DOCKER_GATEWAY, "host-gateway");
    }
  }

  /** The name of an image has lower-case letters only. */
  private static String imageName(String preset) {
    return preset.toLowerCase(Locale.ROOT);
  }

  /** What Bake reads as just this text: in JSON, too, it looks for templates. */
  private static String literal(String text) {
    return text.replace("${", "$${").replace("%{", "%%{");
  }

  private static String indented(ObjectNode file) {
    try {
      return JSON.writeValueAsString(file);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values is always JSON", e);
    }
  }
}
