// The digest of a call, as the gateway computes it: SHA-256 over RFC 8785 canonical JSON of agent, upstream, tool and arguments.
import {createHash} from "node:crypto";

/** Returns a JSON value in its canonical form (RFC 8785): members sorted by UTF-16 code units, numbers as ECMAScript writes them. */
export function canonical(value) {
  if (Array.isArray(value)) {
    return `[${value.map((each) => canonical(each === undefined ? null : each)).join(",")}]`;
  }
  if (value !== null && typeof value === "object") {
    const members = Object.keys(value)
      .filter((name) => value[name] !== undefined)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}

/** Returns the digest in hexadecimal digits. */
export function digestOf(agent, upstream, tool, args) {
  return createHash("sha256").update(canonical({agent, arguments: args, tool, upstream})).digest("hex");
}
