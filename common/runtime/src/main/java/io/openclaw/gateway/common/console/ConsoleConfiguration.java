package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.web.ConsoleLogin;
import io.openclaw.gateway.common.web.WebAddresses;
import jakarta.servlet.DispatcherType;
import java.time.Clock;
import java.util.EnumSet;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.session.jdbc.JdbcIndexedSessionRepository;
import org.springframework.session.web.http.CookieHttpSessionIdResolver;
import org.springframework.session.web.http.DefaultCookieSerializer;
import org.springframework.session.web.http.SessionRepositoryFilter;
import org.springframework.transaction.support.TransactionTemplate;

/** The console's shell, in every service. */
@Configuration(proxyBeanMethods = false)
@Import({
    ConsolePages.class,
    ShellAdvice.class,
    AssetController.class,
    SignInController.class,
    AccountController.class,
    SecondFactorController.class,
    PasskeyController.class
})
public class ConsoleConfiguration {
    private static final String SCHEMA = "console";

    @Bean
    AccountStore accountStore(DataSource dataSource, JdbcClient jdbc) {
        return new AccountStore(Schema.migrated(SCHEMA, dataSource), jdbc);
    }

    @Bean
    Accounts accounts(AccountStore store, Clock clock) {
        return new Accounts(store, clock);
    }

    @Bean
    SecondFactors secondFactors(AccountStore accounts, JdbcClient jdbc, Clock clock) {
        return SecondFactors.in(accounts.schema(), jdbc, clock);
    }

    @Bean
    Passkeys passkeys(AccountStore accounts, JdbcClient jdbc, WebAddresses addresses) {
        return new Passkeys(new PasskeyStore(accounts.schema(), jdbc), addresses);
    }

    @Bean
    SignedIn signedIn(ConsoleJournal journal) {
        return new SignedIn(ConsolePages.asked(), journal);
    }

    @Bean
    ConsoleAssets consoleAssets() {
        return new ConsoleAssets();
    }

    @Bean
    ConsoleJournal consoleJournal(EventPublisher publisher, GatewayProperties properties, Clock clock) {
        return new ConsoleJournal(publisher, properties.instanceName(), clock);
    }

    @Bean
    Reauthentication reauthentication(ConsoleLogin login, Clock clock) {
        return new Reauthentication(login, clock);
    }

    /** Signs people in with OpenID Connect, if a provider is set. */
    @Bean
    @ConditionalOnProperty("openclaw.console.oidc.issuer")
    OidcSignIn oidcSignIn(
            GatewayProperties properties,
            Accounts accounts,
            ConsoleLogin login,
            Reauthentication reauthentication,
            ConsoleJournal journal) {
        GatewayProperties.Oidc oidc = properties.console().oidc();
        return new OidcSignIn(
                oidc, new OidcPeople(oidc, accounts, login::isOfSettings), login, reauthentication, journal);
    }

    /** It comes after the accounts, because their schema is its schema. */
    @Bean
    JdbcIndexedSessionRepository sessionRepository(
            AccountStore store, JdbcTemplate jdbc, TransactionTemplate transactions, GatewayProperties properties) {
        var sessions = new JdbcIndexedSessionRepository(jdbc, transactions);
        sessions.setTableName(SCHEMA + ".spring_session");
        // Whether a session was used is for SessionLimits to say.
        sessions.setDefaultMaxInactiveInterval(properties.console().sessionTimeout());
        return sessions;
    }

    /** Agents and programs have no sessions, so only the console's paths get this filter. */
    @Bean
    FilterRegistrationBean<SessionRepositoryFilter<?>> sessionRepositoryFilter(JdbcIndexedSessionRepository sessions) {
        var cookies = new DefaultCookieSerializer();
        cookies.setCookieName("ocg_session");
        cookies.setCookiePath("/");
        cookies.setUseHttpOnlyCookie(true);
        // Lax, so that a link in a chat leads somebody who is signed in to the page; every change needs the CSRF token,
        // too.
        cookies.setSameSite("Lax");
        var ids = new CookieHttpSessionIdResolver();
        ids.setCookieSerializer(cookies);
        var filter = new SessionRepositoryFilter<>(sessions);
        filter.setHttpSessionIdResolver(ids);
        var registration = new FilterRegistrationBean<SessionRepositoryFilter<?>>(filter);
        registration.setOrder(SessionRepositoryFilter.DEFAULT_ORDER);
        registration.setUrlPatterns(ConsolePages.SERVLET_PATTERNS);
        registration.setDispatcherTypes(EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR));
        return registration;
    }
}
