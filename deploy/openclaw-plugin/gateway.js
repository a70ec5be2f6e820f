// Asks an OpenClaw Gateway about calls (its decision API), and tells it what came of them. What it cannot ask about is not allowed.
import {readFileSync} from "node:fs";
import {hostname} from "node:os";
import {digestOf} from "./digest.js";

const ASKED_ANEW = ["approval/used", "approval/expired"];
const LONGEST_WAIT_S = 20;
const MARGIN_MS = 5_000;
const MOST_REMEMBERED = 5_000;
const LONGEST_RESULT = 16_384;
/** Deferred tools come twice: as this wrapper, and then as themselves. They are decided about as themselves. */
const WRAPPER = "tool_call";

/** Settings of the plugin with their defaults; see openclaw.plugin.json. */
export function settings(config = {}) {
  return {
    gatewayUrl: String(config.gatewayUrl ?? "").replace(/\/+$/, ""),
    keyFile: config.keyFile,
    upstream: config.upstream ?? "openclaw",
    node: (config.node ?? hostname()).replace(/[^A-Za-z0-9._-]/g, "-").slice(0, 100),
    mcpServer: config.mcpServer ?? "openclaw-gateway",
    holdMs: config.holdMs ?? 300_000,
    timeoutMs: config.timeoutMs ?? 10_000,
    letThrough: config.letThrough ?? [],
    reportEveryMs: config.reportEveryMs ?? 300_000,
  };
}

/** How long OpenClaw has to give the hook. */
export function hookTimeoutMs(of) {
  return Math.min(600_000, of.holdMs + of.timeoutMs);
}

/** Forgets what it was given first once it has too much. */
class Recent extends Map {
  put(key, value) {
    this.delete(key);
    this.set(key, value);
    if (this.size > MOST_REMEMBERED) {
      this.delete(this.keys().next().value);
    }
  }
}

export class Governor {
  #settings;
  #log;
  #fetch;
  #now;
  /** Allowed calls that have not been reported, by OpenClaw's id of the call. */
  #allowed = new Recent();
  /** Calls that wait for a person, by session and digest, so that the same call is not asked about twice. */
  #waiting = new Recent();
  #seen = new Recent();
  #missed = new Set();
  #letThrough = [];
  #canary = null;
  #isSilent = false;
  #since;

  /** @param log has info, warn and error */
  constructor(of, log, {fetch: fetcher = fetch, now = Date.now} = {}) {
    this.#settings = of;
    this.#log = log;
    this.#fetch = fetcher;
    this.#now = now;
    this.#since = now();
  }

