package dev.airlock.packaging.tag;

import dev.airlock.packaging.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A platform, named by the newest wheel platform tag it supports. It supports every older tag of
 * its family too, and on Linux the bare {@code linux_*} tag, under which PyTorch publishes.
 *
 * @see <a href="https://peps.python.org/pep-0600/">PEP 600</a>
 * @see <a href="https://peps.python.org/pep-0656/">PEP 656</a>
 * @see <a href="https://peps.python.org/pep-0730/">PEP 730</a>
 * @see <a href="https://peps.python.org/pep-0738/">PEP 738</a>
 */
public final class Platform {
  /** The families of operating system, with what their Pythons answer to markers. */
  public enum Family {
    /** Linux, with glibc, musl or neither stated. */
    LINUX("posix", "linux", "Linux"),
    /** macOS. */
    MACOS("posix", "darwin", "Darwin"),
    /** Windows. */
    WINDOWS("nt", "win32", "Windows"),
    /** iOS. */
    IOS("posix", "ios", "iOS"),
    /** Android. */
    ANDROID("posix", "android", "Android");

    private final String osName;
    private final String sysPlatform;
    private final String platformSystem;

    Family(String osName, String sysPlatform, String platformSystem) {
      this.osName = osName;
      this.sysPlatform = sysPlatform;
      this.platformSystem = platformSystem;
    }

    /** {@code os.name}. */
    public String osName() {
      return osName;
    }

    /** {@code sys.platform}. */
    public String sysPlatform() {
      return sysPlatform;
    }

    /** {@code platform.system()}. */
    public String platformSystem() {
      return platformSystem;
    }
  }

  private static final String ACCEPTED =
      "accepted are manylinux_2_35_x86_64, manylinux2014_aarch64, musllinux_1_2_x86_64,"
          + " linux_x86_64, macosx_14_0_arm64, win_amd64, ios_17_0_arm64_iphoneos,"
          + " android_24_arm64_v8a and the like";

  /** Far beyond what there is: no list of tags becomes longer than it has any use. */
  private static final int NEWEST_MACOS = 99;

  /** The first macOS on Intel's processors is 10.4. */
  private static final int OLDEST_MACOS_MINOR = 4;

  private static final int NEWEST_LIBC = 99;
  private static final int OLDEST_IOS = 12;
  private static final int NEWEST_IOS = 99;
  private static final int LAST_IOS_MINOR = 9;
  private static final int OLDEST_ANDROID = 16;
  private static final int NEWEST_ANDROID = 199;

  /** What {@code packaging} knows manylinux for. */
  private static final Set<String> MANYLINUX_MACHINES =
      Set.of(
          "x86_64",
          "i686",
          "aarch64",
          "armv7l",
          "ppc64",
          "ppc64le",
          "s390x",
          "loongarch64",
          "riscv64");

  /** Names that other systems have for machines, with Linux's own. */
  private static final Map<String, String> LINUX_NAMES =
      Map.of(
          "amd64", "x86_64",
          "x64", "x86_64",
          "x86", "i686",
          "i386", "i686",
          "arm64", "aarch64");

  /** The ABIs of Android (PEP 738), with what {@code platform.machine()} is there. */
  private static final Map<String, String> ANDROID_MACHINES =
      Map.of(
          "arm64_v8a", "aarch64",
          "armeabi_v7a", "armv7l",
          "x86_64", "x86_64",
          "x86", "i686");

  private static final Pattern MANYLINUX =
      Pattern.compile("manylinux_(\\d{1,4})_(\\d{1,4})_([a-z0-9_]+)");
  private static final Pattern MUSLLINUX =
      Pattern.compile("musllinux_(\\d{1,4})_(\\d{1,4})_([a-z0-9_]+)");
  private static final Pattern MACOS =
      Pattern.compile("macosx_(\\d{1,4})_(\\d{1,4})_(x86_64|arm64)");
  private static final Pattern LINUX = Pattern.compile("linux_([a-z0-9_]+)");
  private static final Pattern IOS =
      Pattern.compile(
          "ios_(\\d{1,4})_(\\d{1,4})_((arm64|x86_64)_iphonesimulator|(arm64)_iphoneos)");
  private static final Pattern ANDROID =
      Pattern.compile("android_(\\d{1,4})_(arm64_v8a|armeabi_v7a|x86_64|x86)");
  private static final Pattern LEGACY =
      Pattern.compile("(manylinux1|manylinux2010|manylinux2014)_([a-z0-9_]+)");

