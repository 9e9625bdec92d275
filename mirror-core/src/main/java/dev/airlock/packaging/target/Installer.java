package dev.airlock.packaging.target;

import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.util.Locale;

/**
 * The program that installs on a target. Where pip and uv apply the standards differently, its
 * rules decide what is chosen.
 *
 * @see <a href="https://docs.astral.sh/uv/pip/compatibility/">Compatibility of uv with pip</a>
 */
public enum Installer {
  /**
   * pip. Every requirement may ask for pre-releases, and pin a yanked version; a pre-release is
   * taken too where no final version satisfies. {@code Requires-Python} is obeyed to the letter.
   */
  PIP,
  /**
   * uv. Only what the preset itself states may ask for pre-releases or pin a yanked version;
   * pre-releases are taken too of a project that has nothing else. Upper bounds of {@code
   * Requires-Python} are ignored.
   */
  UV;

  /** Whether a file that requires some Pythons is taken for one. */
  public boolean takes(SpecifierSet requiresPython, Version python) {
    return switch (this) {
      case PIP -> requiresPython.contains(python);
      case UV -> requiresPython.clauses().stream().allMatch(clause -> clause.isReachedBy(python));
    };
  }

  /** The name of the program: {@code pip}, {@code uv}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
