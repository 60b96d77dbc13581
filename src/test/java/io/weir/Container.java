package io.weir;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;

/**
 * weir as a pod's first container, run by runc the way a kubelet has it run: the command, user, capabilities, limits and
 * volumes of the manifest, in a network namespace of its own that has lo only. The files are this machine's, with the
 * test's class path instead of an image.
 */
final class Container implements AutoCloseable {
    private static final AtomicLong COUNT = new AtomicLong();
    private static final int PATIENCE_S = 60;
    private static final String RUNC = "runc";

    private final io.fabric8.kubernetes.api.model.Container manifest;
    private final PodSpec pod;
    private final Path bundle;
    private final String id = "weir-test-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    private final List<String> capabilities = new ArrayList<>();
    private boolean ambient;
    private long user;
    private Process process;

    Container(PodSpec pod, Path folder) throws IOException {
        this.pod = pod;
        manifest = pod.getContainers().get(0);
        user = manifest.getSecurityContext().getRunAsUser();
        manifest.getSecurityContext().getCapabilities().getAdd().forEach(name -> capabilities.add("CAP_" + name));
        bundle = Files.createDirectory(folder.resolve(id));
    }

    Container user(long id) {
        user = id;
        return this;
    }

    Container withoutCapabilities() {
        capabilities.clear();
        return this;
    }

    /** No Kubernetes does that: the capabilities survive the start of the program although its user is not 0. */
    Container ambientCapabilities() {
        ambient = true;
        return this;
    }

    Container start() throws IOException {
        Files.createDirectories(bundle.resolve("rootfs"));
        links();
        Files.writeString(bundle.resolve("config.json"), configuration().encodePrettily());
        try {
            process = new ProcessBuilder(RUNC, "run", "--bundle", bundle.toString(), id)
                    .redirectErrorStream(true)
                    .redirectOutput(output().toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .start();
        } catch (IOException missing) {
            Assumptions.abort("skipped, a program is missing: " + missing.getMessage());
        }
        return this;
    }

    private Path output() {
        return bundle.resolve("output");
    }

    /** What it printed. Skips the test, aloud, if there is no container at all. */
    String printed() throws IOException {
        String printed = Files.readString(output());
        Assumptions.assumeFalse(
                printed.contains("runc run failed"), () -> "skipped, runc cannot start a container here: " + printed);
        return printed;
    }

    /** The status of its program, once that has ended. */
    int status() throws InterruptedException, IOException {
        if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
            throw new AssertionError("the container does not end; it printed " + printed());
        }
        printed();
        return process.exitValue();
    }

    boolean running() {
        return process.isAlive();
    }

