package io.openclaw.gateway.policy.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.policy.core.EcmaPattern.WorkLimitException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolSchemaTest {
    private static ToolSchema schema(String json) {
        return ToolSchema.of(RawJson.of(json.replace('\'', '"')));
    }

    private static boolean accepts(ToolSchema schema, String arguments) {
        return schema.problemsWith(RawJson.of(arguments.replace('\'', '"'))).isEmpty();
    }

    /** A keyword that means nothing leaves the others of its schema. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'pattern':'(?<=a*)b'",
                "'pattern':'('",
                "'pattern':5",
                "'type':12",
                "'type':'date'",
                "'type':['string','file']",
                "'type':[]",
                "'required':true",
                "'required':'a'",
                "'$ref':'#/nowhere'",
                "'$ref':'http://127.0.0.1:1/s'",
                "'$ref':'file:///etc/passwd'",
                "'$ref':'other.json#/x'",
                "'$ref':12",
                "'$ref':'#'",
                "'$ref':'#nobody'",
                "'$ref':'::: not a uri'",
                "'$dynamicRef':'#nobody'",
                "'$id':'::: no uri'",
                "'$id':12",
                "'minLength':'4'",
                "'minLength':-1",
                "'minLength':1.5",
                "'multipleOf':0",
                "'multipleOf':-2",
                "'minimum':'1'",
                "'enum':'a'",
                "'enum':[]",
                "'allOf':{}",
                "'allOf':[]",
                "'anyOf':[1]",
                "'oneOf':'x'",
                "'not':7",
                "'if':3",
                "'items':3",
                "'prefixItems':{}",
                "'properties':[]",
                "'properties':{'a':'string','b':{}}",
                "'patternProperties':{'(':{}}",
                "'propertyNames':1",
                "'propertyNames':{'pattern':'('}",
                "'additionalProperties':'no'",
                "'dependentRequired':{'a':'b'}",
                "'dependentSchemas':5",
                "'contains':5",
                "'uniqueItems':'yes'",
                "'minimum':1e999999999",
                "'allOf':[{'$ref':'#'}]",
                "'$ref':1.5,'$dynamicRef':'#'",
                "'$ref':false,'$dynamicRef':''",
                "'$ref':'#/nowhere','allOf':[{}],'$dynamicRef':'#'"
            })
    void leavesOutWhatCannotBeUsedAloneAndSaysSo(String keyword) {
        ToolSchema schema = schema("{'maxProperties':2," + keyword + "}");
        assertThat(schema.notes())
                .isNotEmpty()
                .allMatch(note -> note.contains("not checked") || note.contains("ignored"));
        assertThat(schema.notes().getFirst()).contains(keyword.substring(1, keyword.indexOf("'", 1)));
        assertThat(accepts(schema, "{'a':1,'b':2}")).isTrue();
        assertThat(accepts(schema, "{'a':1,'b':2,'c':3}"))
                .as("the rest is checked")
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'format':'no-such-format'", "'$comment':5", "'x-order':[1]", "'nullable':true", "'description':5",
                        "'default':{}",
                "'title':[]", "'examples':1", "'deprecated':'x'", "'$vocabulary':5", "'contentSchema':5",
                        "'discriminator':'kind'",
                "'message':'x'", "'readOnly':1"
            })
    void leavesAnnotationsAlone(String keyword) {
        ToolSchema schema = schema("{'maxProperties':2," + keyword + "}");
        assertThat(schema.notes()).isEmpty();
        assertThat(accepts(schema, "{'a':1,'b':2}")).isTrue();
        assertThat(accepts(schema, "{'a':1,'b':2,'c':3}")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "[]                                   | {'a':1}",
                "'string'                             | {'a':1}",
                "12                                   | {}",
                "null                                 | {'a':[]}",
                "true                                 | {'a':1}"
            })
    void thatIsNoObjectChecksNothing(String json, String arguments) {
        assertThat(accepts(schema(json), arguments)).isTrue();
        assertThat(schema(json).notes().isEmpty()).isEqualTo(json.equals("true"));
    }

    /** It says nothing about objects, or that there are none: it would refuse every call of its tool. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "false",
                "{'type':'array'}",
                "{'type':'string'}",
                "{'type':['string','null']}",
                "{'not':{}}",
                "{'not':true}",
                "{'not':{'type':'object'}}",
                "{'const':5}",
                "{'enum':['a',1]}",
                "{'allOf':[{'type':'array'}]}",
                "{'anyOf':[{'type':'array'},false]}",
                "{'oneOf':[{'type':'array'},{'not':{}}]}",
                "{'$defs':{'a b':{'type':'array'}},'$ref':'#/$defs/a%20b'}",
                "{'$schema':'http://json-schema.org/draft-07/schema#','definitions':{'l':{'type':'array'}},'$ref':'#/definitions/l'}",
                "{'properties':{},'required':['ghost'],'additionalProperties':false}",
                "{'properties':{'ghost':false},'required':['ghost']}",
                "{'minProperties':2,'maxProperties':1}"
            })
    void thatNoObjectMeetsChecksNothing(String json) {
        ToolSchema schema = schema(json);
        assertThat(schema.notes())
                .singleElement()
                .asString()
                .contains("the whole schema is not checked: no arguments could meet it");
        assertThat(accepts(schema, "{}")).isTrue();
        assertThat(accepts(schema, "{'a':1}")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':['array','object'],'required':['a']}",
                "{'not':{'type':'array'},'required':['a']}",
                "{'anyOf':[{'type':'array'},{'required':['a']}]}",
                "{'$ref':'#/$defs/n','$defs':{'n':{'required':['a'],'properties':{'n':{'$ref':'#/$defs/n'}}}}}",
                "{'$schema':'http://json-schema.org/draft-07/schema#','definitions':{'o':{'required':['a']}},'$ref':'#/definitions/o','type':'array'}",
                "{'patternProperties':{'^a':{}},'required':['a'],'additionalProperties':false}",
                "{'properties':{'l':{'type':'array'}},'required':['a']}"
            })
    void thatSomeObjectMeetsIsChecked(String json) {
        ToolSchema schema = schema(json);
        assertThat(schema.notes()).isEmpty();
        assertThat(accepts(schema, "{'a':1}")).isTrue();
        assertThat(accepts(schema, "{}")).isFalse();
    }

    /** What a schema asks for, it names. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'required':['ghost']                          | {'ghost':1}",
                "'dependentRequired':{'a':['ghost']}           | {'a':1,'ghost':1}",
                "'dependentRequired':{'ghost':['a']}           | {'a':1,'ghost':1}",
                "'dependencies':{'a':['ghost']}                | {'a':1,'ghost':1}",
                "'$schema':'http://json-schema.org/draft-04/schema#','required':['ghost'] | {'ghost':1}",
                "'$schema':'http://json-schema.org/draft-07/schema#','dependencies':{'a':['ghost']} | {'a':1,'ghost':1}"
            })
    void namesWhatItRequires(String keyword, String arguments) {
        ToolSchema schema = schema("{'type':'object','properties':{'a':{}}," + keyword + "}");
        assertThat(schema.notes()).isEmpty();
        assertThat(accepts(schema, arguments)).isTrue();
        assertThat(accepts(schema, arguments.replace("}", ",'other':1}"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'properties':{'a':{}},'minProperties':2}",
                "{'properties':{'a':{}},'dependencies':{'a':{'required':['b']}}}",
                "{'$schema':'http://json-schema.org/draft-07/schema#','properties':{'a':{}},'dependencies':{'a':{'required':['b']}}}"
            })
    void isNotClosedWhereItWantsWhatItDoesNotName(String json) {
        assertThat(accepts(schema(json), "{'a':1,'b':2}")).isTrue();
        assertThat(accepts(schema(json), "{'a':1}")).isFalse();
    }

    /** Read without the flag v, it would mean something else. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "^[\\\\p{L}--[a-z]]+$",
                "^[\\\\p{L}--\\\\p{Lu}]+$",
                "^[a-z--\\\\d]+$",
                "^[[a-z]--[aeiou]]+$",
                "^[a-z&&[^aeiou]]+$",
                "^[[a-z][0-9]]$",
                "^[\\\\q{ab|c}]$"
            })
    void leavesOutPatternsThatNeedTheFlagV(String pattern) {
        ToolSchema schema = schema("{'properties':{'a':{'pattern':'" + pattern + "'}}}");
        assertThat(schema.notes()).singleElement().asString().contains("/properties/a/pattern is not checked");
        assertThat(accepts(schema, "{'a':'É'}")).isTrue();
    }

    @Test
    void keepsPatternsThatEcma262Has() {
        for (var each : List.of(
                List.of("^(a|b)\\\\1$", "aa", "ab"),
                List.of("^\\\\p{Script=Greek}+$", "αβ", "ab"),
                List.of("^(?!x).*$", "ab", "xb"),
                List.of("^.{1,2000}$", "ab", ""))) {
            ToolSchema schema = schema("{'properties':{'a':{'type':'string','pattern':'" + each.get(0) + "'}}}");
            assertThat(schema.notes()).isEmpty();
            assertThat(accepts(schema, "{'a':'" + each.get(1) + "'}"))
                    .as(each.get(0))
                    .isTrue();
            assertThat(accepts(schema, "{'a':'" + each.get(2) + "'}"))
                    .as(each.get(0))
                    .isFalse();
            ToolSchema names = schema("{'propertyNames':{'pattern':'" + each.get(0) + "'}}");
            assertThat(accepts(names, "{'" + each.get(1) + "':1}")).isTrue();
            assertThat(accepts(names, "{'" + each.get(2) + "':1}")).isFalse();
            ToolSchema properties = schema(
                    "{'patternProperties':{'" + each.get(0) + "':{'type':'integer'}},'additionalProperties':false}");
            assertThat(accepts(properties, "{'" + each.get(1) + "':1}")).isTrue();
            assertThat(accepts(properties, "{'" + each.get(1) + "':'x'}")).isFalse();
            assertThat(accepts(properties, "{'" + each.get(2) + "':1}")).isFalse();
        }
    }

    /** What is taken out must not make what is left stricter. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'properties':{'a':{'not':{'pattern':'('}}}}",
                "{'properties':{'a':{'oneOf':[{'pattern':'('},{'pattern':'^x'}]}}}",
                "{'properties':{'a':{'if':{'pattern':'('},'then':false,'else':true}}}",
                "{'patternProperties':{'(':{}},'additionalProperties':false}",
                "{'patternProperties':{'(':{}},'unevaluatedProperties':false}",
                "{'allOf':[{'patternProperties':{'(':{}}}],'unevaluatedProperties':false}",
                "{'$ref':'http://e.com/s','unevaluatedProperties':false}",
                "{'properties':'x','additionalProperties':false}",
                "{'properties':{'a':'string'},'additionalProperties':false}",
                "{'properties':'x'}",
                "{'$ref':'http://e.com/s','properties':{'b':{}}}",
                "{'$defs':{'d':{'pattern':'('}},'properties':{'a':{'not':{'$ref':'#/$defs/d'}}}}",
                "{'$defs':{'d':{'pattern':'('}},'properties':{'a':{'not':{'allOf':[{'not':{'$ref':'#/$defs/d'}}]}}}}",
                "{'properties':{'a':{'oneOf':[{'allOf':[{'type':'nothing'}]},{'type':'string'}]}}}"
            })
    void neverRefusesBecauseOfWhatIsNotChecked(String json) {
        ToolSchema schema = schema(json);
        assertThat(schema.notes()).isNotEmpty();
        assertThat(accepts(schema, "{'a':'xyz'}")).as(schema.notes().toString()).isTrue();
    }

    @Test
    void thatIsLoosenedStillWantsOneOfItsBranches() {
        ToolSchema schema = schema("{'properties':{'a':{'oneOf':[{'type':'string','pattern':'('},{'type':'null'}]}}}");
        assertThat(accepts(schema, "{'a':'x'}")).isTrue();
        assertThat(accepts(schema, "{'a':5}")).isFalse();
    }

    @Nested
    class Dialects {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "http://json-schema.org/draft-07/schema#", "http://json-schema.org/draft-07/schema",
                    "https://json-schema.org/draft-07/schema#", "http://json-schema.org/draft-06/schema#",
                    "http://json-schema.org/draft-04/schema#", "https://json-schema.org/draft/2019-09/schema",
                    "https://json-schema.org/draft/2019-09/schema#"
                })
        void ofOldHaveTheirTuples(String dialect) {
            ToolSchema schema = schema("{'$schema':'" + dialect
                    + "','properties':{'a':{'items':[{'type':'integer'}],'additionalItems':false}}}");
            assertThat(schema.notes()).isEmpty();
            assertThat(accepts(schema, "{'a':[1]}")).isTrue();
            assertThat(accepts(schema, "{'a':['x']}")).isFalse();
            assertThat(accepts(schema, "{'a':[1,2]}")).isFalse();
            assertThat(accepts(schema, "{'b':1}")).as("unnamed means no others").isFalse();
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "'$schema':'https://json-schema.org/draft/2020-12/schema',"})
        void ofTodayTakeWhatOlderOnesWrote(String dialect) {
            ToolSchema schema = schema("{" + dialect
                    + "'properties':{'a':{'items':[{'type':'integer'}],'additionalItems':{'type':'string'}},"
                    + "'n':{'minimum':5,'exclusiveMinimum':true},'m':{'maximum':5,'exclusiveMaximum':false}},"
                    + "'dependencies':{'n':['a'],'m':{'required':['n']}},"
                    + "'definitions':{'x':{}},'$defs':{'y':{}}}");
            assertThat(schema.notes()).isEmpty();
            assertThat(accepts(schema, "{'a':[1,'x'],'n':6,'m':5}")).isTrue();
            assertThat(accepts(schema, "{'a':['x']}")).isFalse();
            assertThat(accepts(schema, "{'a':[1,2]}")).isFalse();
            assertThat(accepts(schema, "{'a':[1],'n':5}")).isFalse();
            assertThat(accepts(schema, "{'n':6}")).isFalse();
            assertThat(accepts(schema, "{'m':5}")).isFalse();
            assertThat(accepts(schema, "{'m':6,'n':7,'a':[]}")).isFalse();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "'http://json-schema.org/draft-03/schema#'",
                    "'https://e.com/mine'",
                    "12",
                    "'x y'",
                    "''",
                    "null"
                })
        void thatAreUnknownAreReadAsThatOfToday(String dialect) {
            ToolSchema schema = schema("{'$schema':" + dialect + ",'properties':{'a':{'type':'integer'}}}");
            assertThat(schema.notes()).singleElement().asString().contains("/$schema", "2020-12");
            assertThat(accepts(schema, "{'a':1}")).isTrue();
            assertThat(accepts(schema, "{'a':'x'}")).isFalse();
        }

        @Test
        void ofDraft4KeepBooleansAsExclusiveBounds() {
            ToolSchema schema = schema("{'$schema':'http://json-schema.org/draft-04/schema#','id':'http://e.com/s#',"
                    + "'properties':{'id':{'minimum':5,'exclusiveMinimum':true}}}");
            assertThat(schema.notes()).isEmpty();
            assertThat(accepts(schema, "{'id':6}")).isTrue();
            assertThat(accepts(schema, "{'id':5}")).isFalse();
        }
    }

    @Nested
    class References {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{'$defs':{'s':{'type':'string'}},'properties':{'a':{'$ref':'#/$defs/s'}}}",
                    "{'definitions':{'s':{'type':'string'}},'properties':{'a':{'$ref':'#/definitions/s'}}}",
                    "{'$schema':'http://json-schema.org/draft-07/schema#','definitions':{'s':{'type':'string'}},'properties':{'a':{'$ref':'#/definitions/s'}}}",
                    "{'components':{'schemas':{'s':{'type':'string'}}},'properties':{'a':{'$ref':'#/components/schemas/s'}}}",
                    "{'$defs':{'a b/c%~ü':{'type':'string'}},'properties':{'a':{'$ref':'#/$defs/a%20b~1c%25~0%C3%BC'}}}",
                    "{'$defs':{'a b':{'type':'string'}},'properties':{'a':{'$ref':'#/$defs/a b'}}}",
                    "{'$defs':{'s':{'$anchor':'here','type':'string'}},'properties':{'a':{'$ref':'#here'}}}",
                    "{'$defs':{'s':{'$dynamicAnchor':'here','type':'string'}},'properties':{'a':{'$dynamicRef':'#here'}}}",
                    "{'$id':'https://e.com/s','$defs':{'s':{'type':'string'}},'properties':{'a':{'$ref':'https://e.com/s#/$defs/s'}}}",
                    "{'$id':'https://e.com/s','$defs':{'s':{'$id':'t','type':'string'}},'properties':{'a':{'$ref':'t'}}}",
                    "{'$id':'https://e.com/s','$defs':{'s':{'$id':'/t','$defs':{'u':{'type':'string'}}}},'properties':{'a':{'$ref':'https://e.com/t#/$defs/u'}}}",
                    "{'$id':'urn:uuid:deadbeef-1234-0000-0000-4321feebdaed','$defs':{'s':{'type':'string'}},'properties':{'a':{'$ref':'#/$defs/s'}}}",
                    "{'$schema':'http://json-schema.org/draft-07/schema#','definitions':{'s':{'$id':'#here','type':'string'}},'properties':{'a':{'$ref':'#here'}}}",
                    "{'$schema':'http://json-schema.org/draft-04/schema#','definitions':{'s':{'id':'#here','type':'string'}},'properties':{'a':{'$ref':'#here'}}}"
                })
        void leadWhereTheyShould(String json) {
            ToolSchema schema = schema(json);
            assertThat(schema.notes()).isEmpty();
            assertThat(accepts(schema, "{'a':'x'}")).isTrue();
            assertThat(accepts(schema, "{'a':5}")).isFalse();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{'properties':{'v':{'type':'integer'},'next':{'$ref':'#'}}}",
                    "{'$defs':{'n':{'properties':{'v':{'type':'integer'},'next':{'$ref':'#/$defs/n'}}}},'$ref':'#/$defs/n'}",
                    "{'$schema':'https://json-schema.org/draft/2019-09/schema','$recursiveAnchor':true,'properties':{'v':{'type':'integer'},'next':{'$recursiveRef':'#'}}}"
                })
        void mayBeRecursive(String json) {
            ToolSchema schema = schema(json);
            assertThat(schema.notes()).isEmpty();
            assertThat(accepts(schema, "{'next':{'next':{'v':1}}}")).isTrue();
            assertThat(accepts(schema, "{'next':{'next':{'v':'x'}}}")).isFalse();
            assertThat(accepts(schema, "{'next':".repeat(400) + "{'v':1}" + "}".repeat(400)))
                    .isTrue();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{'$ref':'#','maxProperties':1}",
                    "{'maxProperties':1,'allOf':[{'anyOf':[{'$ref':'#/allOf/0'}]}]}",
                    "{'maxProperties':1,'$defs':{'a':{'$ref':'#/$defs/b'},'b':{'not':{'$ref':'#/$defs/a'}}},'$ref':'#/$defs/a'}",
                    "{'maxProperties':1,'properties':{'x':{'$ref':'#/properties/y/allOf/0'},'y':{'allOf':[{'$ref':'#/properties/y'}]}}}"
                })
        void thatLeadBackToThemselvesAreLeftOut(String json) {
            ToolSchema schema = schema(json);
            assertThat(schema.notes()).anyMatch(note -> note.contains("leads back to itself"));
            assertThat(accepts(schema, "{'x':1}")).isTrue();
            assertThat(accepts(schema, "{'x':1,'y':1}")).isFalse();
        }
    }

    @Nested
    class Limits {
        @Test
        void holdForSchemasThatGrow() {
            String json = "{'$defs':{'d0':{'type':'integer'},"
                    + IntStream.range(1, 40)
                            .mapToObj(n -> "'d" + n + "':{'allOf':[{'$ref':'#/$defs/d" + (n - 1)
                                    + "'},{'$ref':'#/$defs/d" + (n - 1) + "'}]}")
                            .collect(Collectors.joining(","))
                    + "},'properties':{'a':{'$ref':'#/$defs/d39'}}}";
            ToolSchema schema = schema(json);
            assertThatThrownBy(() -> accepts(schema, "{'a':1}"))
                    .isInstanceOf(WorkLimitException.class)
                    .hasMessageContaining("steps");
            assertThat(accepts(schema, "{}")).isTrue();
        }

        /** Each schema is looked at once, or reading this one would not end. */
        @ParameterizedTest
        @ValueSource(strings = {"allOf", "anyOf", "oneOf"})
        void holdForTheSearchForSchemasThatNothingMeets(String keyword) {
            String json = "{'$defs':{'d0':{'type':'array'},"
                    + IntStream.range(1, 60)
                            .mapToObj(n -> "'d" + n + "':{'" + keyword + "':[{'$ref':'#/$defs/d" + (n - 1)
                                    + "'},{'$ref':'#/$defs/d" + (n - 1) + "'}]}")
                            .collect(Collectors.joining(","))
                    + "},'$ref':'#/$defs/d40'}";
            assertThat(schema(json).notes()).singleElement().asString().contains("no arguments could meet it");
            assertThat(schema(json.replace("array", "object")).notes()).isNotNull();
        }

        @Test
        void holdForSchemasThatAreHuge() {
            String many = IntStream.range(0, 25_000)
                    .mapToObj(n -> "'p" + n + "':{'type':'string'}")
                    .collect(Collectors.joining(",", "{'properties':{", "}}"));
            assertThat(schema(many).notes()).singleElement().asString().contains("20000");
            assertThat(accepts(schema(many), "{'p1':5}")).isTrue();
        }

        @Test
        void holdForPatterns() {
            ToolSchema schema = schema("{'properties':{'a':{'pattern':'^(?!x)(.*a){25}$'}}}");
            assertThat(accepts(schema, "{'a':'aaa'}")).isFalse();
            assertThatThrownBy(() -> accepts(schema, "{'a':'" + "a".repeat(60) + "!'}"))
                    .isInstanceOf(WorkLimitException.class);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'maximum':9223372036854775807   | 9223372036854775807  | true",
                "'maximum':9223372036854775806   | 9223372036854775807  | false",
                "'minimum':-9223372036854775808  | -9223372036854775808 | true",
                "'minimum':-9223372036854775807  | -9223372036854775808 | false",
                "'exclusiveMaximum':9007199254740993 | 9007199254740992 | true",
                "'exclusiveMaximum':9007199254740993 | 9007199254740993 | false",
                "'minimum':18446744073709551615  | 18446744073709551615 | true",
                "'minimum':18446744073709551615  | 18446744073709551614 | false",
                "'multipleOf':0.01               | 0.07                 | true",
                "'multipleOf':0.01               | 0.075                | false",
                "'multipleOf':3                  | 9223372036854775806  | true",
                "'multipleOf':3                  | 9223372036854775807  | false",
                "'maximum':0.1                   | 0.1000000000000000001 | false",
                "'const':9007199254740993        | 9007199254740993     | true",
                "'const':9007199254740993        | 9007199254740992     | false",
                "'enum':[0.1]                    | 0.10                 | true",
                "'const':1                       | 1.0                  | true",
                "'type':'integer'                | 1.0                  | true",
                "'type':'integer'                | 9223372036854775808  | true",
                "'type':'integer'                | 1.5                  | false"
            })
    void numbersAreComparedAsTheyAreWritten(String keyword, String number, boolean fits) {
        assertThat(accepts(schema("{'properties':{'n':{" + keyword + "}}}"), "{'n':" + number + "}"))
                .isEqualTo(fits);
    }

    @Provide
    Arbitrary<String> values() {
        Arbitrary<String> simple = Arbitraries.of(
                "1",
                "-1",
                "0",
                "1.5",
                "'x'",
                "''",
                "'('",
                "'#'",
                "'#/properties/a'",
                "'#/$defs/a'",
                "true",
                "false",
                "null",
                "[]",
                "{}",
                "['a']",
                "[1]",
                "'string'",
                "'object'",
                "'^(?=a)'",
                "'http://e.com/x'",
                "'#x'");
        return Arbitraries.recursive(
                () -> simple,
                inner -> Arbitraries.maps(
                                Arbitraries.of(
                                        "type",
                                        "properties",
                                        "required",
                                        "items",
                                        "prefixItems",
                                        "additionalProperties",
                                        "$ref",
                                        "$id",
                                        "id",
                                        "$anchor",
                                        "$dynamicRef",
                                        "$dynamicAnchor",
                                        "$recursiveRef",
                                        "$recursiveAnchor",
                                        "$schema",
                                        "allOf",
                                        "anyOf",
                                        "oneOf",
                                        "not",
                                        "if",
                                        "then",
                                        "else",
                                        "pattern",
                                        "patternProperties",
                                        "propertyNames",
                                        "$defs",
                                        "definitions",
                                        "dependencies",
                                        "dependentSchemas",
                                        "dependentRequired",
                                        "enum",
                                        "const",
                                        "minimum",
                                        "exclusiveMinimum",
                                        "multipleOf",
                                        "minLength",
                                        "contains",
                                        "maxContains",
                                        "unevaluatedProperties",
                                        "unevaluatedItems",
                                        "additionalItems",
                                        "format",
                                        "a",
                                        "uniqueItems",
                                        "discriminator",
                                        "contentSchema",
                                        "contentMediaType",
                                        "contentEncoding"),
                                inner)
                        .ofMaxSize(5)
                        .map(map -> map.entrySet().stream()
                                .map(each -> "'" + each.getKey() + "':" + each.getValue())
                                .collect(Collectors.joining(",", "{", "}"))),
                1,
                3);
    }

    /** Whatever a schema is, a call is accepted or refused by it: nothing else becomes of it. */
    @Property(tries = 3000)
    void whateverItIsItCanBeUsed(@ForAll("values") String json) {
        ToolSchema schema = schema(json);
        assertThat(schema.notes()).noneMatch(note -> note.contains("cannot be compiled"));
        for (String arguments : List.of("{}", "{'a':'x'}", "{'a':{'a':[1,'x',{'a':null}]},'b':1.5}")) {
            schema.problemsWith(RawJson.of(arguments.replace('\'', '"')));
        }
    }
}
