// The plugin of OpenClaw: every tool call is decided by an OpenClaw Gateway before it runs. See docs/openclaw.md.
import {definePluginEntry} from "openclaw/plugin-sdk/plugin-entry";
import {Governor, hookTimeoutMs, settings} from "./gateway.js";

/** Handlers see each other's rewrites of no call, and the last that returns parameters wins: this one is the last. */
const LAST = -1_000_000;

export default definePluginEntry({
  id: "openclaw-gateway",
  name: "OpenClaw Gateway",
  description: "Has every tool call decided by an OpenClaw Gateway before it runs, and reports what ran.",
  register(api) {
    const of = settings(api.pluginConfig);
    const governor = new Governor(of, api.logger);
    let timer;

    api.on("before_tool_call", (event, ctx) => governor.before(event, ctx), {priority: LAST, timeoutMs: hookTimeoutMs(of)});
    api.on("after_tool_call", (event) => governor.after(event));
    api.on("agent_end", (event, ctx) => governor.turnEnded(event, ctx), {timeoutMs: 30_000});
    api.on("gateway_start", ({port}) => {
      const check = async () => {
        await governor.tryHook((args) => invoke(api.config?.gateway, port, args));
        await governor.reportState();
      };
      clearInterval(timer);
      timer = setInterval(check, of.reportEveryMs);
      timer.unref?.();
      setTimeout(check, 10_000).unref?.();
    });
    api.on("gateway_stop", () => clearInterval(timer));
  },
});

/** Calls a tool through OpenClaw's own HTTP endpoint. */
async function invoke(gateway, port, args) {
  const auth = gateway?.auth;
  const secret = process.env.OPENCLAW_GATEWAY_TOKEN ?? auth?.token ?? auth?.password;
  if (typeof secret !== "string") {
    throw new Error("the token of this OpenClaw (gateway.auth.token) is not known to its plugins");
  }
  const response = await fetch(`http://127.0.0.1:${port}/tools/invoke`, {
    method: "POST",
    headers: {"Content-Type": "application/json", Authorization: `Bearer ${secret}`},
    body: JSON.stringify({tool: "agents_list", args}),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (response.status !== 200 && response.status !== 403) {
    throw new Error(`the endpoint answered ${response.status}: ${text.slice(0, 200)}`);
  }
}
