package io.openclaw.gateway.common.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * The defaults of settings: {@code openclaw-defaults/all.yaml} for every process, and one file beside it for each service on the
 * class path. They are the least of all property sources.
 */
public final class Defaults {
    private static final String DIRECTORY = "openclaw-defaults/";

    private Defaults() {}

    /** Returns the defaults of everything on the class path. */
    public static Properties all() {
        try {
            return read(new PathMatchingResourcePatternResolver().getResources("classpath*:" + DIRECTORY + "*.yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException("the defaults on the class path cannot be read", e);
        }
    }

    /**
     * Returns the defaults in one file.
     *
     * @param name the file's name without its ending, such as {@code ingress}
     * @throws IllegalStateException if there is no such file
     */
    public static Properties of(String name) {
        return read(new ClassPathResource(DIRECTORY + name + ".yaml"));
    }

    private static Properties read(Resource... files) {
        var yaml = new YamlPropertiesFactoryBean();
        yaml.setResources(files);
        Properties properties = yaml.getObject();
        if (properties == null || properties.isEmpty()) {
            throw new IllegalStateException("there are no defaults in " + DIRECTORY + " on the class path");
        }
        return properties;
    }
}
