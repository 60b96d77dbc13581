package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Renders the chart with Helm's own code and holds what comes out to Kubernetes' model and to k8s/weir.yaml. */
class ChartTest {
    private static final Path CHART = Path.of("helm/weir");

    @TempDir
    private Path folder;

    @Test
    void theStrictLintFindsNothing() {
        LintResult lint = new Helm(CHART).lint().strict().call();

        assertThat(lint.isFailed()).as(lint.getMessages().toString()).isFalse();
        assertThat(lint.getMessages()).noneMatch(line -> line.contains("[WARNING]") || line.contains("[ERROR]"));
    }

    @Test
    void withoutValuesItIsTheManifest() throws Exception {
        Manifests chart = render("");
        Manifests manifest = new Manifests(Files.readString(Path.of("k8s/weir.yaml")));

        assertThat(chart.kinds()).containsExactly("ServiceAccount", "DaemonSet");
        assertThat(chart.unknownFields()).isEmpty();
        assertThat(podOf(chart)).isEqualTo(podOf(manifest));
        assertThat(chart.object(DaemonSet.class).getSpec().getUpdateStrategy())
                .isEqualTo(manifest.object(DaemonSet.class).getSpec().getUpdateStrategy());
        assertThat(chart.object(DaemonSet.class).getMetadata().getNamespace()).isEqualTo("probes");
    }

    private static Object podOf(Manifests manifests) {
        Object template =
                Manifests.map(manifests.document("DaemonSet").get("spec")).get("template");
        return new HashMap<>(Manifests.map(Manifests.map(template).get("spec")));
    }

    @Test
    void theConfigurationReachesWeirAsItIs() throws Exception {
        Manifests chart = render("""
                config:
                  capture: {filter: "tcp port 80", interfaces: [eth0]}
                  log: {format: text}
                """);

        assertThat(chart.unknownFields()).isEmpty();
        Path file = Files.writeString(
                folder.resolve("weir.yaml"),
                chart.object(ConfigMap.class).getData().get("weir.yaml"));
        Configuration values = ConfigurationReader.read(file, Map.of(), List.of());
        assertThat(values.text(Schema.FILTER)).isEqualTo("tcp port 80");
        assertThat(values.list(Schema.INTERFACES)).containsExactly("eth0");
        assertThat(variables(chart)).containsEntry("WEIR_CONFIG", "/etc/weir/weir.yaml");
        assertThat(variables(chart)).doesNotContainKey("WEIR_LOG_FORMAT");
        assertThat(chart.object(DaemonSet.class)
                        .getSpec()
                        .getTemplate()
                        .getMetadata()
                        .getAnnotations())
                .containsKey("checksum/config");
    }

    @Test
    void credentialsAndTlsAreMounted() throws Exception {
        Manifests chart = render("""
                serve:
                  host: 0.0.0.0
                  port: 9999
                  hostNames: [weir.example, probe.example]
                  tokensSecret: weir-tokens
                  tlsSecret: weir-tls
                  clientCertificates: true
                """);

        assertThat(chart.unknownFields()).isEmpty();
        Map<String, String> variables = variables(chart);
        assertThat(variables)
                .containsEntry("WEIR_SERVE_HOST", "0.0.0.0")
                .containsEntry("WEIR_SERVE_PORT", "9999")
                .containsEntry("WEIR_SERVE_HOST_NAMES", "weir.example,probe.example")
                .containsEntry("WEIR_SERVE_TOKENS_FILE", "/etc/weir-tokens/tokens")
                .containsEntry("WEIR_SERVE_TLS_CLIENT_CA", "/etc/weir-tls/ca.crt");
        variables.remove("WEIR_NODE_NAME");
        assertThat(ConfigurationReader.read(null, variables, List.of()).integer(Schema.PORT))
                .isEqualTo(9999);
        Container weir = pod(chart).getContainers().get(0);
        assertThat(weir.getReadinessProbe().getHttpGet().getScheme()).isEqualTo("HTTPS");
        assertThat(weir.getReadinessProbe().getHttpGet().getHost()).isEqualTo("127.0.0.1");
        assertThat(weir.getReadinessProbe().getHttpGet().getPort().getIntVal()).isEqualTo(9999);
        assertThat(pod(chart).getVolumes())
                .extracting(volume ->
                        volume.getSecret() == null ? null : volume.getSecret().getSecretName())
                .containsExactly(null, "weir-tokens", "weir-tls");
    }

    @Test
    void largerUploadsGetTheRoomThatTheyNeed() throws Exception {
        Manifests chart = render("""
                config: {serve: {max-replay-bytes: 1GiB}}
                temporaryFiles: 1152Mi
                resources: {limits: {ephemeral-storage: 1280Mi}}
                """);

        assertThat(pod(chart).getVolumes().get(0).getEmptyDir().getSizeLimit()).isEqualTo(new Quantity("1152Mi"));
        assertThat(pod(chart).getContainers().get(0).getResources().getLimits())
                .containsEntry("ephemeral-storage", new Quantity("1280Mi"))
                .containsKey("memory");
    }

