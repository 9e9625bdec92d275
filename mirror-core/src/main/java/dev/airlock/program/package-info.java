/**
 * What the tool and the server have in common as programs: which build they are, and where the
 * store is.
 */
@NullMarked
package dev.airlock.program;

import org.jspecify.annotations.NullMarked;
