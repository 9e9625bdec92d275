/** Fuzz tests: every parser against bytes that nobody meant for it. */
@NullMarked
package dev.airlock.fuzz;

import org.jspecify.annotations.NullMarked;
