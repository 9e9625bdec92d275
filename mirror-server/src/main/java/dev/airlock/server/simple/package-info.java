/** The pages and files that installers read: simple indexes, flat pages, locks and constraints. */
@NullMarked
package dev.airlock.server.simple;

import org.jspecify.annotations.NullMarked;