    /** Runs another program in the container. */
    String run(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(RUNC, "exec", id));
        command.addAll(List.of(words));
        Process inside = new ProcessBuilder(command).start();
        String text = new String(inside.getInputStream().readAllBytes());
        inside.waitFor();
        return text;
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder(RUNC, "kill", id, name).start().waitFor();
    }

    @Override
    public void close() throws IOException {
        try {
            new ProcessBuilder(RUNC, "delete", "--force", id).start().waitFor();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    /** Where programs and libraries are found may be links at the top. */
    private void links() throws IOException {
        for (String name : List.of("bin", "sbin", "lib", "lib64")) {
            Path link = Path.of("/", name);
            if (Files.isSymbolicLink(link)) {
                Files.createSymbolicLink(bundle.resolve("rootfs").resolve(name), Files.readSymbolicLink(link));
            }
        }
    }

    private JsonObject configuration() {
        JsonObject sets = new JsonObject();
        for (String set : List.of("bounding", "permitted", "effective")) {
            sets.put(set, new JsonArray(capabilities));
        }
        for (String set : List.of("inheritable", "ambient")) {
            sets.put(set, ambient ? new JsonArray(capabilities) : new JsonArray());
        }
        JsonArray namespaces = new JsonArray();
        for (String kind : List.of("pid", "ipc", "uts", "mount", "network")) {
            namespaces.add(new JsonObject().put("type", kind));
        }
        long memoryBytes = Quantity.getAmountInBytes(
                        manifest.getResources().getLimits().get("memory"))
                .longValueExact();
        return new JsonObject()
                .put("ociVersion", "1.0.2")
                .put("hostname", "node-1")
                .put(
                        "root",
                        new JsonObject()
                                .put("path", "rootfs")
                                .put("readonly", manifest.getSecurityContext().getReadOnlyRootFilesystem()))
                .put(
                        "process",
                        new JsonObject()
                                .put("cwd", "/")
                                .put("args", new JsonArray(command()))
                                .put("env", new JsonArray(environment()))
                                .put("user", new JsonObject().put("uid", user).put("gid", user))
                                .put("capabilities", sets)
                                .put(
                                        "noNewPrivileges",
                                        !manifest.getSecurityContext().getAllowPrivilegeEscalation()))
                .put("mounts", mounts())
                .put(
                        "linux",
                        new JsonObject()
                                .put("namespaces", namespaces)
                                .put(
                                        "resources",
                                        new JsonObject().put("memory", new JsonObject().put("limit", memoryBytes))));
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        for (String word : manifest.getCommand()) {
            switch (word) {
                case "java" -> {
                    command.add(Path.of(System.getProperty("java.home"), "bin", "java")
                            .toString());
                    // as the jar's manifest says it
                    command.add("--enable-native-access=ALL-UNNAMED");
                    command.add("-Dweir.log.product=true");
                }
                case "-jar" -> command.addAll(List.of("-cp", System.getProperty("java.class.path")));
                case "/weir.jar" -> command.add("io.weir.Main");
                default -> command.add(word);
            }
        }
        return command;
    }

    private List<String> environment() {
        List<String> environment = new ArrayList<>(List.of("PATH=/usr/bin:/bin", "WEIR_CAPTURE_INTERFACES=lo"));
        for (EnvVar variable : manifest.getEnv()) {
            environment.add(variable.getName() + "=" + (variable.getValue() == null ? "node-1" : variable.getValue()));
        }
        return environment;
    }

    private JsonArray mounts() {
        JsonArray mounts = new JsonArray()
                .add(mount("proc", "proc", "/proc", "nosuid", "nodev", "noexec"))
                .add(mount("sysfs", "sysfs", "/sys", "nosuid", "nodev", "noexec", "ro"))
                .add(mount("cgroup", "cgroup", "/sys/fs/cgroup", "nosuid", "nodev", "noexec", "ro"))
                .add(mount("tmpfs", "tmpfs", "/dev", "nosuid", "mode=755", "size=1m"));
        pod.getVolumes()
                .forEach(volume -> mounts.add(mount(
                        "tmpfs",
                        "tmpfs",
                        manifest.getVolumeMounts().stream()
                                .filter(mount -> mount.getName().equals(volume.getName()))
                                .findFirst()
                                .orElseThrow()
                                .getMountPath(),
                        "nosuid",
                        "nodev",
                        "mode=1777",
                        "size=" + Quantity.getAmountInBytes(volume.getEmptyDir().getSizeLimit()))));
        List<String> files = new ArrayList<>(List.of("/usr", "/etc", "/bin", "/lib", "/lib64"));
        files.add(System.getProperty("java.home"));
        files.addAll(List.of(System.getProperty("java.class.path").split(File.pathSeparator)));
        for (String file : files) {
            if (Files.exists(Path.of(file)) && !Files.isSymbolicLink(Path.of(file))) {
                mounts.add(mount("bind", file, file, "rbind", "ro"));
            }
        }
        return mounts;
    }

    private static JsonObject mount(String type, String source, String destination, String... options) {
        return new JsonObject()
                .put("type", type)
                .put("source", source)
                .put("destination", destination)
                .put("options", new JsonArray(List.of(options)));
    }
}
