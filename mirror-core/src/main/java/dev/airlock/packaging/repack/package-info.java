/** What turns an sdist into a wheel without building it, and where such a wheel is from. */
@NullMarked
package dev.airlock.packaging.repack;

import org.jspecify.annotations.NullMarked;
