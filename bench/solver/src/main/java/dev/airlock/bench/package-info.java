/** Benchmarks of the solver; no part of the product. */
@NullMarked
package dev.airlock.bench;

import org.jspecify.annotations.NullMarked;
