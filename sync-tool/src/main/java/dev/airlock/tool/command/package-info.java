/** The commands: each reads its options, delegates, and says what came of it. */
@NullMarked
package dev.airlock.tool.command;

import org.jspecify.annotations.NullMarked;
