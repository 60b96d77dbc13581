package io.weir.serve;

import io.netty.handler.codec.DecoderException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;

/**
 * Takes in a capture and has it replayed. The body goes to a temporary file, readable for the owner only and deleted in
 * the end; one upload at a time.
 */
final class ReplayEndpoint {
    /** None of these can be sent by a page of another origin without asking first. */
    private static final Set<String> TYPES = Set.of(
            "application/vnd.tcpdump.pcap",
            "application/x-pcap",
            "application/x-pcapng",
            "application/gzip",
            "application/octet-stream");

    private static final String OWNER_ONLY = "rw-------";

    private final Vertx vertx;
    private final CaptureControl capture;
    private final Audit audit;
    private final long maxBytes;
    private final long signOfLifeMs;
    private boolean busy;
    /** Null before the first upload. */
    private String fileName;

    /** @param signOfLifeMs how long an answer may take before the connection gets a sign of life, and between two of them */
    ReplayEndpoint(Vertx vertx, CaptureControl capture, Audit audit, long maxBytes, long signOfLifeMs) {
        this.vertx = vertx;
        this.capture = capture;
        this.audit = audit;
        this.maxBytes = maxBytes;
        this.signOfLifeMs = signOfLifeMs;
    }

    void replay(Call call) {
        HttpServerRequest request = call.request();
        check(request);
        busy = true;
        request.pause();
        // whoever goes away before the file is there must not be waited for
        Promise<Void> copied = Promise.promise();
        request.exceptionHandler(cause -> copied.tryFail(gone(cause)));
        if (HttpHeaders.CONTINUE.toString().equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            call.response().writeContinue();
        }
        Future<JsonObject> done = emptyFile()
                .recover(ReplayEndpoint::unwritable)
                .compose(file -> receive(request, file, copied)
                        .compose(received -> replayed(call, Path.of(file)))
                        .eventually(() -> vertx.fileSystem().delete(file)));
        done.onComplete(result -> {
            busy = false;
            audit.control(call.caller(), request, Call.status(result));
        });
        call.answer(done.recover(failure -> late(call, failure)), result -> {
            if (call.response().headWritten()) {
                call.response().end(result.toBuffer());
            } else {
                call.done(result);
            }
        });
    }

    /**
     * The same name always, which goes when the process ends, so that a stop in the middle of an upload leaves nothing behind;
     * another one only if something else has come to lie there.
     */
    private Future<String> emptyFile() {
        return fileName == null
                ? newFile()
                : vertx.fileSystem()
                        .createFile(fileName, OWNER_ONLY)
                        .map(fileName)
                        .recover(taken -> newFile());
    }

    private Future<String> newFile() {
        return vertx.fileSystem()
                .createTempFile("weir-replay", ".pcap", OWNER_ONLY)
                .onSuccess(created -> {
                    fileName = created;
                    new File(created).deleteOnExit();
                });
    }

    /**
     * A replay may take longer than the connection may be idle. So the answer of a long one begins before it is known, with
     * blanks, which mean nothing in front of JSON.
     */
    private Future<JsonObject> replayed(Call call, Path file) {
        HttpServerResponse response = call.response();
        long timer = vertx.setPeriodic(signOfLifeMs, tick -> {
            if (!response.headWritten()) {
                response.setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
            }
            response.write(" ");
        });
        return capture.replay(file).onComplete(result -> vertx.cancelTimer(timer));
    }

    /** A capture that proves wrong after the answer has begun cannot change its status any more. */
    private static Future<JsonObject> late(Call call, Throwable failure) {
        return call.response().headWritten() && !call.response().closed()
                ? Future.succeededFuture(new JsonObject().put("problem", failure.getMessage()))
                : Future.failedFuture(failure);
    }

    private void check(HttpServerRequest request) {
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (type == null || !TYPES.contains(type.split(";")[0].strip().toLowerCase(java.util.Locale.ROOT))) {
            throw new Problem(
                    ProblemKind.MEDIA_TYPE,
                    "send the capture as the body, with 'Content-Type: application/vnd.tcpdump.pcap'",
                    "Content-Type");
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && length.matches("[0-9]{1,18}") && Long.parseLong(length) > maxBytes) {
            throw tooLarge();
        }
        if (busy) {
            throw new Problem(ProblemKind.CONFLICT, "another capture is being replayed; try again when it is done");
        }
    }

    private Future<Void> receive(HttpServerRequest request, String path, Promise<Void> copied) {
        return vertx.fileSystem()
                .open(path, new OpenOptions().setWrite(true))
                .<AsyncFile>recover(ReplayEndpoint::unwritable)
                .compose(file -> copy(request, file, copied).eventually(file::close));
    }

    /** The disk is full, as a rule. What was written of the capture must not be read: pieces may be missing in its middle. */
    private static <T> Future<T> unwritable(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return Future.failedFuture(new Problem(
                ProblemKind.BUSY,
                "the capture cannot be put into the folder for temporary files, " + System.getProperty("java.io.tmpdir")
                        + ": " + reason(cause) + "; make room there, or start weir with another: java"
                        + " -Djava.io.tmpdir=FOLDER -jar weir.jar"));
    }

    private static String reason(Throwable cause) {
        if (cause instanceof NoSuchFileException) {
            return "it does not exist";
        }
        return cause instanceof FileSystemException refused && refused.getReason() != null
                ? refused.getReason()
                : String.valueOf(cause.getMessage());
    }

    private Future<Void> copy(HttpServerRequest request, AsyncFile file, Promise<Void> copied) {
        if (copied.future().isComplete()) {
            return copied.future();
        }
        Progress progress = new Progress();
        request.handler(bytes -> {
            progress.receivedBytes += bytes.length();
            if (progress.receivedBytes > maxBytes) {
                copied.tryFail(tooLarge());
            }
            if (copied.future().isComplete()) {
                return;
            }
            Future<Void> before = progress.written;
            Future<Void> written = file.write(bytes).recover(ReplayEndpoint::unwritable);
            progress.written = before.compose(earlier -> written);
            written.onFailure(failure -> {
                copied.tryFail(failure);
                request.resume();
            });
            if (file.writeQueueFull()) {
                request.pause();
                file.drainHandler(drained -> request.resume());
            }
        });
        request.endHandler(end -> progress.written.onSuccess(written -> copied.tryComplete()));
        request.resume();
        return copied.future();
    }

    /** Of an upload that comes in; the event loop's. */
    private static final class Progress {
        long receivedBytes;
        /** Whether everything that came is in the file. */
        Future<Void> written = Future.succeededFuture();
    }

    /** A connection that breaks is a client that went away, in whatever words the transport says it. */
    private static Throwable gone(Throwable cause) {
        if (cause instanceof IOException) {
            return new HttpClosedException("the client went away: " + cause.getMessage());
        }
        boolean unreadable = cause instanceof IllegalArgumentException || cause instanceof DecoderException;
        return unreadable ? Problems.unreadableBody() : cause;
    }

    private Problem tooLarge() {
        return new Problem(ProblemKind.TOO_LARGE, "the capture is larger than " + maxBytes + " bytes");
    }
}
