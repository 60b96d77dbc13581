package io.weir;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Reads a configuration file as what is written, with lines, and not as objects: nothing of the file chooses a class, and
 * each refusal can say where.
 */
final class YamlFile {
    private static final int MAX_BYTES = 1 << 20;

    /**
     * One value of the file.
     *
     * @param key with the keys above it, joined by dots
     * @param texts one, or several for a list
     * @param list whether it was written as a list
     * @param tag what YAML takes a single value for
     * @param line from 1
     */
    record Entry(String key, List<String> texts, boolean list, Tag tag, int line) {}

    private final Path path;
    private final List<String> problems;
    private final List<Entry> entries = new ArrayList<>();
    private final Set<String> keys = new HashSet<>();

    private YamlFile(Path path, List<String> problems) {
        this.path = path;
        this.problems = problems;
    }

    /** Entries in the order of the file; what cannot be read becomes problems. */
    static List<Entry> read(Path path, List<String> problems) {
        YamlFile file = new YamlFile(path, problems);
        file.load();
        return file.entries;
    }

    private void load() {
        try {
            LoaderOptions options = new LoaderOptions();
            options.setCodePointLimit(MAX_BYTES);
            options.setNestingDepthLimit(8);
            options.setMaxAliasesForCollections(0);
            Node root = new Yaml(options).compose(new StringReader(text()));
            if (root != null) {
                collect("", root);
            }
        } catch (NoSuchFileException absent) {
            problems.add("configuration file " + path + " does not exist");
        } catch (CharacterCodingException notText) {
            problems.add("configuration file " + path + " is not UTF-8 text");
        } catch (AccessDeniedException denied) {
            problems.add("configuration file " + path + " cannot be read: this user may not");
        } catch (IOException unreadable) {
            problems.add("configuration file " + path + " cannot be read: " + unreadable.getMessage());
        } catch (MarkedYAMLException syntax) {
            int line = syntax.getProblemMark() == null
                    ? 0
                    : syntax.getProblemMark().getLine() + 1;
            problems.add("configuration file " + path + ":" + line + " is not YAML: " + syntax.getProblem());
        } catch (YAMLException refused) {
            problems.add("configuration file " + path + " is not YAML: " + refused.getMessage());
        }
    }

    /** The whole file; one that never ends, or is no configuration at all, costs no more memory than the longest one. */
    private String text() throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(path)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
            throw new IOException("it has more than " + MAX_BYTES + " bytes, the most that is allowed");
        }
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    private void collect(String prefix, Node node) {
        if (!(node instanceof MappingNode mapping)) {
            problems.add(at(node) + (prefix.isEmpty() ? "the file" : "'" + prefix + "'")
                    + " must hold keys, such as 'port: 9347'");
            return;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
                problems.add(at(tuple.getKeyNode()) + "a key must be a plain word");
                continue;
            }
            String key = prefix.isEmpty() ? name.getValue() : prefix + "." + name.getValue();
            if (!keys.add(key)) {
                problems.add(at(name) + "'" + key + "' stands there twice");
            } else if (isSection(key) || Schema.find(key).isEmpty() && tuple.getValueNode() instanceof MappingNode) {
                if (isSection(key)) {
                    section(key, tuple.getValueNode());
                } else {
                    problems.add(at(name) + ConfigurationReader.unknown(key));
                }
            } else {
                value(key, tuple.getValueNode());
            }
        }
    }

    private static boolean isSection(String key) {
        return Schema.ALL.stream().anyMatch(setting -> setting.key().startsWith(key + "."));
    }

    private void section(String key, Node node) {
        // a section whose every line is commented out is nothing, not a mistake
        if (!node.getTag().equals(Tag.NULL)) {
            collect(key, node);
        }
    }

    private void value(String key, Node node) {
        int line = line(node);
        if (node instanceof ScalarNode scalar) {
            entries.add(new Entry(key, List.of(scalar.getValue()), false, scalar.getTag(), line));
        } else if (node instanceof SequenceNode sequence
                && sequence.getValue().stream().allMatch(ScalarNode.class::isInstance)) {
            List<String> texts = sequence.getValue().stream()
                    .map(item -> ((ScalarNode) item).getValue())
                    .toList();
            entries.add(new Entry(key, texts, true, Tag.SEQ, line));
        } else {
            problems.add(at(node) + "'" + key + "' holds something nested where a value belongs");
        }
    }

    private String at(Node node) {
        return path + ":" + line(node) + ": ";
    }

    private static int line(Node node) {
        return node.getStartMark().getLine() + 1;
    }
}
