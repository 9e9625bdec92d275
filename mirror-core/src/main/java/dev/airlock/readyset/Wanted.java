package dev.airlock.readyset;

import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.GroupName;
import dev.airlock.packaging.target.Target;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What is wanted of a ready set.
 *
 * @param targets what it is to be installed on, one at least
 * @param extras the extras of the project
 * @param groups dependency groups besides the default ones
 * @param defaultGroups whether the default groups are wanted
 * @param environment the environment variables, for the files that refer to them
 * @param indexes the declared addresses of indexes that are known here, by their keys in the store,
 *     for locks that were made through a mirror
 */
public record Wanted(
    List<Target> targets,
    Set<ExtraName> extras,
    Set<GroupName> groups,
    boolean defaultGroups,
    Map<String, String> environment,
    Function<String, Optional<URI>> indexes) {
  /** Copies the collections. */
  public Wanted {
    targets = List.copyOf(targets);
    extras = Set.copyOf(extras);
    groups = Set.copyOf(groups);
    environment = Map.copyOf(environment);
  }

  /** The same where no index is known but those that everybody knows. */
  public Wanted(
      List<Target> targets,
      Set<ExtraName> extras,
      Set<GroupName> groups,
      boolean defaultGroups,
      Map<String, String> environment) {
    this(targets, extras, groups, defaultGroups, environment, _ -> Optional.empty());
  }
}
