/**
 * Wheel tags and the ordered lists of tags that platforms support (PEP 425, 600, 656, 730, 738).
 */
@NullMarked
package dev.airlock.packaging.tag;

import org.jspecify.annotations.NullMarked;
