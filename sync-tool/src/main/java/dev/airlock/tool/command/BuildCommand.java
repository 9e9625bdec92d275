package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.sync.PresetBundle;
import dev.airlock.tool.terminal.Amounts;
import dev.airlock.tool.terminal.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code airlock build}: builds a preset's image through a mirror, and proves that it did. */
@Command(
    name = "build",
    description =
        "Builds the image of a preset with docker, podman or buildah. A mirror of the store runs as"
            + " long as the build does; what it holds comes from the store, all else from its"
            + " index, once. At the end its log has to show that it sent all that was installed.")
final class BuildCommand extends AirlockCommand {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DOCKERFILE = "docker/Dockerfile";

  @Parameters(
      index = "0",
      paramLabel = "PRESET",
      description = "The preset: its name, or the path of its folder.")
  private String preset = "";

  @Parameters(
      index = "1..*",
      paramLabel = "OPTION",
      description = "Options that the engine's build is given as they are; write -- before them.")
  private List<String> engineOptions = new ArrayList<>();

  @Option(
      names = "--engine",
      paramLabel = "COMMAND",
      description =
          "docker, podman or buildah, and options of theirs: 'buildah --storage-driver vfs'."
              + " Default: the first of them that is installed.")
  private String engine = "";

  @Option(
      names = "--offline",
      description = "Build from what the store holds: the mirror asks no index.")
  private boolean offline;

  @Option(
      names = "--mirror",
      paramLabel = "URL",
      description =
          "Build through a mirror that runs already, at its address as the build sees it. Its log"
              + " is not looked at.")
  private @Nullable String mirror;

  @Option(
      names = "--network",
      paramLabel = "NETWORK",
      description =
          "How the build reaches the mirror: host, by the host's network; bridge, at the host's"
              + " address in the engine's network; gateway, by the engine's name for the host."
              + " Default: host, but gateway for Docker Desktop.")
  private Engine.@Nullable Network network;

  @Option(
      names = {"-t", "--tag"},
      paramLabel = "IMAGE",
      description = "The name of the image. Default: airlock/ and the preset's name.")
  private @Nullable String tag;

  @Option(
      names = "--build-arg",
      paramLabel = "NAME=VALUE",
      description = "A build argument that replaces the preset's. May be given several times.")
  private Map<String, String> replacedArguments = new LinkedHashMap<>();

  @Option(
      names = "--no-cache",
      description = "Run every step, though the engine knows its outcome.")
  private boolean noCache;

  @Option(
      names = "--context",
      paramLabel = "DIR",
      description = "The folder that has docker/Dockerfile. Default: that of the launcher.")
  private @Nullable Path context;

  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private IndexOptions indexes = new IndexOptions();

  BuildCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return common.json();
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    if (offline && mirror != null) {
      throw new CommandException(
          ExitCode.USAGE,
          "--offline is for the mirror that a build starts: leave out either it or --mirror");
    }
    PresetBundle bundle = new Presets(around).anywhere(preset, common.store(around));
    NameOwner.require(
        bundle,
        common.store(around),
        "run `airlock sync` of this one with --name NEW and build that, or with --replace to put it"
            + " in the place of the other one");
    Engine chosen = Engine.of(engine, around.variable("PATH")).behindItsName();
    String image = tag == null ? "airlock/" + bundle.preset().name().toLowerCase(Locale.ROOT) : tag;
    if (mirror != null) {
      URI address = Parsed.option("--mirror", mirror, MirrorAddress::parse);
      List<String> options =
          network == null ? chosen.optionsFor(address.getHost()) : chosen.way(network).options();
      built(around, chosen, words(around, chosen, options, bundle, address.toString(), image));
      return told(around.terminal(), image, Optional.empty(), new BuildProof());
    }
    Engine.Way way = chosen.way(network == null ? chosen.usualNetwork() : network);
    BuildProof proof;
    MirrorProcess own = MirrorProcess.start(server(around, bundle, way));
    try (own) {
      String address = "http://" + way.host() + ":" + own.port();
      around.terminal().say("airlock: the mirror for this build is at " + address);
      proof = built(around, chosen, words(around, chosen, way.options(), bundle, address, image));
    }
    return told(around.terminal(), image, Optional.of(own), proof);
  }

  private ProcessBuilder server(Surroundings around, PresetBundle bundle, Engine.Way way)
      throws CommandException {
    Path launcher = home(around).resolve("airlock");
    if (!Files.isExecutable(launcher)) {
      throw new CommandException(
          ExitCode.USAGE,
          "there is no launcher '%s': start `build` by it, or name a mirror with --mirror"
              .formatted(launcher));
    }
    var words = new ArrayList<>(List.of(launcher.toString(), "serve"));
    words.addAll(List.of("--mode", offline ? "offline" : "hybrid"));
    words.addAll(List.of("--store", common.store(around).toString()));
    words.addAll(List.of("--listen", way.listen() + ":0"));
    for (Path folder : folders(around, bundle)) {
      words.addAll(List.of("--presets", folder.toString()));
    }
    indexes
        .replaced()
        .forEach((name, address) -> words.addAll(List.of("--index", name + "=" + address)));
    indexes.reserve().named().ifPresent(size -> words.addAll(List.of("--reserve", size)));
    if (!indexes.usesPipConfig()) {
      words.add("--no-pip-config");
    }
    return new ProcessBuilder(words).directory(around.directory().toFile());
  }

  /** Where the server looks for presets: as this command does, and where this one is. */
  private static List<Path> folders(Surroundings around, PresetBundle bundle) {
    var folders = new ArrayList<Path>();
    bundle
        .source()
        .directory()
        .map(Path::toAbsolutePath)
        .map(Path::getParent)
        .ifPresent(folders::add);
    around.presetFolders().stream()
        .filter(Files::isDirectory)
        .filter(folder -> !folders.contains(folder.toAbsolutePath()))
        .forEach(folders::add);
    return folders;
  }

  private static Path home(Surroundings around) {
    return around.directory().resolve(around.variable("AIRLOCK_HOME"));
  }

  private List<String> words(
      Surroundings around,
      Engine chosen,
      List<String> options,
      PresetBundle bundle,
      String address,
      String image)
      throws CommandException {
    Path folder = context == null ? home(around) : around.directory().resolve(context);
    if (!Files.isRegularFile(folder.resolve(DOCKERFILE))) {
      throw new CommandException(
          ExitCode.USAGE,
          "there is no '%s' in '%s': name the folder that has it with --context"
              .formatted(DOCKERFILE, folder));
    }
    Map<String, String> arguments =
        new LinkedHashMap<>(BuildArguments.of(bundle, Optional.of(address)));
    arguments.putAll(replacedArguments);
    if (!arguments.containsKey("BASE_IMAGE")) {
      throw new CommandException(
          ExitCode.USAGE,
          "the preset names no base_image: add one, or pass --build-arg BASE_IMAGE=IMAGE");
    }
    List<String> words = new ArrayList<>(chosen.build());
    words.addAll(List.of("-f", folder.resolve(DOCKERFILE).toString(), "-t", image));
    words.addAll(options);
    words.addAll(engineOptions);
    if (noCache) {
      words.add("--no-cache");
    }
    arguments.forEach((name, value) -> words.addAll(List.of("--build-arg", name + "=" + value)));
    words.add(folder.toString());
    return words;
  }

  /** Runs the engine, and passes on what it says. */
  private BuildProof built(Surroundings around, Engine chosen, List<String> words)
      throws IOException, CommandException {
    var proof = new BuildProof();
    var builder = new ProcessBuilder(words).directory(around.directory().toFile());
    // BuildKit draws over its lines, unless told to print them.
    builder.environment().put("BUILDKIT_PROGRESS", "plain");
    // Docker before 23 builds without it, and then does not know the mounts of docker/Dockerfile.
    builder.environment().put("DOCKER_BUILDKIT", "1");
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        around.terminal().say(line);
        proof.read(line);
      }
    }
    int code;
    try {
      code = process.waitFor();
    } catch (InterruptedException e) {
      process.toHandle().destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the image is built", e);
    }
    if (code != 0) {
      throw new CommandException(
          ExitCode.ERROR,
          "the build failed: %s ended with %d".formatted(chosen.kind().program(), code));
    }
    return proof;
  }

  private ExitCode told(
      Terminal terminal, String image, Optional<MirrorProcess> own, BuildProof proof) {
    List<String> unsent = own.isEmpty() ? List.of() : proof.unsent(own.get().files());
    boolean isProven = own.isPresent() && !proof.installed().isEmpty() && unsent.isEmpty();
    if (common.json()) {
      ObjectNode result = JSON.createObjectNode().put("event", "result").put("image", image);
      result.put("proven", isProven).put("installed", proof.installed().size());
      own.ifPresent(mirror -> result.put("bytes", mirror.bytes()));
      var names = result.putArray("not_from_the_mirror");
      unsent.forEach(names::add);
      terminal.print(result);
    }
    terminal.say(image + " is built");
    if (!unsent.isEmpty()) {
      terminal.say(
          "airlock: error: the mirror did not send "
              + unsent
              + ", which the build downloaded or the image has: they came from elsewhere");
      return ExitCode.VERIFICATION;
    }
    if (isProven) {
      terminal.say(
          "proven by the mirror's log: it sent all %d projects that were installed, %s"
              .formatted(
                  proof.installed().size(),
                  Amounts.bytes(own.map(MirrorProcess::bytes).orElse(0L))));
    } else {
      terminal.say(
          own.isEmpty()
              ? "the log of the mirror at --mirror was not looked at"
              : "not proven: the engine had the outcome of the steps already; --no-cache runs"
                  + " them");
    }
    return ExitCode.OK;
  }
}
