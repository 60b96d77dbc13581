/**
 * The program: command line, configuration, and the one class that joins the stages ({@link io.weir.Probe}).
 *
 * <p>Frames go through {@link io.weir.Intake} (decode, defragment) on the capture worker, or all the way on the calling
 * thread where a file is read. Starting goes from sink to source, stopping from source to sink. The configuration has one
 * schema; every stage gets its own small record of it.
 */
package io.weir;
