package dev.airlock.preset;

import dev.airlock.packaging.tag.Platform;
import dev.airlock.packaging.target.Target;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A release of Ubuntu that images are based on, with the CPython and the glibc it comes with.
 *
 * @see <a href="https://packages.ubuntu.com/search?keywords=python3&amp;searchon=names">python3 in
 *     each release</a>
 * @see <a href="https://packages.ubuntu.com/search?keywords=libc6&amp;searchon=names">libc6 in each
 *     release</a>
 */
public enum UbuntuRelease {
  /** Focal Fossa. */
  FOCAL("20.04", "3.8", "2_31"),
  /** Jammy Jellyfish. */
  JAMMY("22.04", "3.10", "2_35"),
  /** Noble Numbat. */
  NOBLE("24.04", "3.12", "2_39");

  private static final Pattern IN_IMAGE =
      Pattern.compile("ubuntu:?(\\d\\d\\.\\d\\d|focal|jammy|noble)(?![0-9a-z])");

  private final String number;
  private final String python;
  private final String glibc;

  UbuntuRelease(String number, String python, String glibc) {
    this.number = number;
    this.python = python;
    this.glibc = glibc;
  }

  /**
   * The release that the name of an image tells, as {@code ubuntu:22.04} and {@code
   * nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04} do.
   */
  public static Optional<UbuntuRelease> ofImage(String image) {
    Matcher matcher = IN_IMAGE.matcher(image);
    return matcher.find()
        ? Stream.of(values()).filter(release -> release.isCalled(matcher.group(1))).findFirst()
        : Optional.empty();
  }

  private boolean isCalled(String text) {
    return number.equals(text) || name().equalsIgnoreCase(text);
  }

  /** The release's own Python. */
  public String python() {
    return python;
  }

  /**
   * The release on a machine such as {@code x86_64}, with its own Python.
   *
   * @see <a href="https://peps.python.org/pep-0600/">PEP 600</a>
   */
  public Target target(String machine) {
    return Target.of(python, Platform.parse("manylinux_" + glibc + "_" + machine));
  }
}
