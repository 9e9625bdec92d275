/**
 * The simple index: its model, and readers and writers of its HTML and JSON forms (PEP 503, 691,
 * 700).
 */
@NullMarked
package dev.airlock.index;

import org.jspecify.annotations.NullMarked;
