/** Drawing: progress, tables and amounts, on a terminal, in a log, or as JSON. */
@NullMarked
package dev.airlock.tool.terminal;

import org.jspecify.annotations.NullMarked;
