package io.openclaw.gateway.approval.channel.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.approval.channel.core.DeliveryStatus;
import io.openclaw.gateway.approval.channel.core.Hmac;
import io.openclaw.gateway.approval.channel.core.Press;
import io.openclaw.gateway.approval.channel.core.Tokens;
import io.openclaw.gateway.approval.channel.core.WrongSignatureException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class WhatsAppWebhookTest {
    private static final String SECRET = "app-secret";

    private final WhatsAppWebhook webhook = new WhatsAppWebhook(SECRET, "verify-me", "106540352242922");

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String signature(String secret, byte[] body) {
        return "sha256=" + HexFormat.of().formatHex(Hmac.sha256(bytes(secret), body));
    }

    private WhatsAppWebhook.Delivered read(String body) throws WrongSignatureException {
        return webhook.read(bytes(body), signature(SECRET, bytes(body)));
    }

    private static String delivery(String phone, String value) {
        return "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"messages\",\"value\":"
                + "{\"messaging_product\":\"whatsapp\",\"metadata\":{\"phone_number_id\":\"" + phone + "\"}," + value
                + "}}]}]}";
    }

    private static String ours(String value) {
        return delivery("106540352242922", value);
    }

    @Test
    void readsAPressOfAButton() throws WrongSignatureException {
        assertThat(read(ours(
                                "\"contacts\":[{\"wa_id\":\"4915123456789\"}],\"messages\":[{\"from\":\"4915123456789\",\"id\":\"wamid.2\","
                                        + "\"timestamp\":\"1764237600\",\"type\":\"interactive\",\"context\":{\"id\":\"wamid.1\"},"
                                        + "\"interactive\":{\"type\":\"button_reply\",\"button_reply\":{\"id\":\"token\",\"title\":\"Approve\"}}}]"))
                        .presses())
                .containsExactly(
                        new Press("whatsapp", "wamid.2", "4915123456789", Tokens.hash("token"), "wamid.1", null));
    }

    @Test
    void readsAPressOnATemplate() throws WrongSignatureException {
        assertThat(read(ours("\"messages\":[{\"from\":\"49151\",\"id\":\"wamid.2\",\"type\":\"button\","
                                + "\"button\":{\"payload\":\"token\",\"text\":\"Approve\"}}]"))
                        .presses())
                .containsExactly(new Press("whatsapp", "wamid.2", "49151", Tokens.hash("token"), null, null));
    }

    @Test
    void readsWhatBecameOfMessages() throws WrongSignatureException {
        assertThat(read(ours(
                                "\"statuses\":[{\"id\":\"wamid.1\",\"status\":\"delivered\"},{\"id\":\"wamid.2\",\"status\":\"failed\","
                                        + "\"errors\":[{\"code\":131047,\"title\":\"Re-engagement message\"}]},"
                                        + "{\"id\":\"wamid.3\",\"status\":\"warning\"}]"))
                        .statuses())
                .containsExactly(
                        new WhatsAppWebhook.Status("wamid.1", DeliveryStatus.DELIVERED, null, false),
                        new WhatsAppWebhook.Status(
                                "wamid.2", DeliveryStatus.FAILED, "WhatsApp: Re-engagement message (131047)", true));
    }

    @Test
    void readsWhoWroteSomethingElse() throws WrongSignatureException {
        WhatsAppWebhook.Delivered delivered = read(
                ours(
                        "\"messages\":[{\"from\":\"49151\",\"id\":\"wamid.2\",\"type\":\"text\",\"text\":{\"body\":\"approve\"}}]"));
        assertThat(delivered.presses()).isEmpty();
        assertThat(delivered.writers()).containsExactly("49151");
    }

    @Test
    void leavesAloneWhatIsForAnotherNumber() throws WrongSignatureException {
        assertThat(read(delivery(
                                "999",
                                "\"messages\":[{\"from\":\"49151\",\"id\":\"wamid.2\",\"type\":\"button\",\"button\":{\"payload\":\"t\"}}]"))
                        .presses())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "null", "1", "{\"entry\":1}", "{\"entry\":[{\"changes\":{}}]}"})
    void findsNothingInWhatIsOfAnotherShape(String body) throws WrongSignatureException {
        WhatsAppWebhook.Delivered delivered = read(body);
        assertThat(delivered.presses()).isEmpty();
        assertThat(delivered.writers()).isEmpty();
        assertThat(delivered.statuses()).isEmpty();
    }

    @Test
    void saysThatASignedBodyIsNoJson() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("{\"entry\":"))
                .withMessageContaining("no JSON");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "sha256=",
                "sha256=zz",
                "sha1=0000",
                "sha256=0000000000000000000000000000000000000000000000000000000000000000"
            })
    void rejectsWhatIsNotSigned(@Nullable String signature) {
        assertThatThrownBy(() -> webhook.read(bytes("{}"), signature))
                .isInstanceOf(WrongSignatureException.class)
                .hasMessageContaining("X-Hub-Signature-256");
    }

    @Test
    void rejectsWhatAnotherSecretSigned() {
        byte[] body = bytes("{}");
        assertThatThrownBy(() -> webhook.read(body, signature("another", body)))
                .isInstanceOf(WrongSignatureException.class);
    }

    /** One byte more, even a blank that changes no meaning, is another body. */
    @Test
    void rejectsABodyThatWasChanged() {
        String signature = signature(SECRET, bytes("{\"entry\":[]}"));
        assertThatThrownBy(() -> webhook.read(bytes("{\"entry\":[] }"), signature))
                .isInstanceOf(WrongSignatureException.class);
    }

    @Test
    void knowsTheCheckOfTheWebhook() {
        assertThat(webhook.isOurs("subscribe", "verify-me")).isTrue();
        assertThat(webhook.isOurs("subscribe", "verify-you")).isFalse();
        assertThat(webhook.isOurs("unsubscribe", "verify-me")).isFalse();
        assertThat(webhook.isOurs("subscribe", null)).isFalse();
        assertThat(webhook.isOurs(null, "verify-me")).isFalse();
    }
}
