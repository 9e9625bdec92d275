package dev.airlock.tool.command;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A program that builds images, and how its builds reach this machine.
 *
 * @param kind which of them it is
 * @param command the words that start it, with options of its own
 */
record Engine(Kind kind, List<String> command) {
  /** The programs that are known. */
  enum Kind {
    DOCKER,
    PODMAN,
    BUILDAH;

    String program() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How a build reaches the mirror. */
  enum Network {
    /** By the host's own network, at its loopback address. */
    HOST,
    /** At the address that the host has in the engine's network. */
    BRIDGE,
    /** At the name that the engine makes for the host. */
    GATEWAY
  }

  /**
   * Where a mirror listens for the builds of an engine, and how they call it.
   *
   * @param listen the host to listen at
   * @param host the host in the address that the build is given
   * @param options what the engine is told
   */
  record Way(String listen, String host, List<String> options) {}

  /** By this name builds of docker know the machine, when they are told so. */
  static final String DOCKER_GATEWAY = "host.docker.internal";

  /** By this name builds of podman and buildah know it. */
  private static final String PODMAN_GATEWAY = "host.containers.internal";

  private static final String OWN_NETWORK = "--network=host";
  private static final String KNOWN_HOST = "--add-host=" + DOCKER_GATEWAY + ":host-gateway";

  /** Copies the list. */
  Engine {
    command = List.copyOf(command);
  }

  /**
   * The engine that was named, or else the first one that is installed.
   *
   * @param named a program with options, separated by blanks; empty where none was named
   */
  static Engine of(String named, String searchPath) throws CommandException {
    if (named.isBlank()) {
      for (Kind kind : Kind.values()) {
        Optional<Path> installed = installed(kind.program(), searchPath);
        if (installed.isPresent()) {
          return new Engine(kind, List.of(installed.get().toString()));
        }
      }
      throw new CommandException(
          ExitCode.ERROR,
          "none of docker, podman and buildah is installed: install one, or name it with --engine");
    }
    List<String> words = new ArrayList<>(Arrays.asList(named.strip().split("\\s+")));
    Path program = Path.of(words.getFirst());
    Kind kind =
        Arrays.stream(Kind.values())
            .filter(known -> program.endsWith(known.program()))
            .findFirst()
            .orElseThrow(() ->
                new CommandException(
                    ExitCode.USAGE,
                    "--engine: '%s': accepted are docker, podman and buildah, with options of theirs"
                        .formatted(named)));
    if (program.getNameCount() == 1 && !program.isAbsolute()) {
      Path installed =
          installed(kind.program(), searchPath)
              .orElseThrow(() ->
                  new CommandException(
                      ExitCode.ERROR, "--engine: '%s' is not installed".formatted(program)));
      words.set(0, installed.toString());
    }
    return new Engine(kind, words);
  }

  private static Optional<Path> installed(String program, String searchPath) {
    return Stream.of(searchPath.split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder).resolve(program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The engine behind a program's name: some systems have a podman that is called docker. */
  Engine behindItsName() throws IOException {
    try {
      boolean isPodman =
          kind == Kind.DOCKER
              && said(List.of("--version")).toLowerCase(Locale.ROOT).contains("podman");
      return isPodman ? new Engine(Kind.PODMAN, command) : this;
    } catch (CommandException tellsNoVersion) {
      return this;
    }
  }

  /** What the engine is told so that a build reaches a mirror at this host, which may be here. */
  List<String> optionsFor(String host) {
    if (MirrorAddress.isLoopback(host)) {
      return List.of(OWN_NETWORK);
    }
    return kind == Kind.DOCKER && host.equals(DOCKER_GATEWAY) ? List.of(KNOWN_HOST) : List.of();
  }

  /** The words that begin a build. */
  List<String> build() {
    var words = new ArrayList<>(command);
    words.add("build");
    return words;
  }

  /** The way that a build can be expected to take: the host's network, where there is one. */
  Network usualNetwork() throws IOException, CommandException {
    boolean inVirtualMachine =
        kind == Kind.DOCKER
            && said(List.of("info", "--format", "{{.OperatingSystem}}")).contains("Docker Desktop");
    return inVirtualMachine ? Network.GATEWAY : Network.HOST;
  }

  /** How builds reach a mirror of this machine. */
  Way way(Network network) throws IOException, CommandException {
    return switch (network) {
      case HOST -> new Way("127.0.0.1", "127.0.0.1", List.of(OWN_NETWORK));
      case BRIDGE -> {
        Optional<String> address = bridge();
        yield address.isPresent()
            ? new Way(address.get(), address.get(), List.of())
            : way(Network.GATEWAY);
      }
      case GATEWAY -> {
        // That of podman is known to every build, and older ones know no host-gateway.
        String name = kind == Kind.DOCKER ? DOCKER_GATEWAY : PODMAN_GATEWAY;
        yield new Way("0.0.0.0", name, optionsFor(name));
      }
    };
  }

  /** The address of this machine in the network of builds; empty where it has none there. */
  private Optional<String> bridge() throws IOException, CommandException {
    List<String> question =
        switch (kind) {
          case DOCKER ->
              List.of(
                  "network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}");
          case PODMAN ->
              List.of("network", "inspect", "podman", "--format", "{{(index .Subnets 0).Gateway}}");
          case BUILDAH -> List.of();
        };
    if (question.isEmpty()) {
      return Optional.empty();
    }
    String address = said(question).strip();
    try {
      return address.isEmpty()
              || NetworkInterface.getByInetAddress(InetAddress.ofLiteral(address)) == null
          ? Optional.empty()
          : Optional.of(address);
    } catch (IllegalArgumentException notAnAddress) {
      return Optional.empty();
    }
  }

  private String said(List<String> question) throws IOException, CommandException {
    var words = new ArrayList<>(command);
    words.addAll(question);
    Process process =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    process.getOutputStream().close();
    String said;
    try (var out = process.inputReader()) {
      said = out.readAllAsString();
    }
    try {
      if (process.waitFor() != 0) {
        throw new CommandException(
            ExitCode.ERROR,
            "`%s` failed: is the engine running, and may you use it?"
                .formatted(kind.program() + " " + String.join(" ", question)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while asking " + command.getFirst(), e);
    }
    return said;
  }
}
