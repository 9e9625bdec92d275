/** What a server was asked for and did not have ready. */
@NullMarked
package dev.airlock.ledger;

import org.jspecify.annotations.NullMarked;
