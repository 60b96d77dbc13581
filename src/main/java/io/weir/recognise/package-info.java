/**
 * Ordered bytes to protocols and messages. A later stage: nothing is recognised yet, and the place is kept free between
 * {@code reassemble} and {@code relay}.
 */
package io.weir.recognise;
