/** The program: reads its arguments, wires the parts, starts them and closes them. */
@NullMarked
package dev.airlock.server;

import org.jspecify.annotations.NullMarked;