  /** Decides about a call: what before_tool_call returns. */
  async before(event, ctx = {}) {
    const id = event.toolCallId;
    if (id) this.#seen.put(id, event.toolName);
    if (this.#canary && event.params?.canary === this.#canary.token) {
      this.#canary.seen = true;
      return {block: true, blockReason: `canary ${this.#canary.token} was seen; nothing ran`};
    }
    if (event.toolName === WRAPPER) {
      return undefined;
    }
    if (event.toolName.startsWith(`${this.#settings.mcpServer}__`)) {
      // The gateway's own MCP endpoint decides about it, and has it on record.
      return undefined;
    }
    const asked = this.#asked(event, ctx);
    const started = this.#now();
    let answer;
    try {
      answer = await this.#decide(asked, ctx.abortSignal, started);
    } catch (problem) {
      return this.#unreachable(event, asked, problem);
    }
    this.#log.info(
      `${answer.decision} ${asked.upstream}/${asked.tool} decision=${answer.decisionId} ${this.#now() - started} ms`
        + (answer.reasons?.length ? ` ${answer.reasons.map((reason) => reason.ruleId).join(",")}` : ""));
    if (answer.decision === "ALLOW") {
      // A verdict may say with which arguments; else exactly those that were decided about, whatever other handlers returned.
      const params = asked.isCode ? structuredClone(event.params) : (answer.arguments ?? JSON.parse(asked.json));
      if (id) {
        this.#allowed.put(id, {answer, runId: asked.run, sessionKey: asked.session, isCode: asked.isCode, toolKind: event.toolKind});
      }
      return {params};
    }
    if (answer.decision === "PENDING") {
      return {block: true, blockReason: answer.approvalUrl
        ? `Not run yet: ${answer.message} The person can find it at ${answer.approvalUrl}. When it is approved, ask again with exactly the same arguments.`
        : `Not run: the gateway did not decide in time (${answer.url}). Ask again.`};
    }
    return {block: true, blockReason: answer.message ?? "Not run: the gateway's answer cannot be understood."};
  }

  /** Reports what came of a call: what after_tool_call tells. */
  async after(event) {
    const id = event.toolCallId;
    const allowed = id ? this.#allowed.get(id) : undefined;
    if (!allowed) {
      return;
    }
    this.#allowed.delete(id);
    const {answer} = allowed;
    const ran = askedAs(event.toolName, event.params, allowed.toolKind);
    await this.#report(answer, {
      outcome: event.error ? "failed" : "succeeded",
      durationMs: Math.max(0, Math.round(event.durationMs ?? 0)),
      digest: digestOf(answer.agent, answer.upstream, answer.tool, JSON.parse(JSON.stringify(ran.args ?? {}))),
      result: shortened(event.result),
      error: event.error ? String(event.error) : undefined,
    });
  }

  /** Compares a turn's transcript with what the hook saw, and reports it: what agent_end tells. */
  async turnEnded(event, ctx = {}) {
    const run = event.runId ?? ctx.runId;
    for (const [id, allowed] of this.#allowed) {
      if (run && allowed.runId === run) {
        this.#allowed.delete(id);
        await this.#report(allowed.answer, {outcome: "not_run", error: "the turn ended and nothing had run"});
      }
    }
    const calls = transcriptCalls(event.messages, this.#since);
    const missed = calls.filter((call) => !this.#seen.has(call.id));
    missed.forEach((call) => this.#missed.add(call.name));
    if (calls.length > 0 || missed.length > 0) {
      await this.reportState(ctx.sessionKey, calls.length);
    }
  }

  /** Says how the hook is. */
  async reportState(session, ran = 0) {
    const letThrough = this.#letThrough.splice(0);
    const status = this.#isSilent
      ? "silent"
      : this.#missed.size > 0
        ? "missing_calls"
        : letThrough.length > 0 ? "let_through" : "covering";
    const missed = status === "let_through" ? letThrough : [...this.#missed];
    try {
      await this.#post("/v1/hooks", {
        node: this.#settings.node,
        status,
        why: status === "silent" ? "a call of agents_list through this OpenClaw's own HTTP endpoint did not reach the hook" : undefined,
        session: session?.slice(0, 200),
        ran,
        missed: missed.slice(0, 100),
      }, this.#settings.timeoutMs);
    } catch (problem) {
      this.#letThrough.unshift(...letThrough);
      this.#log.warn(`how the hook is could not be reported: ${problem.message}`);
    }
  }

  /**
   * Makes a call through OpenClaw's own HTTP endpoint, and looks whether the hook sees it. The hook blocks it, so nothing runs.
   *
   * @param invoke makes the call of agents_list with these arguments
   */
  async tryHook(invoke) {
    const canary = {token: `canary-${this.#now()}-${Math.random().toString(36).slice(2)}`, seen: false};
    this.#canary = canary;
    try {
      await invoke({canary: canary.token});
      this.#isSilent = !canary.seen;
      if (this.#isSilent) this.#log.error("the hook does not fire: calls of tools run without a decision");
    } catch (problem) {
      // Whether it would fire is not known; the endpoint itself does not answer.
      this.#log.warn(`the hook could not be tried: ${problem.message}`);
    } finally {
      this.#canary = null;
    }
  }

  #asked(event, ctx) {
    const {tool, args, isCode} = askedAs(event.toolName, event.params, event.toolKind, event.toolInputKind);
    return {
      tool,
      isCode,
      json: JSON.stringify(args ?? {}),
      upstream: this.#settings.upstream,
      session: ctx.sessionKey?.slice(0, 200),
      run: (event.runId ?? ctx.runId)?.slice(0, 200),
      requester: requesterOf(ctx.requester),
    };
  }

  async #decide(asked, abort, started) {
    const until = started + this.#settings.holdMs;
    const key = `${asked.session}\n${asked.tool}\n${asked.json}`;
    let url = this.#waiting.get(key);
    // Of an earlier turn, until the gateway says that it still waits.
    let isOld = url !== undefined;
    while (true) {
      const left = until - this.#now();
      // Before the hook's own time is over, so that whoever approves later approves for the next time.
      const wait = Math.max(0, Math.min(LONGEST_WAIT_S, Math.floor((left - MARGIN_MS) / 1000)));
      const timeoutMs = wait * 1000 + this.#settings.timeoutMs;
      let answer;
      if (url) {
        answer = await this.#get(url, wait, timeoutMs, abort);
        if (answer === null) {
          this.#waiting.delete(key);
          url = undefined;
          continue;
        }
      } else {
        const body = `{"tool":${JSON.stringify(asked.tool)},"arguments":${asked.json},"upstream":${JSON.stringify(asked.upstream)}`
          + [["session", asked.session], ["run", asked.run], ["requester", asked.requester]]
            .filter(([, value]) => value)
            .map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`)
            .join("") + "}";
        answer = await this.#send("POST", "/v1/decisions", body, {Prefer: `wait=${wait}`}, timeoutMs, abort);
      }
      if (answer.decision !== "PENDING") {
        this.#waiting.delete(key);
        // An earlier approval that a later call has used up, or a question that nobody answered: this call is asked about anew.
        if (isOld && answer.reasons?.some((reason) => ASKED_ANEW.includes(reason.ruleId))) {
          url = undefined;
          isOld = false;
          continue;
        }
        return answer;
      }
      url = new URL(answer.url, `${this.#settings.gatewayUrl}/`).pathname;
      this.#waiting.put(key, url);
      isOld = false;
      if (until - this.#now() <= MARGIN_MS || abort?.aborted) {
        return answer;
      }
    }
  }

  #unreachable(event, asked, problem) {
    const why = problem.name === "TimeoutError" ? "it did not answer in time" : problem.message;
    if (!problem.isRefusal && this.#settings.letThrough.includes(event.toolName)) {
      this.#log.warn(`LET THROUGH ${asked.upstream}/${asked.tool}: the gateway does not answer (${why})`);
      if (this.#letThrough.length < 1_000) this.#letThrough.push(event.toolName);
      return {params: JSON.parse(asked.json)};
    }
    this.#log.error(`BLOCKED ${asked.upstream}/${asked.tool}: ${why}`);
    return {
      block: true,
      blockReason: problem.isRefusal
        ? `Not run: the gateway refused to decide about it. ${problem.message}`
        : `Not run: the OpenClaw Gateway that has to decide about it does not answer (${why}). Nothing runs without it. `
          + "Tell the person you work for; do not try another tool.",
    };
  }

  async #report(answer, report) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#post(`/v1/decisions/${answer.decisionId}/outcome`, report, this.#settings.timeoutMs);
      } catch (problem) {
        if (attempt === 3 || problem.status === 409) {
          this.#log.warn(`what came of ${answer.decisionId} could not be reported: ${problem.message}`);
          return undefined;
        }
        await new Promise((resume) => setTimeout(resume, 200 * attempt));
      }
    }
  }

  #post(path, body, timeoutMs) {
    return this.#send("POST", path, JSON.stringify(body), {}, timeoutMs);
  }

  async #get(path, wait, timeoutMs, abort) {
    try {
      return await this.#send("GET", path, undefined, {Prefer: `wait=${wait}`}, timeoutMs, abort);
    } catch (problem) {
      if (problem.status === 404 || problem.status === 410) return null;
      throw problem;
    }
  }

  async #send(method, path, body, headers, timeoutMs, abort) {
    const timeout = AbortSignal.timeout(timeoutMs);
    const response = await this.#fetch(this.#settings.gatewayUrl + path, {
      method,
      body,
      headers: {
        Authorization: `Bearer ${readFileSync(this.#settings.keyFile, "utf8").trim()}`,
        Accept: "application/json",
        ...(body ? {"Content-Type": "application/json"} : {}),
        ...headers,
      },
      signal: abort ? AbortSignal.any([abort, timeout]) : timeout,
      redirect: "error",
    });
    const text = await response.text();
    let json;
    try {
      json = text ? JSON.parse(text) : undefined;
    } catch {
      json = undefined;
    }
    if (!response.ok) {
      const problem = new Error(json?.detail ?? `it answered ${response.status}`);
      problem.status = response.status;
      // 401 and 5xx are no decision about the call; 400, 413, 422 and 429 are the gateway's word on it.
      problem.isRefusal = [400, 413, 422, 429].includes(response.status);
      throw problem;
    }
    return json;
  }
}

