/** Ready sets: files of other tools that say what to install, and the presets made from them. */
@NullMarked
package dev.airlock.readyset;

import org.jspecify.annotations.NullMarked;
