package dev.airlock.bench;

import dev.airlock.closure.ClosureSolver;
import dev.airlock.packaging.target.Target;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.Preset;
import dev.airlock.preset.PresetReader;
import dev.airlock.preset.PresetSource;
import dev.airlock.resolve.NoSolutionException;
import dev.airlock.resolve.Solver;
import dev.airlock.upstream.FileAccess;
import dev.airlock.upstream.Http;
import dev.airlock.upstream.Indexes;
import dev.airlock.upstream.Retries;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Measures the solver with everything in memory: the sets of a folder of presets, 20 times each
 * after as many to warm up, and the hard registries of {@link TwoWays}. Prints medians.
 */
public final class SolverBenchmark {
  private static final int RUNS = 20;
  private static final int SEEDS = 5;
  private static final double MILLION = 1e6;

  private SolverBenchmark() {}

  /** Something that is solved again and again. */
  @FunctionalInterface
  private interface Work {
    /** Solves it, and says in a word what came of it. */
    String run() throws IOException;
  }

  /**
   * Runs the benchmark.
   *
   * @param args the address of an index, and a folder of presets that are solved against it
   */
  public static void main(String[] args) throws IOException, InvalidPresetException {
    hard();
    if (args.length == 2) {
      try (Http http = Http.of("airlock-bench", Map.of(), Path.of(""), Retries.DEFAULT);
          ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
        var packages =
            new HeldPackages(new Indexes(http).at(URI.create(args[0])), new FileAccess(http));
        sets(packages, executor, Path.of(args[1]));
      }
    }
  }

  // --- the sets

  private static void sets(HeldPackages packages, ExecutorService executor, Path folder)
      throws IOException, InvalidPresetException {
    Map<String, Double> medians = new TreeMap<>();
    for (String name : PresetSource.names(folder)) {
      Preset preset = PresetReader.read(PresetSource.read(folder.resolve(name)));
      Work work = () -> solved(preset, packages, executor);
      for (int i = 0; i < RUNS; i++) {
        work.run();
      }
      double[] times = new double[RUNS];
      String outcome = "";
      for (int i = 0; i < RUNS; i++) {
        long began = System.nanoTime();
        outcome = work.run();
        times[i] = (System.nanoTime() - began) / MILLION;
      }
      Arrays.sort(times);
      medians.put(name, times[RUNS / 2]);
      System.out.printf(
          "%-28s %7.2f ms (most %7.2f)  %s%n", name, times[RUNS / 2], times[RUNS - 1], outcome);
    }
    if (medians.isEmpty()) {
      return;
    }
    var slowest = medians.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
    double[] all = medians.values().stream().mapToDouble(Double::doubleValue).sorted().toArray();
    System.out.printf(
        "%d sets: median %.2f ms, slowest %.2f ms (%s)%n",
        all.length, all[all.length / 2], slowest.getValue(), slowest.getKey());
  }

  private static String solved(Preset preset, HeldPackages packages, ExecutorService executor)
      throws IOException {
    try {
      int projects = 0;
      for (Target target : preset.targets()) {
        projects +=
            ClosureSolver.solve(preset, target, packages, executor, Map.of()).installed().size();
      }
      return projects + " projects";
    } catch (NoSolutionException e) {
      return "no solution";
    }
  }

  // --- the hard ones

  private static void hard() throws IOException {
    TwoWays chain = TwoWays.chain();
    once("chain of 200 x 100", () -> solved(chain, 0));
    for (int seed = 1; seed <= SEEDS; seed++) {
      TwoWays pulling = TwoWays.pulling(seed);
      once("pulling, 200 x 100, seed " + seed, () -> solved(pulling, 0, 50, 100, 150));
    }
  }

  private static String solved(TwoWays registry, int... wanted) throws IOException {
    try {
      return Solver.solve(registry.problem(wanted), registry).versions().size() + " projects";
    } catch (NoSolutionException e) {
      return "no solution";
    }
  }

  private static void once(String name, Work work) throws IOException {
    System.gc();
    ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
    long began = System.nanoTime();
    String outcome = work.run();
    double took = (System.nanoTime() - began) / MILLION;
    long peak =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .mapToLong(pool -> pool.getPeakUsage().getUsed())
            .sum();
    System.out.printf(
        "%-28s %7.0f ms, at most %d MiB of heap  %s%n", name, took, peak >> 20, outcome);
  }
}
