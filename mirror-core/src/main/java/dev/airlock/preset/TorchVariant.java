package dev.airlock.preset;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.name.ProjectName;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What PyTorch's wheels are built for: a version of CUDA, or no CUDA. Each has an index of its own.
 *
 * @see <a href="https://pytorch.org/get-started/previous-versions/">Installing previous versions of
 *     PyTorch</a>
 */
public enum TorchVariant {
  /** No CUDA. */
  CPU("cpu", "cpu"),
  /** CUDA 11.8. */
  CU118("11.8", "cu118"),
  /** CUDA 12.1. */
  CU121("12.1", "cu121"),
  /** CUDA 12.4. */
  CU124("12.4", "cu124"),
  /** CUDA 12.6. */
  CU126("12.6", "cu126"),
  /** CUDA 12.8. */
  CU128("12.8", "cu128"),
  /** CUDA 12.9. */
  CU129("12.9", "cu129"),
  /** CUDA 13.0. */
  CU130("13.0", "cu130");

  /** PyTorch and its companions, in the order in which they are installed. */
  public static final List<ProjectName> PROJECTS =
      Stream.of("torch", "torchvision", "torchaudio").map(ProjectName::new).toList();

  private static final ProjectName TRITON = new ProjectName("triton");
  private static final Pattern IN_IMAGE = Pattern.compile("(?:^|/)cuda:(\\d+\\.\\d+)");

  private final String label;
  private final String path;

  TorchVariant(String label, String path) {
    this.label = label;
    this.path = path;
  }

  /**
   * Reads a version of CUDA, or {@code cpu}.
   *
   * @throws MalformedException when PyTorch has no index of it
   */
  public static TorchVariant parse(String text) {
    return of(text.strip())
        .orElseThrow(() ->
            new MalformedException(
                "CUDA version",
                text,
                "accepted are those that PyTorch has an index of: "
                    + Stream.of(values())
                        .map(TorchVariant::toString)
                        .collect(Collectors.joining(", "))));
  }

  private static Optional<TorchVariant> of(String label) {
    return Stream.of(values()).filter(variant -> variant.label.equals(label)).findFirst();
  }

  /**
   * The variant for the CUDA that the name of an image tells, as {@code
   * nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04} does; empty where PyTorch has none for it.
   */
  public static Optional<TorchVariant> ofImage(String image) {
    Matcher matcher = IN_IMAGE.matcher(image);
    return matcher.find() ? of(matcher.group(1)) : Optional.empty();
  }

  /** The index of its wheels. */
  public URI index() {
    return URI.create("https://download.pytorch.org/whl/" + path);
  }

  /** The projects that have to come from that index. triton is of use with CUDA only. */
  public List<ProjectName> projects() {
    return this == CPU ? PROJECTS : Stream.concat(PROJECTS.stream(), Stream.of(TRITON)).toList();
  }

  /** The version of CUDA, or {@code cpu}. */
  @Override
  public String toString() {
    return label;
  }
}