  private final String tag;
  private final Family family;
  private final String machine;
  private final List<String> tags;

  private Platform(String tag, Family family, String machine, List<String> tags) {
    this.tag = tag;
    this.family = family;
    this.machine = machine;
    this.tags = List.copyOf(tags);
  }

  /**
   * Reads a platform tag.
   *
   * @throws MalformedException when it is none of the accepted kinds
   */
  public static Platform parse(String text) {
    String tag = text.strip().toLowerCase(Locale.ROOT);
    Matcher legacy = LEGACY.matcher(tag);
    if (legacy.matches()) {
      return manylinux(text, tag, 2, legacyMinor(legacy.group(1)), legacy.group(2));
    }
    Matcher many = MANYLINUX.matcher(tag);
    if (many.matches()) {
      return manylinux(
          text,
          tag,
          Integer.parseInt(many.group(1)),
          Integer.parseInt(many.group(2)),
          many.group(3));
    }
    Matcher musl = MUSLLINUX.matcher(tag);
    if (musl.matches()) {
      return musllinux(
          text,
          tag,
          Integer.parseInt(musl.group(1)),
          Integer.parseInt(musl.group(2)),
          musl.group(3));
    }
    Matcher linux = LINUX.matcher(tag);
    if (linux.matches()) {
      requireLinuxName(text, linux.group(1));
      return new Platform(tag, Family.LINUX, linux.group(1), List.of(tag));
    }
    Matcher mac = MACOS.matcher(tag);
    if (mac.matches()) {
      int major = Integer.parseInt(mac.group(1));
      int minor = Integer.parseInt(mac.group(2));
      if (major < 10 || (major == 10 && minor < OLDEST_MACOS_MINOR) || major > NEWEST_MACOS) {
        throw new MalformedException(
            "platform tag", text, "macOS has versions from 10.4 on; " + ACCEPTED);
      }
      return new Platform(tag, Family.MACOS, mac.group(3), macTags(major, minor, mac.group(3)));
    }
    Matcher ios = IOS.matcher(tag);
    if (ios.matches()) {
      return ios(text, tag, ios);
    }
    Matcher android = ANDROID.matcher(tag);
    if (android.matches()) {
      return android(text, tag, Integer.parseInt(android.group(1)), android.group(2));
    }
    return switch (tag) {
      case "win_amd64" -> new Platform(tag, Family.WINDOWS, "AMD64", List.of(tag));
      case "win_arm64" -> new Platform(tag, Family.WINDOWS, "ARM64", List.of(tag));
      case "win32" -> new Platform(tag, Family.WINDOWS, "x86", List.of(tag));
      default -> throw new MalformedException("platform tag", text, ACCEPTED);
    };
  }

  private static int legacyMinor(String alias) {
    return switch (alias) {
      case "manylinux1" -> 5;
      case "manylinux2010" -> 12;
      default -> 17;
    };
  }

  private static Platform manylinux(String text, String tag, int major, int newest, String arch) {
    if (major != 2) {
      throw new MalformedException(
          "platform tag", text, "glibc has the major version 2 everywhere; " + ACCEPTED);
    }
    requireLinuxName(text, arch);
    if (!MANYLINUX_MACHINES.contains(arch)) {
      throw new MalformedException(
          "platform tag",
          text,
          "manylinux is known for " + new TreeSet<>(MANYLINUX_MACHINES) + " only");
    }
    boolean intel = arch.equals("x86_64") || arch.equals("i686");
    int oldest = intel ? 5 : 17;
    if (newest < oldest || newest > NEWEST_LIBC) {
      throw new MalformedException(
          "platform tag",
          text,
          "manylinux begins with glibc 2." + oldest + " on " + arch + "; " + ACCEPTED);
    }
    var tags = new ArrayList<String>();
    for (int minor = newest; minor >= oldest; minor--) {
      tags.add("manylinux_2_" + minor + "_" + arch);
      switch (minor) {
        case 17 -> tags.add("manylinux2014_" + arch);
        case 12 -> tags.add("manylinux2010_" + arch);
        case 5 -> tags.add("manylinux1_" + arch);
        default -> {}
      }
    }
    tags.add("linux_" + arch);
    return new Platform(tag, Family.LINUX, arch, tags);
  }

