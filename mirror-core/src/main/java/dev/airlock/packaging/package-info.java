/**
 * The Python packaging standards as immutable values. Pure: nothing below this package does I/O.
 */
@NullMarked
package dev.airlock.packaging;

import org.jspecify.annotations.NullMarked;
