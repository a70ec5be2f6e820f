package io.openclaw.gateway.vetting.core.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LanguagesTest {
    @ParameterizedTest
    @CsvSource({
        "Bash,sh",
        "' bash ',sh",
        "zsh,sh",
        "/bin/bash,sh",
        "shell-script,sh",
        "PowerShell,powershell",
        "cmd,powershell",
        "language-bash,sh",
        "sh,sh",
        "bash5.2,sh",
        "Python,python",
        "python3.12,python",
        "py,python",
        "Python 3,python",
        "JavaScript,node",
        "TypeScript,node",
        "node20,node",
        "rb,ruby",
        "PostgreSQL,sql",
        "T-SQL,sql",
        "COBOL,cobol",
        "c++,c++"
    })
    void hasOneNameForEachSpelling(String written, String normal) {
        assertThat(Languages.normal(written)).isEqualTo(normal);
    }
}