  private static Platform musllinux(String text, String tag, int major, int newest, String arch) {
    if (major != 1 || newest > NEWEST_LIBC) {
      throw new MalformedException(
          "platform tag", text, "musl has versions 1.0, 1.1, 1.2 and so on; " + ACCEPTED);
    }
    requireLinuxName(text, arch);
    var tags = new ArrayList<String>();
    for (int minor = newest; minor >= 0; minor--) {
      tags.add("musllinux_1_" + minor + "_" + arch);
    }
    tags.add("linux_" + arch);
    return new Platform(tag, Family.LINUX, arch, tags);
  }

  private static void requireLinuxName(String text, String arch) {
    String name = LINUX_NAMES.get(arch);
    if (name != null) {
      throw new MalformedException(
          "platform tag", text, "on Linux the machine " + arch + " is called " + name);
    }
  }

  /**
   * The order of {@code packaging.tags.ios_platforms}: the minor versions of this major one, then
   * ten of each older one down to 12.
   */
  private static Platform ios(String text, String tag, Matcher ios) {
    int newest = Integer.parseInt(ios.group(1));
    int minor = Integer.parseInt(ios.group(2));
    if (newest < OLDEST_IOS || newest > NEWEST_IOS || minor > NEWEST_IOS) {
      throw new MalformedException(
          "platform tag", text, "CPython is for iOS 12.0 and later; " + ACCEPTED);
    }
    var tags = new ArrayList<String>();
    for (int major = newest; major >= OLDEST_IOS; major--) {
      for (int older = major == newest ? minor : LAST_IOS_MINOR; older >= 0; older--) {
        tags.add("ios_" + major + "_" + older + "_" + ios.group(3));
      }
    }
    String machine = ios.group(3).substring(0, ios.group(3).indexOf("_iphone"));
    return new Platform(tag, Family.IOS, machine, tags);
  }

  /** Every API level down to 16, as in {@code packaging.tags.android_platforms}. */
  private static Platform android(String text, String tag, int newest, String abi) {
    if (newest < OLDEST_ANDROID || newest > NEWEST_ANDROID) {
      throw new MalformedException(
          "platform tag", text, "CPython is for Android API level 16 and later; " + ACCEPTED);
    }
    var tags = new ArrayList<String>();
    for (int level = newest; level >= OLDEST_ANDROID; level--) {
      tags.add("android_" + level + "_" + abi);
    }
    return new Platform(
        tag, Family.ANDROID, Objects.requireNonNull(ANDROID_MACHINES.get(abi)), tags);
  }

  /**
   * The order of {@code packaging.tags.mac_platforms}: year by year down to 11, then 10.16 down to
   * 10.4.
   */
  private static List<String> macTags(int major, int minor, String arch) {
    var tags = new ArrayList<String>();
    if (major == 10) {
      for (int older = minor; older >= OLDEST_MACOS_MINOR; older--) {
        addMac(tags, 10, older, macFormats(arch));
      }
      return tags;
    }
    for (int older = major; older >= 11; older--) {
      addMac(tags, older, 0, macFormats(arch));
    }
    for (int older = 16; older >= OLDEST_MACOS_MINOR; older--) {
      addMac(tags, 10, older, arch.equals("x86_64") ? macFormats(arch) : List.of("universal2"));
    }
    return tags;
  }

  private static void addMac(List<String> tags, int major, int minor, List<String> formats) {
    formats.forEach(format -> tags.add("macosx_" + major + "_" + minor + "_" + format));
  }

  private static List<String> macFormats(String arch) {
    if (arch.equals("arm64")) {
      return List.of("arm64", "universal2");
    }
    return List.of("x86_64", "intel", "fat64", "fat32", "universal2", "universal");
  }

  /** The family of operating system. */
  public Family family() {
    return family;
  }

  /** {@code platform.machine()} on this platform. */
  public String machine() {
    return machine;
  }

  /** The platform tags it supports, the newest first. */
  public List<String> tags() {
    return tags;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Platform platform && tag.equals(platform.tag);
  }

  @Override
  public int hashCode() {
    return tag.hashCode();
  }

  /** The tag it was named by. */
  @Override
  public String toString() {
    return tag;
  }
}
