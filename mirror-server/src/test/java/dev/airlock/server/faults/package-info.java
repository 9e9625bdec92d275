/** Upstreams that fail in every way that is known, below a mirror that has to stand it. */
@NullMarked
package dev.airlock.server.faults;

import org.jspecify.annotations.NullMarked;
