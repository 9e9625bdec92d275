/** The lock file {@code pylock.toml} (PEP 751), read and written. */
@NullMarked
package dev.airlock.lock;

import org.jspecify.annotations.NullMarked;
