package io.openclaw.gateway.common.redaction;

import java.util.Arrays;

/** Classes of characters, each one bit of a table. */
final class Chars {
    static final int UPPER = 1;
    static final int LOWER = 2;
    static final int DIGIT = 4;
    static final int UNDERSCORE = 8;
    static final int DASH = 16;
    static final int BASE64 = 32;
    static final int HEX = 64;
    static final int DOT = 128;

    static final int LETTER = UPPER | LOWER;
    static final int ALNUM = LETTER | DIGIT;
    static final int WORD = ALNUM | UNDERSCORE;
    static final int NAME = WORD | DASH;
    /** What a token without a known form is made of. */
    static final int TOKEN = NAME | BASE64;

    private static final short[] CLASSES = new short[128];

    static {
        Arrays.fill(CLASSES, 'A', 'Z' + 1, (short) UPPER);
        Arrays.fill(CLASSES, 'a', 'z' + 1, (short) LOWER);
        Arrays.fill(CLASSES, '0', '9' + 1, (short) DIGIT);
        for (char c : "0123456789abcdefABCDEF".toCharArray()) {
            CLASSES[c] |= HEX;
        }
        CLASSES['_'] = UNDERSCORE;
        CLASSES['-'] = DASH;
        CLASSES['+'] = BASE64;
        CLASSES['/'] = BASE64;
        CLASSES['.'] = DOT;
    }

    private Chars() {}

    /** Returns the classes of a character; a letter outside ASCII counts as a letter of a name. */
    static int of(char c) {
        return c < 128 ? CLASSES[c] : 0;
    }

    static boolean is(char c, int classes) {
        return (of(c) & classes) != 0;
    }

    static boolean isLetter(char c) {
        return c < 128 ? (CLASSES[c] & LETTER) != 0 : Character.isLetter(c);
    }

    static boolean isName(char c) {
        return c < 128 ? (CLASSES[c] & NAME) != 0 : Character.isLetter(c);
    }

    static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
