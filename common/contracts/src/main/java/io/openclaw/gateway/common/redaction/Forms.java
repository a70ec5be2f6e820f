package io.openclaw.gateway.common.redaction;

/** Masks the body of a part of {@code multipart/form-data} (RFC 7578) whose name is one of a secret. */
final class Forms {
    private static final int MAX_HEADERS = 4;
    private static final int MAX_LINE = 256;

    private final String text;
    private final Values values;
    private final Work work;

    Forms(String text, Values values, Work work) {
        this.text = text;
        this.values = values;
        this.work = work;
    }

    /**
     * Masks the first line of the body.
     *
     * @param name where the name begins
     * @param from where its quotes are closed
     * @return the end of the body's first line, or -1 if there is none
     */
    int part(int name, int from, SecretNames.Name said) {
        int disposition = Math.max(0, name - 64);
        int formData = text.substring(disposition, name).lastIndexOf("form-data") + disposition;
        work.add(64);
        if (formData < disposition) {
            return -1;
        }
        int at = from;
        for (int lines = 0; lines <= MAX_HEADERS; lines++) {
            int end = text.indexOf('\n', at, Math.min(text.length(), at + MAX_LINE));
            if (end < 0) {
                return -1;
            }
            work.add(end - at);
            boolean empty = lines > 0 && (end == at || (end == at + 1 && text.charAt(at) == '\r'));
            at = end + 1;
            if (empty) {
                return body(at, said);
            }
        }
        return -1;
    }

    private int body(int start, SecretNames.Name said) {
        int end = start;
        int limit = Math.min(text.length(), start + Values.MAX_VALUE);
        while (end < limit && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            end++;
        }
        work.add(end - start);
        return end == start || text.startsWith("--", start)
                ? -1
                : Math.max(end, values.literal(start, end, said, true));
    }
}
