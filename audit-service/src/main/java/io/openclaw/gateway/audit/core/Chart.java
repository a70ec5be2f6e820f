package io.openclaw.gateway.audit.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A bar chart as shapes, for an SVG that needs no script and no style of its own.
 *
 * @param label what it shows, for people who do not see it
 */
public record Chart(int width, int height, String label, List<Line> lines, List<Bar> bars, List<Text> texts) {
    private static final int LEFT = 36;
    private static final int BOTTOM = 20;
    private static final int TOP = 8;

    /** A line of the grid. */
    public record Line(String x1, String y1, String x2, String y2) {}

    /** A bar; {@code kind} is its class. */
    public record Bar(String x, String y, String width, String height, String kind, String title) {}

    /** A label of an axis. */
    public record Text(String x, String y, String anchor, String text) {}

    /** A part of a column. */
    public record Part(String kind, String name, long value) {}

    /** A column: what is under it, and its parts from below. */
    public record Column(String label, List<Part> parts) {
        long total() {
            return parts.stream().mapToLong(Part::value).sum();
        }
    }

    /** Draws stacked columns; every {@code labelEvery}th has its label under it. */
    public static Chart stacked(String label, List<Column> columns, int labelEvery) {
        int width = 1_120;
        int height = 220;
        long most = Math.max(4, columns.stream().mapToLong(Column::total).max().orElse(0));
        long step = niceStep(most);
        long top = (most + step - 1) / step * step;
        double plot = height - BOTTOM - TOP;
        List<Line> lines = new ArrayList<>();
        List<Text> texts = new ArrayList<>();
        for (long value = 0; value <= top; value += step) {
            double y = TOP + plot - plot * value / top;
            lines.add(new Line(Integer.toString(LEFT), px(y), Integer.toString(width), px(y)));
            texts.add(new Text(Integer.toString(LEFT - 6), px(y + 4), "end", Long.toString(value)));
        }
        List<Bar> bars = new ArrayList<>();
        double slot = (double) (width - LEFT) / Math.max(1, columns.size());
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            double x = LEFT + slot * i;
            double y = TOP + plot;
            for (Part part : column.parts()) {
                double high = plot * part.value() / top;
                y -= high;
                if (part.value() > 0) {
                    bars.add(new Bar(
                            px(x + slot * .12),
                            px(y),
                            px(Math.max(1, slot * .76)),
                            px(Math.max(1, high)),
                            part.kind(),
                            column.label() + ": " + part.value() + " " + part.name()));
                }
            }
            if (i % labelEvery == 0) {
                texts.add(new Text(px(x + slot / 2), Integer.toString(height - 5), "middle", column.label()));
            }
        }
        return new Chart(width, height, label, List.copyOf(lines), List.copyOf(bars), List.copyOf(texts));
    }

    private static long niceStep(long most) {
        long step = 1;
        while (most / step > 4) {
            step = String.valueOf(step).charAt(0) == '2' ? step / 2 * 5 : step * 2;
        }
        return step;
    }

    private static String px(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
