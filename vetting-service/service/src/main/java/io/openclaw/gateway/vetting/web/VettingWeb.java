package io.openclaw.gateway.vetting.web;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Vetting's endpoint. */
@Configuration(proxyBeanMethods = false)
@Import({RulesController.class, TryPages.class})
public class VettingWeb {}
