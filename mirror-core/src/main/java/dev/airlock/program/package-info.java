/**
 * What the tool and the server have in common as programs: which build they are, where the store
 * is, and where presets are looked for.
 */
@NullMarked
package dev.airlock.program;

import org.jspecify.annotations.NullMarked;