    @Test
    void whatWeirWouldRefuseIsRefusedBeforeItReachesANode() {
        assertRefused("serve: {host: 0.0.0.0}", "everybody who reaches it could read the captured traffic");
        assertRefused("serve: {clientCertificates: true}", "needs serve.tlsSecret");
        assertRefused("serve: {host: 0.0.0.0, tlsSecret: weir-tls}", "set serve.tokensSecret");
    }

    @Test
    void valuesOfWrongTypesAreRefused() {
        assertRefused("serve: {port: eighty}", "port");
        assertRefused("serve: {port: 70000}", "port");
        assertRefused("serve: {prot: 80}", "prot");
        assertRefused("image: {pullPolicy: Sometimes}", "pullPolicy");
        assertRefused("tolerations: all", "tolerations");
        assertRefused("temporaryFiles: much", "temporaryFiles");
        assertRefused("resources: {limit: {}}", "resources");
        assertRefused("config: {plumbing: {}}", "config");
        assertRefused("config: {serve: {port: 80}}", "config");
        assertRefused("terminationGracePeriodSeconds: soon", "terminationGracePeriodSeconds");
    }

    private void assertRefused(String values, String words) {
        assertThatThrownBy(() -> render(values)).as(values).hasMessageContaining(words);
    }

    @Test
    void thingsOfTheClusterCanBeSet() throws Exception {
        PodSpec pod = pod(render("""
                image: {repository: registry.example/weir, tag: "1.2"}
                imagePullSecrets: [{name: pull}]
                nodeSelector: {probed: "yes"}
                priorityClassName: system-node-critical
                serviceAccount: {create: false, name: probe}
                podAnnotations: {team: net}
                """));

        assertThat(pod.getContainers().get(0).getImage()).isEqualTo("registry.example/weir:1.2");
        assertThat(pod.getNodeSelector())
                .containsOnly(Map.entry("kubernetes.io/os", "linux"), Map.entry("probed", "yes"));
        assertThat(pod.getServiceAccountName()).isEqualTo("probe");
        assertThat(pod.getPriorityClassName()).isEqualTo("system-node-critical");
        assertThat(pod.getImagePullSecrets()).hasSize(1);
    }

    /** What the README has a stranger do. */
    @Test
    void theImageThatWasPushedIsTheOneThatRuns() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        String pushed = readme.replaceFirst("(?s).*\nbuildah push (\\S+)\n.*", "$1");
        String manifest = Files.readString(Path.of("k8s/weir.yaml"));

        assertThat(readme).contains("sed 's|image: weir:|image: registry.example/weir:|' k8s/weir.yaml | kubectl");
        assertThat(manifest.replace("image: weir:", "image: registry.example/weir:"))
                .contains("image: " + pushed + "\n");
        assertThat(readme).contains("helm install weir helm/weir ", " --set image.repository=registry.example/weir\n");
        assertThat(pod(render("image: {repository: registry.example/weir}"))
                        .getContainers()
                        .get(0)
                        .getImage())
                .isEqualTo(pushed);
    }

    @Test
    void versionsAgree() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        String version = pom.replaceFirst("(?s).*?<artifactId>weir</artifactId>\\s*<version>([^<]+)<.*", "$1");

        assertThat(Files.readString(CHART.resolve("Chart.yaml")))
                .contains("\nversion: " + version + "\n")
                .contains("\nappVersion: " + version + "\n");
        assertThat(Files.readString(Path.of("k8s/weir.yaml"))).contains("image: weir:" + version + "\n");
        String push = "buildah push registry.example/weir:" + version + "\n";
        assertThat(Files.readString(Path.of("k8s/Containerfile"))).contains(push);
        assertThat(Files.readString(Path.of("README.md")))
                .contains(push, "/weir:" + version + " -f k8s/Containerfile .");
    }

    private Manifests render(String values) throws IOException {
        TemplateCommand template = new Helm(CHART)
                .template()
                .withName("weir")
                .withNamespace("probes")
                .withKubeVersion("1.31.0");
        if (!values.isEmpty()) {
            template.withValuesFile(Files.writeString(Files.createTempFile(folder, "values", ".yaml"), values));
        }
        return new Manifests(template.call());
    }

    private static PodSpec pod(Manifests chart) {
        return chart.object(DaemonSet.class).getSpec().getTemplate().getSpec();
    }

    private static Map<String, String> variables(Manifests chart) {
        return pod(chart).getContainers().get(0).getEnv().stream()
                .collect(Collectors.toMap(EnvVar::getName, each -> each.getValue() == null ? "" : each.getValue()));
    }
}
