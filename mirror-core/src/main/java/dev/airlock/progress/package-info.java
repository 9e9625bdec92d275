/** Events that tell how long work goes on, and the listener that draws or logs them. */
@NullMarked
package dev.airlock.progress;

import org.jspecify.annotations.NullMarked;
