/** What a build is for: a Python on a platform, with its tags and its marker environment. */
@NullMarked
package dev.airlock.packaging.target;

import org.jspecify.annotations.NullMarked;
