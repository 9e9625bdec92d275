package dev.airlock.server;

import dev.airlock.files.FailureText;
import dev.airlock.program.Build;
import dev.airlock.program.ByteSize;
import dev.airlock.program.HomeFolder;
import dev.airlock.program.PresetFolders;
import dev.airlock.program.StorePlace;
import dev.airlock.routing.InvalidSettingsException;
import dev.airlock.routing.Settings;
import dev.airlock.server.http.HttpSettings;
import dev.airlock.server.http.Listen;
import dev.airlock.server.http.ListenException;
import dev.airlock.server.http.PublicUrl;
import dev.airlock.server.http.TlsFiles;
import dev.airlock.server.http.TokenFile;
import dev.airlock.server.pullthrough.Mode;
import dev.airlock.store.Reserve;
import dev.airlock.store.StoreException;
import dev.airlock.upkeep.Quota;
import dev.airlock.upstream.Addresses;
import dev.airlock.upstream.Patience;
import dev.airlock.upstream.PipConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The server's command line. */
@Command(
    name = "airlock serve",
    description = "Serves the store to pip, uv and docker build.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.class,
    sortOptions = false,
    footer = {
      "",
      "Exit codes: 0 ok, 1 the address cannot be listened at, or a certificate, key or token file",
      "cannot be used, 2 wrong arguments, 10 no store,",
      "143 ended by SIGTERM."
    })
