// The official TypeScript SDKs as clients of the gateway; prints what they see as one line of JSON.
//   node client.mjs sdk1|sdk2 URL KEY TOOL ARGUMENTS
const [, , sdk, url, key, tool, args] = process.argv;
const requestInit = { headers: { Authorization: `Bearer ${key}` } };
const info = { name: `typescript-${sdk}`, version: '1' };
let client;
let transport;
if (sdk === 'sdk1') {
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
    client = new Client(info);
    transport = new StreamableHTTPClientTransport(new URL(url), { requestInit });
} else {
    const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
    client = new Client(info, { versionNegotiation: { mode: 'auto' } });
    transport = new StreamableHTTPClientTransport(new URL(url), { requestInit });
}
await client.connect(transport);
const tools = (await client.listTools()).tools.map(each => each.name);
const progress = [];
const params = { name: tool, arguments: JSON.parse(args) };
const options = { onprogress: each => progress.push(each.message ?? each.progress) };
const result = await (sdk === 'sdk1' ? client.callTool(params, undefined, options) : client.callTool(params, options));
const version = sdk === 'sdk1' ? transport.protocolVersion : client.getNegotiatedProtocolVersion?.() ?? 'unknown';
console.log(JSON.stringify({ version, tools, result, progress }));
await client.close();
process.exit(0);
