// node --test deploy/openclaw-plugin/test/*.test.js
import {mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {test} from "node:test";
import assert from "node:assert/strict";
import {Governor, askedAs, hookTimeoutMs, settings, transcriptCalls} from "../gateway.js";
import {canonical, digestOf} from "../digest.js";

const keyFile = join(mkdtempSync(join(tmpdir(), "plugin-")), "key");
writeFileSync(keyFile, "secret\n");
const quiet = {info() {}, warn() {}, error() {}};

/** A gateway that answers as it is told, and keeps what it was asked. */
function double(answers, config = {}) {
  const asked = [];
  let now = 0;
  const fetch = async (url, {method, body, headers}) => {
    asked.push({method, path: url.replace("http://gateway", ""), body: body && JSON.parse(body), headers});
    const answer = answers.shift();
    if (!answer || answer instanceof Error) throw answer ?? new Error("unexpected request");
    now += answer.takes ?? 1;
    return new Response(answer.status === 204 ? null : JSON.stringify(answer.json ?? {}), {status: answer.status ?? 200});
  };
  const governor = new Governor(settings({gatewayUrl: "http://gateway/", keyFile, node: "n", ...config}), quiet, {fetch, now: () => now});
  return {governor, asked};
}

const decision = (word, more = {}) => ({json: {decisionId: "d1", decision: word, agent: "a", upstream: "openclaw", tool: "exec",
  reasons: [{ruleId: "r/1"}], message: `${word}: because. Instead: that`, url: "http://gateway/v1/decisions/d1", ...more}});
const exec = (command, more = {}) => ({toolName: "exec", params: {command}, toolCallId: "c1", runId: "run1", ...more});

test("an allowed call runs with exactly the parameters that were decided about", async () => {
  const {governor, asked} = double([decision("ALLOW")]);
  assert.deepEqual(await governor.before(exec("ls"), {sessionKey: "s", requester: {senderIsOwner: true}}), {params: {command: "ls"}});
  assert.deepEqual(asked[0].body, {tool: "exec", arguments: {command: "ls"}, upstream: "openclaw", session: "s", run: "run1", requester: "owner"});
  assert.equal(asked[0].headers.Authorization, "Bearer secret");
});

test("a verdict may say with which parameters", async () => {
  const {governor} = double([decision("ALLOW", {arguments: {command: "ls -l"}})]);
  assert.deepEqual(await governor.before(exec("ls")), {params: {command: "ls -l"}});
});

test("a denied call is blocked with words to act on", async () => {
  const {governor} = double([decision("DENY")]);
  assert.deepEqual(await governor.before(exec("rm -rf /")), {block: true, blockReason: "DENY: because. Instead: that"});
});

test("a call that waits for a person is held, and then runs", async () => {
  const {governor, asked} = double([decision("PENDING", {approvalUrl: "http://gateway/a"}), decision("ALLOW")], {holdMs: 60_000});
  assert.deepEqual(await governor.before(exec("x")), {params: {command: "x"}});
  assert.deepEqual(asked.map((each) => `${each.method} ${each.path}`), ["POST /v1/decisions", "GET /v1/decisions/d1"]);
});

test("past its time it is blocked with the link, and the same call asks for the same decision", async () => {
  const pending = () => ({...decision("PENDING", {approvalUrl: "http://gateway/a"}), takes: 9_000});
  const {governor, asked} = double([pending(), pending(), decision("ALLOW")], {holdMs: 20_000});
  const blocked = await governor.before(exec("x"), {sessionKey: "s"});
  assert.equal(blocked.block, true);
  assert.match(blocked.blockReason, /http:\/\/gateway\/a.*ask again/);
  assert.deepEqual(await governor.before(exec("x", {toolCallId: "c2"}), {sessionKey: "s"}), {params: {command: "x"}});
  assert.equal(asked.at(-1).method, "GET");
});

for (const ruleId of ["approval/used", "approval/expired"]) {
  test(`a decision of before that ended with ${ruleId} is asked about anew, once`, async () => {
    const pending = () => ({...decision("PENDING", {approvalUrl: "http://gateway/a"}), takes: 9_000});
    const over = () => decision("DENY", {reasons: [{ruleId}]});
    const {governor, asked} = double([pending(), pending(), over(), over()], {holdMs: 20_000});
    await governor.before(exec("x"), {sessionKey: "s"});
    const again = await governor.before(exec("x", {toolCallId: "c2"}), {sessionKey: "s"});
    assert.equal(again.block, true);
    assert.deepEqual(asked.slice(2).map((each) => each.method), ["GET", "POST"]);
  });
}

test("a question that nobody answers while the call is held is no new question", async () => {
  const {governor, asked} = double([decision("PENDING", {approvalUrl: "http://gateway/a"}), decision("DENY", {reasons: [{ruleId: "approval/expired"}]})],
    {holdMs: 60_000});
  assert.equal((await governor.before(exec("x"), {sessionKey: "s"})).block, true);
  assert.deepEqual(asked.map((each) => each.method), ["POST", "GET"]);
});

test("nothing runs when the gateway is away, refuses or answers nonsense", async () => {
  for (const answer of [new Error("ECONNREFUSED"), {status: 500}, {status: 401}, {status: 429, json: {detail: "too many"}}, {json: {decision: "maybe"}}]) {
    const {governor} = double([answer]);
    assert.equal((await governor.before(exec("ls"))).block, true);
  }
});

test("tools that may are let through when the gateway is away, and it hears of it", async () => {
  const {governor, asked} = double([new Error("ECONNREFUSED"), new Error("ECONNREFUSED"), {status: 429}, {status: 204}], {letThrough: ["read"]});
  assert.deepEqual(await governor.before({toolName: "read", params: {path: "a"}, toolCallId: "c"}), {params: {path: "a"}});
  assert.equal((await governor.before(exec("ls"))).block, true);
  assert.equal((await governor.before({toolName: "read", params: {}, toolCallId: "c3"})).block, true, "a refusal is no absence");
  await governor.reportState();
  assert.deepEqual(asked.at(-1).body, {node: "n", status: "let_through", ran: 0, missed: ["read"]});
});

test("a deferred tool is decided about as itself, and the gateway's own MCP tools by the gateway", async () => {
  const {governor, asked} = double([]);
  assert.equal(await governor.before({toolName: "tool_call", params: {id: "web_fetch"}, toolCallId: "c"}), undefined);
  assert.equal(await governor.before({toolName: "openclaw-gateway__clock", params: {}, toolCallId: "c2"}), undefined);
  assert.equal(asked.length, 0);
});

test("code mode's exec is code, not a shell command", async () => {
  assert.deepEqual(askedAs("exec", {code: "fs.rmSync('/')"}, "code_mode_exec", "javascript"),
    {tool: "code_execution", args: {language: "javascript", code: "fs.rmSync('/')"}, isCode: true});
  const {governor} = double([decision("ALLOW")]);
  const params = {code: "1"};
  assert.deepEqual(await governor.before({toolName: "exec", params, toolKind: "code_mode_exec", toolCallId: "c"}), {params});
});

test("what ran is reported, with the digest of what ran", async () => {
  const {governor, asked} = double([decision("ALLOW"), {status: 204}]);
  await governor.before(exec("ls"));
  await governor.after({toolName: "exec", params: {command: "rm"}, toolCallId: "c1", result: {text: "x"}, durationMs: 3.4});
  assert.deepEqual(asked[1].body, {outcome: "succeeded", durationMs: 3, result: {text: "x"},
    digest: digestOf("a", "openclaw", "exec", {command: "rm"})});
});

test("an allowed call that did not run is given back", async () => {
  const {governor, asked} = double([decision("ALLOW"), {status: 204}]);
  await governor.before(exec("ls"));
  await governor.turnEnded({runId: "run1", messages: []}, {sessionKey: "s"});
  assert.equal(asked[1].body.outcome, "not_run");
});

test("calls in the transcript that the hook did not see are reported", async () => {
  const {governor, asked} = double([decision("ALLOW"), {status: 204}]);
  await governor.before(exec("ls"));
  const calls = [{type: "toolCall", id: "c1", name: "exec"}, {type: "toolCall", id: "c9", name: "files__read"}, {type: "toolCall", id: "c8", name: "gone"}];
  await governor.turnEnded({runId: "other", messages: [{role: "assistant", timestamp: 1, content: calls},
    {role: "toolResult", toolCallId: "c8", isError: true, content: [{type: "text", text: "Tool gone not found"}]}]}, {sessionKey: "s"});
  assert.deepEqual(asked[1].body, {node: "n", status: "missing_calls", session: "s", ran: 2, missed: ["files__read"]});
  assert.deepEqual(transcriptCalls([{role: "assistant", timestamp: 1, content: calls}], 2), [], "of before the start");
});

test("a hook that does not see its canary says so", async () => {
  const {governor, asked} = double([{status: 204}, {status: 204}]);
  await governor.tryHook(async () => {});
  await governor.reportState();
  assert.equal(asked[0].body.status, "silent");
  await governor.tryHook(async (args) => assert.equal((await governor.before({toolName: "agents_list", params: args})).block, true));
  await governor.reportState();
  assert.equal(asked[1].body.status, "covering");
});

test("the hook has the time that it holds calls for", () => {
  assert.equal(hookTimeoutMs(settings({holdMs: 590_000})), 600_000);
  assert.equal(hookTimeoutMs(settings({})), 310_000);
});

test("canonical JSON is that of RFC 8785", () => {
  assert.equal(canonical({b: 1.0, a: "\u20ac", c: [1e21, null, undefined, {"\u20ac": 1, "\r": 2}], d: undefined}),
    '{"a":"\u20ac","b":1,"c":[1e+21,null,null,{"\\r":2,"\u20ac":1}]}');
});
