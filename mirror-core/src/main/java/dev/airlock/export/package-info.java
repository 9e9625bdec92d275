/** Presets as folders of plain files: for pip's {@code --find-links}, or as a static index. */
@NullMarked
package dev.airlock.export;

import org.jspecify.annotations.NullMarked;