public final class Main implements Callable<Integer>, IVersionProvider {
  private static final String VERB = "serve";
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int NO_STORE = 10;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description =
          "hybrid: what is held comes from the store, all else from its upstream, once. online: as"
              + " hybrid, but every page is confirmed by its upstream. offline: from the store"
              + " alone, and no packet leaves the machine. Default: hybrid.")
  private @Nullable String mode;

  @Option(names = "--offline", description = "The same as --mode offline.")
  private boolean offline;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "The configuration, airlock.json: which project comes from where, what is kept out, which"
              + " hosts may be contacted. Default: AIRLOCK_CONFIG, else airlock/airlock.json below"
              + " XDG_CONFIG_HOME or ~/.config, where it exists.")
  private @Nullable Path config;

  @Option(
      names = "--presets",
      paramLabel = "DIR",
      description =
          "A folder of presets, which are served before their first sync. May be given several"
              + " times. Default: ./presets, and the one beside the launcher.")
  private List<Path> presets = new ArrayList<>();

  @Option(
      names = "--index",
      paramLabel = "NAME=ADDRESS",
      description =
          "Ask this address instead of the declared one of the index NAME: a URL, a folder of pages"
              + " or a folder of wheels. May be given several times.")
  private Map<String, String> replaced = new LinkedHashMap<>();

  @Option(
      names = "--no-pip-config",
      description = "Do not look at pip's own configuration for the default index.")
  private boolean noPipConfig;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description =
          "Where to listen: HOST:PORT, HOST or PORT; port 0 takes a free one. Default:"
              + " 127.0.0.1:3143, which only this machine reaches.")
  private String listen = Listen.DEFAULT.toString();

  @Option(
      names = "--store",
      paramLabel = "DIR",
      description =
          "The store. Default: AIRLOCK_STORE, else airlock below XDG_DATA_HOME or ~/.local/share.")
  private @Nullable Path store;

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description =
          "Where it is noted what was asked for and not there, and nothing else: for a store that"
              + " cannot be written. Default: the store, or where that cannot be written, memory:"
              + " then it is printed at the end.")
  private @Nullable Path state;

  @Option(
      names = "--reserve",
      paramLabel = "SIZE",
      description =
          "How much of the store's disk is left free: 500MB, 2GiB. Below it nothing is fetched, and"
              + " what is held is served on. Default: AIRLOCK_RESERVE, else a hundredth of the"
              + " disk, 1 GiB at most.")
  private @Nullable String reserve;

  @Option(
      names = "--quota",
      paramLabel = "SIZE",
      description =
          "How much is kept of files that no preset's lock has: 50GB. Above it the least recently"
              + " used are deleted, down to four fifths of it. Default: AIRLOCK_QUOTA, else"
              + " \"quota\" in airlock.json, else no limit.")
  private @Nullable String quota;

  @Option(
      names = "--public-url",
      paramLabel = "URL",
      description =
          "The address that clients know this server by, behind a proxy say. Headers such as"
              + " X-Forwarded-Host are never believed.")
  private @Nullable String publicUrl;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description =
          "Speak TLS (HTTP/1.1 and HTTP/2) with this certificate: a PEM file, the server's first,"
              + " then those that lead to its authority. Read anew when it changes.")
  private @Nullable Path tlsCert;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The certificate's key: a PEM file in PKCS #8; RSA, EC or Ed25519.")
  private @Nullable Path tlsKey;

  @Option(
      names = "--tokens",
      paramLabel = "FILE",
      description =
          "Serve only who names a token of this file: lines NAME sha256:HEX. Read anew when it"
              + " changes.")
  private @Nullable Path tokens;

  @Option(
      names = "--new-token",
      paramLabel = "NAME",
      description =
          "Make a token, append its digest to the file of --tokens, print the token, and end.")
  private @Nullable String newToken;

  @Option(
      names = "--no-access-log",
      description = "Write no line of JSON for each request on standard output.")
  private boolean noAccessLog;

  @Option(names = "--quiet", description = "Say nothing but warnings, and write no access log.")
  private boolean quiet;

  @Spec private @Nullable CommandSpec spec;

  /** Runs the server until a signal ends it. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  static int run(String... args) {
    Narration.prepare();
    boolean verb = args.length > 0 && args[0].equals(VERB);
    return new CommandLine(new Main())
        .execute(verb ? Arrays.copyOfRange(args, 1, args.length) : args);
  }

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter err = commandLine().getErr();
    if (newToken != null) {
      return makeToken(newToken, err);
    }
    if (quiet) {
      Narration.quieten();
    }
    Path root =
        store == null
            ? StorePlace.usual(System.getenv(), HomeFolder.of(System.getenv()), Path.of(""))
            : store;
    HttpSettings settings = settings();
    if (settings.showsTokens()) {
      err.println(
          "airlock: warning: the tokens of clients cross the network readable for everybody: give"
              + " --tls-cert and --tls-key, or let a proxy speak TLS and listen on loopback");
    }
    try (var service = new Service(root, settings, sourcing(), keeping(), System::nanoTime)) {
      service.start();
      // A signal ends the program without unwinding this thread.
      Runtime.getRuntime().addShutdownHook(new Thread(() -> close(service, err), "airlock-close"));
      if (!quiet) {
        service.greeting().forEach(err::println);
        err.flush();
      }
      new CountDownLatch(1).await();
      return 0;
    } catch (StoreException e) {
      return told(err, e.getMessage(), NO_STORE);
    } catch (InvalidSettingsException | StateException e) {
      return told(err, e.getMessage(), USAGE);
    } catch (ListenException e) {
      return told(err, e.getMessage() + ": name another with --listen HOST:PORT", FAILED);
    } catch (IOException e) {
      return told(err, FailureText.of(e), FAILED);
    }
  }

  /** What is kept in memory alone is printed: it is what somebody has to bring. */
  private static void close(Service service, PrintWriter err) {
    service.close();
    Optional<String> unwritten = service.unwritten();
    if (unwritten.isPresent()) {
      err.println("airlock: what was asked for and not there, for `airlock sync --wants`:");
      err.println(unwritten.get());
      err.flush();
    }
  }

  private int makeToken(String name, PrintWriter err) {
    if (tokens == null) {
      throw new ParameterException(
          commandLine(), "--new-token: name the file that it is appended to with --tokens FILE");
    }
    try {
      PrintWriter out = commandLine().getOut();
      out.println(TokenFile.append(tokens, name));
      out.flush();
      return 0;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(commandLine(), "--new-token: " + e.getMessage(), e);
    } catch (IOException e) {
      return told(err, FailureText.of(e), FAILED);
    }
  }

  private HttpSettings settings() {
    HttpSettings settings = HttpSettings.at(parsed("--listen", listen, Listen::parse));
    if (publicUrl != null) {
      settings = settings.with(parsed("--public-url", publicUrl, PublicUrl::parse));
    }
    if (tlsCert != null && tlsKey != null) {
      settings = settings.with(new TlsFiles(tlsCert, tlsKey));
    } else if (tlsCert != null || tlsKey != null) {
      throw new ParameterException(
          commandLine(), "--tls-cert and --tls-key: TLS needs both, the certificate and its key");
    }
    if (tokens != null) {
      settings = settings.withTokens(tokens);
    }
    return quiet || noAccessLog ? settings : settings.withAccessLog(System.out);
  }

  private Sourcing sourcing() throws IOException, InvalidSettingsException {
    Map<String, String> environment = System.getenv();
    Path home = HomeFolder.of(environment);
    Optional<Path> file = Settings.locate(Optional.ofNullable(config), environment, home);
    Map<String, URI> addresses = new LinkedHashMap<>();
    replaced.forEach((name, address) ->
        addresses.put(
            name,
            parsed(
                "--index " + name + "=" + Addresses.masked(address), address, Addresses::parse)));
    return new Sourcing(
        mode(),
        file.isPresent() ? Settings.read(file.get()) : Settings.NONE,
        presets.isEmpty() ? PresetFolders.usual(environment, Path.of("")) : presets,
        addresses,
        noPipConfig || mode() == Mode.OFFLINE ? PipConfig.NONE : pipConfig(environment, home),
        environment,
        home,
        Patience.SERVING);
  }

  private Optional<Quota> quota() {
    String named = quota == null ? System.getenv("AIRLOCK_QUOTA") : quota;
    return named == null || named.isBlank()
        ? Optional.empty()
        : Optional.of(parsed("--quota", named, text -> new Quota(ByteSize.parse(text))));
  }

  private Keeping keeping() {
    String named = reserve == null ? System.getenv("AIRLOCK_RESERVE") : reserve;
    return new Keeping(
        named == null || named.isBlank()
            ? Reserve.USUAL
            : parsed("--reserve", named, text -> Reserve.of(ByteSize.parse(text))),
        quota(),
        Optional.ofNullable(state));
  }

  private static PipConfig pipConfig(Map<String, String> environment, Path home)
      throws IOException {
    try {
      return PipConfig.read(environment, home);
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "pip's configuration cannot be used ("
              + e.getMessage()
              + "): mend it, or pass --no-pip-config",
          e);
    }
  }

  private Mode mode() {
    if (mode == null) {
      return offline ? Mode.OFFLINE : Mode.HYBRID;
    }
    Mode named =
        Mode.of(mode)
            .orElseThrow(() ->
                new ParameterException(
                    commandLine(), "--mode " + mode + ": accepted are " + List.of(Mode.values())));
    if (offline && named != Mode.OFFLINE) {
      throw new ParameterException(
          commandLine(), "--offline contradicts --mode " + named + ": give one of them");
    }
    return named;
  }

  private <T> T parsed(String option, String value, Function<String, T> parser) {
    try {
      return parser.apply(value);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(commandLine(), option + ": " + e.getMessage(), e);
    }
  }

  private CommandLine commandLine() {
    return Objects.requireNonNull(spec, "set by picocli").commandLine();
  }

  private static int told(PrintWriter err, @Nullable String message, int code) {
    err.println("airlock: " + message);
    err.flush();
    return code;
  }

  @Override
  public String[] getVersion() {
    Build build = Build.current();
    return new String[] {"airlock " + build.version() + " (" + build.commit() + ")"};
  }
}