/** What the gateway is asked about: code mode's exec is code of its language, and no shell command. */
export function askedAs(toolName, params, toolKind, toolInputKind) {
  if (toolKind !== "code_mode_exec") {
    return {tool: toolName, args: params, isCode: false};
  }
  const code = [params?.code, params?.command, params?.input].find((each) => typeof each === "string") ?? JSON.stringify(params ?? {});
  return {tool: "code_execution", args: {language: toolInputKind ?? "javascript", code}, isCode: true};
}

function requesterOf(requester) {
  if (!requester) return undefined;
  const parts = ["channel", "accountId", "senderId"].map((name) => requester[name]).filter(Boolean);
  if (requester.senderIsOwner) parts.push("owner");
  return parts.join("/").slice(0, 200) || undefined;
}

function shortened(result) {
  if (result === undefined) return undefined;
  const text = JSON.stringify(result);
  return text === undefined || text.length <= LONGEST_RESULT ? result : {start: text.slice(0, 2_048), characters: text.length};
}

/** Returns the calls of tools in a transcript, from some time on; a call of a tool that is not there ran nothing. */
export function transcriptCalls(messages, since) {
  const calls = [];
  const notThere = new Set((messages ?? [])
    .filter((message) => message?.role === "toolResult" && message.isError
      && /^Tool \S+ not found$/.test(message.content?.[0]?.text ?? ""))
    .map((message) => message.toolCallId));
  for (const message of messages ?? []) {
    if (message?.role !== "assistant" || !Array.isArray(message.content) || !(message.timestamp >= since)) continue;
    for (const part of message.content) {
      if (part?.type === "toolCall" && part.id && !notThere.has(part.id)) calls.push({id: part.id, name: part.name});
    }
  }
  return calls;
}
