/**
 * The closure of a preset on a target: which file of a version fits, which requirements apply, and
 * what building sdists takes. It connects pages and metadata, wherever they come from, with the
 * solver.
 */
@NullMarked
package dev.airlock.closure;

import org.jspecify.annotations.NullMarked;
