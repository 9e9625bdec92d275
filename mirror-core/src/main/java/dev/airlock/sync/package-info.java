/** From preset to lock to store: decides purely, then acts. */
@NullMarked
package dev.airlock.sync;

import org.jspecify.annotations.NullMarked;
