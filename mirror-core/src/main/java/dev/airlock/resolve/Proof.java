package dev.airlock.resolve;

import dev.airlock.resolve.Incompatibility.Cause;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;

/**
 * A derivation as sentences, each of which follows from facts and from sentences before it. What is
 * referred to from further away has a number.
 *
 * @see <a href="https://github.com/dart-lang/pub/blob/master/doc/solver.md#error-reporting">Error
 *     reporting of PubGrub</a>
 */
final class Proof {
  private static final int READABLE = 24;

  private final Wording wording;
  private final IdentityHashMap<Incompatibility, Incompatibility> plain = new IdentityHashMap<>();
  private final IdentityHashMap<Incompatibility, Integer> uses = new IdentityHashMap<>();
  private final IdentityHashMap<Incompatibility, Integer> numbers = new IdentityHashMap<>();
  private final List<String> sentences = new ArrayList<>();
  private String lastClause = "";

  Proof(Wording wording) {
    this.wording = wording;
  }

  /** Whether a derivation has few enough steps to be read. */
  boolean isReadable(Incompatibility conclusion) {
    return count(conclusion) <= READABLE;
  }

  private static int count(Incompatibility conclusion) {
    IdentityHashMap<Incompatibility, Boolean> seen = new IdentityHashMap<>();
    Deque<Incompatibility> open = new ArrayDeque<>(List.of(conclusion));
    while (!open.isEmpty() && seen.size() <= READABLE) {
      Incompatibility next = open.pop();
      if (next.cause() instanceof Cause.Derived(Incompatibility left, Incompatibility right)
          && seen.put(next, true) == null) {
        open.push(left);
        open.push(right);
      }
    }
    return seen.size();
  }

  /** The sentences of a readable derivation; a fact by itself is one. */
  List<String> sentences(Incompatibility conclusion) {
    Incompatibility last = plain(conclusion);
    if (last.cause() instanceof Cause.Derived) {
      countUses(last);
      conclude(last);
    } else {
      sentences.add(sentence(wording.fact(last)));
    }
    return List.copyOf(sentences);
  }

  /**
   * Without the steps that only carry something from an extra to its project, which say nothing to
   * a reader.
   */
  private Incompatibility plain(Incompatibility incompatibility) {
    Incompatibility known = plain.get(incompatibility);
    if (known == null) {
      known = contracted(incompatibility);
      plain.put(incompatibility, known);
    }
    return known;
  }

  private Incompatibility contracted(Incompatibility incompatibility) {
    if (!(incompatibility.cause()
        instanceof Cause.Derived(Incompatibility left, Incompatibility right))) {
      return incompatibility;
    }
    Incompatibility first = plain(left);
    Incompatibility second = plain(right);
    if (first.cause() instanceof Cause.SameVersion) {
      return concluding(incompatibility, second);
    }
    if (second.cause() instanceof Cause.SameVersion) {
      return concluding(incompatibility, first);
    }
    return new Incompatibility(incompatibility.terms(), new Cause.Derived(first, second));
  }

  /** A step with another's causes; a fact stays as it was found. */
  private static Incompatibility concluding(Incompatibility step, Incompatibility from) {
    return from.cause() instanceof Cause.Derived
        ? new Incompatibility(step.terms(), from.cause())
        : from;
  }

  private void countUses(Incompatibility incompatibility) {
    if (incompatibility.cause()
            instanceof Cause.Derived(Incompatibility left, Incompatibility right)
        && uses.merge(incompatibility, 1, Integer::sum) == 1) {
      countUses(left);
      countUses(right);
    }
  }

  private void conclude(Incompatibility incompatibility) {
    Cause.Derived derived = (Cause.Derived) incompatibility.cause();
    Incompatibility left = derived.left();
    Incompatibility right = derived.right();
    if (isOpen(left) && isOpen(right)) {
      conclude(left);
      number(left);
      conclude(right);
      say("And because " + reference(left), incompatibility);
    } else if (isOpen(left) || isOpen(right)) {
      Incompatibility open = isOpen(left) ? left : right;
      Incompatibility known = isOpen(left) ? right : left;
      conclude(open);
      say("And because " + reference(known), incompatibility);
    } else {
      String first = reference(left);
      // A clause with a comma in it is closed by another one.
      String and = first.contains(", but ") ? ", and " : " and ";
      say("Because " + first + and + reference(right), incompatibility);
    }
  }

  /** Whether something has to be concluded before it can be referred to. */
  private boolean isOpen(Incompatibility incompatibility) {
    return incompatibility.cause() instanceof Cause.Derived
        && !numbers.containsKey(incompatibility);
  }

  private String reference(Incompatibility incompatibility) {
    Integer number = numbers.get(incompatibility);
    return wording.clause(incompatibility) + (number == null ? "" : " (" + number + ")");
  }

  private void say(String because, Incompatibility conclusion) {
    String clause = wording.clause(conclusion);
    // Steps about an extra and about its project can read alike: once is enough.
    if (!clause.equals(lastClause)) {
      sentences.add(sentence(because + ", " + clause));
      lastClause = clause;
    }
    if (Objects.requireNonNullElse(uses.get(conclusion), 1) > 1) {
      number(conclusion);
    }
  }

  /** Numbers the conclusion that was said last. */
  private void number(Incompatibility conclusion) {
    if (numbers.putIfAbsent(conclusion, numbers.size() + 1) == null) {
      sentences.add(sentences.removeLast() + " (" + numbers.get(conclusion) + ")");
    }
  }

  private static String sentence(String text) {
    return (text.startsWith("the ") ? "The " + text.substring(4) : text) + ".";
  }
}
