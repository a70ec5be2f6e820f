package io.openclaw.gateway.common.console;

import io.nayuki.qrcodegen.QrCode;

/** Draws QR codes (ISO/IEC 18004) as paths of SVG. */
final class QrCodes {
    /** The light border that readers need, in modules. */
    private static final int BORDER = 4;

    private QrCodes() {}

    /**
     * A QR code to be drawn dark on light.
     *
     * @param size of the whole square with its border, in modules
     * @param path what is dark
     */
    record Drawing(int size, String path) {}

    static Drawing of(String text) {
        QrCode code = QrCode.encodeText(text, QrCode.Ecc.MEDIUM);
        var path = new StringBuilder();
        for (int y = 0; y < code.size; y++) {
            for (int x = 0; x < code.size; x++) {
                if (code.getModule(x, y)) {
                    path.append('M')
                            .append(x + BORDER)
                            .append(' ')
                            .append(y + BORDER)
                            .append("h1v1h-1z");
                }
            }
        }
        return new Drawing(code.size + 2 * BORDER, path.toString());
    }
}
