package io.openclaw.gateway.vetting.core.rule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1/",
                "http://127.1:80/x",
                "http://0x7f000001/",
                "http://2130706433",
                "http://0177.0.0.1/",
                "http://0x7f.0x0.0x0.0x1/",
                "http://127.0.0.1./",
                "http://127.0.0.1../",
                "http:/127.0.0.1/x",
                "http:127.0.0.1",
                "http:////127.0.0.1/",
                "http:\\\\127.0.0.1\\x",
                " http://127.0.0.1/ ",
                "\u00a0http://127.0.0.1/",
                "ht\ntp://127.0.0.1/",
                "http://①②⑦.⓪.⓪.①/",
                "http://１２７。０。０。１/",
                "http://%31%32%37.0.0.1/",
                "http://127%2E0.0.1/",
                "http://user:password@127.0.0.1/",
                "http://example.com@127.0.0.1/",
                "http://[::ffff:127.0.0.1]/",
                "http://[::ffff:7f00:1]/",
                "http://[0:0:0:0:0:ffff:7f00:1]/",
                "http://[::127.0.0.1]/",
                "http://[64:ff9b::7f00:1]/",
                "http://[2002:7f00:1::]/",
                "http://[::ffff:7f00:1%25lo]/",
                "HTTPS://127.0.0.1",
                "//127.0.0.1/x",
                "127.0.0.1:8080",
                "me@127.0.0.1:file"
            })
    void isTheSameHostHoweverItIsWritten(String address) {
        assertThat(Hosts.of(address)).isEqualTo("127.0.0.1");
    }

    @ParameterizedTest
    @CsvSource({
        "http://Example.COM./a,example.com",
        "https://bücher.example/,bücher.example",
        "http://[::1]:80/,::1",
        "http://[0:0:0:0:0:0:0:1]/,::1",
        "http://[FE80::1%25eth0]/,fe80::1",
        "http://[fd00:ec2:0:0:0:0:0:254]/,fd00:ec2::254",
        "http://999.1.1.1/,999.1.1.1",
        "http://1.2.3.4.example.com/,1.2.3.4.example.com",
        "registry:5000/x:tag,registry",
        "http://a:b:c/,a"
    })
    void isReadFromOtherAddresses(String address, String host) {
        assertThat(Hosts.of(address)).isEqualTo(host);
    }

    @Test
    void isNoneInAText() {
        assertThat(Hosts.of("two words")).isNull();
        assertThat(Hosts.of("")).isNull();
        assertThat(Hosts.of("http://")).isNull();
        assertThat(Hosts.of("x".repeat(5_000))).isNull();
    }
}
