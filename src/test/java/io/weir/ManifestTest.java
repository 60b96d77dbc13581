package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Holds k8s/weir.yaml to Kubernetes' model and to what weir promises a node. */
class ManifestTest {
    private final Manifests manifests = new Manifests(read());
    private final PodSpec pod =
            manifests.object(DaemonSet.class).getSpec().getTemplate().getSpec();
    private final Container weir = pod.getContainers().get(0);

    private static String read() {
        try {
            return Files.readString(Path.of("k8s/weir.yaml"));
        } catch (IOException absent) {
            throw new AssertionError(absent);
        }
    }

    @Test
    void everyFieldIsOneThatKubernetesKnows() {
        assertThat(manifests.kinds()).containsExactly("Namespace", "ServiceAccount", "DaemonSet");
        assertThat(manifests.unknownFields()).isEmpty();
    }

    @Test
    void aFieldThatKubernetesDoesNotKnowWouldBeFound() {
        Manifests wrong = new Manifests(read().replace("hostNetwork:", "hostNetworks:"));

        assertThat(wrong.unknownFields()).containsExactly("DaemonSet.Spec.Template.Spec.hostNetworks");
    }

    @Test
    void itMayOpenRawSocketsAndNothingElse() {
        SecurityContext security = weir.getSecurityContext();

        assertThat(security.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(security.getCapabilities().getAdd()).containsExactly("NET_RAW");
        assertThat(security.getRunAsUser()).isZero();
        assertThat(security.getPrivileged()).isFalse();
        assertThat(security.getAllowPrivilegeEscalation()).isFalse();
        assertThat(security.getReadOnlyRootFilesystem()).isTrue();
        assertThat(security.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(pod.getHostNetwork()).isTrue();
        assertThat(pod.getHostPID()).isNull();
        assertThat(pod.getHostIPC()).isNull();
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getVolumes()).allSatisfy(volume -> {
            assertThat(volume.getHostPath()).isNull();
            assertThat(volume.getEmptyDir().getSizeLimit()).isNotNull();
        });
        assertThat(manifests.object(Namespace.class).getMetadata().getLabels())
                .containsEntry("pod-security.kubernetes.io/enforce", "privileged");
    }

    /** With the serial collector, 768 MiB under load: pauses up to 0.9 s; with this one 0.2 s, and a tenth of the losses. */
    @Test
    void collectingGarbageStopsItShortly() {
        assertThat(weir.getCommand()).contains("-XX:+UseG1GC");
    }

    @Test
    void nobodyLooksIntoItsMemory() {
        assertThat(weir.getCommand())
                .contains("-XX:+DisableAttachMechanism", "-XX:-CreateCoredumpOnCrash", "-XX:-UsePerfData")
                .noneMatch(option -> option.contains("jmx") || option.contains("HeapDump") || option.contains("jdwp"));
    }

    @Test
    void itRunsOnEveryNodeWithinBounds() {
        assertThat(pod.getTolerations()).singleElement().satisfies(toleration -> {
            assertThat(toleration.getOperator()).isEqualTo("Exists");
            assertThat(toleration.getKey()).isNull();
        });
        // but on one that Linux runs: the toleration lets it onto those of Windows too
        assertThat(pod.getNodeSelector()).containsExactly(java.util.Map.entry("kubernetes.io/os", "linux"));
        assertThat(weir.getResources().getLimits()).containsKeys("cpu", "memory", "ephemeral-storage");
        assertThat(weir.getVolumeMounts())
                .extracting(mount -> mount.getMountPath())
                .containsExactly("/tmp");
    }

    @Test
    void theKubeletAsksWhereWeirListens() throws Exception {
        Configuration defaults = ConfigurationReader.read(null, java.util.Map.of(), List.of());
        for (Probe probe : List.of(weir.getStartupProbe(), weir.getLivenessProbe(), weir.getReadinessProbe())) {
            assertThat(probe.getHttpGet().getHost()).isEqualTo(defaults.text(Schema.HOST));
            assertThat(probe.getHttpGet().getPort().getIntVal()).isEqualTo(defaults.integer(Schema.PORT));
        }
        assertThat(weir.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/livez");
        assertThat(weir.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/readyz");
        assertThat(weir.getPorts()).singleElement().satisfies(port -> assertThat(port.getContainerPort())
                .isEqualTo(defaults.integer(Schema.PORT)));
    }

    @Test
    void everyVariableIsAKeyOfTheConfiguration() {
        List<String> known =
                Schema.ALL.stream().map(Setting::environmentVariable).toList();

        assertThat(weir.getEnv()).extracting(EnvVar::getName).isSubsetOf(known);
    }
}
