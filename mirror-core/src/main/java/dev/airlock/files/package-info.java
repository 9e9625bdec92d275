/** Durable, atomic writing of files. */
@NullMarked
package dev.airlock.files;

import org.jspecify.annotations.NullMarked;
