package io.weir.serve;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.io.File;
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
        request.exceptionHandler(copied::tryFail);
        if (HttpHeaders.CONTINUE.toString().equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            call.response().writeContinue();
        }
        Future<JsonObject> done = emptyFile().compose(file -> receive(request, file, copied)
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
                .compose(file -> copy(request, file, copied).eventually(file::close));
    }

    private Future<Void> copy(HttpServerRequest request, AsyncFile file, Promise<Void> copied) {
        if (copied.future().isComplete()) {
            return copied.future();
        }
        long[] received = new long[1];
        file.exceptionHandler(copied::tryFail);
        request.handler(bytes -> {
            received[0] += bytes.length();
            if (received[0] > maxBytes) {
                copied.tryFail(tooLarge());
                return;
            }
            file.write(bytes);
            if (file.writeQueueFull()) {
                request.pause();
                file.drainHandler(drained -> request.resume());
            }
        });
        request.endHandler(end -> copied.tryComplete());
        request.resume();
        return copied.future();
    }

    private Problem tooLarge() {
        return new Problem(ProblemKind.TOO_LARGE, "the capture is larger than " + maxBytes + " bytes");
    }
}
