package dev.airlock.resolve;

import dev.airlock.packaging.marker.Requirement;
import java.util.List;

/** What a version requires on a target. */
public sealed interface Dependencies {
  /**
   * Its requirements.
   *
   * @param requirements those whose markers hold on the target
   */
  record Known(List<Requirement> requirements) implements Dependencies {
    /** Copies the requirements. */
    public Known {
      requirements = List.copyOf(requirements);
    }
  }

  /**
   * The version turned out to be of no use, when it was looked at.
   *
   * @param refusal why
   */
  record Unusable(Refusal refusal) implements Dependencies {}
}
