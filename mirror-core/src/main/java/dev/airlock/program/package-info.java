/**
 * What the tool and the server have in common as programs: which build they are, where the store
 * is, where presets are looked for, and how sizes and spans of time are written.
 */
@NullMarked
package dev.airlock.program;

import org.jspecify.annotations.NullMarked;
