// An MCP server that has what the official conformance suite asks for (@modelcontextprotocol/conformance, the descriptions of its
// scenarios), on the official TypeScript SDK, for clients of both eras on one endpoint:
//   node reference-server.mjs PORT      answers at http://127.0.0.1:PORT/mcp
import { createServer } from 'node:http';
import { randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import {
    MissingRequiredClientCapabilityError, ResourceNotFoundError, Server, WebStandardStreamableHTTPServerTransport,
    acceptedContent, createMcpHandler, createRequestStateCodec, hostHeaderValidationResponse, inputRequired, isLegacyRequest,
    localhostAllowedHostnames, localhostAllowedOrigins, originValidationResponse
} from '@modelcontextprotocol/server';

const port = Number(process.argv[2]);
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=';
const codec = createRequestStateCodec({ key: randomBytes(32) });

const text = value => ({ content: [{ type: 'text', text: value }] });
const pause = millis => new Promise(resolve => setTimeout(resolve, millis));
const object = (properties = {}, required = []) => ({ type: 'object', properties, required });
const form = (message, properties, required = Object.keys(properties)) =>
    ({ message, requestedSchema: object(properties, required) });
const asked = name => form(`What is your ${name}?`, { [name]: { type: 'string' } });
const given = (ctx, key) => ctx.mcpReq.inputResponses?.[key];
const field = (ctx, key, name) => acceptedContent(ctx.mcpReq.inputResponses, key)?.[name];

// What every client sees.
const COMMON = {
    test_simple_text: { run: () => text('This is a simple text response for testing.') },
    test_image_content: { run: () => ({ content: [{ type: 'image', data: PNG, mimeType: 'image/png' }] }) },
    test_audio_content: { run: () => ({ content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }] }) },
    test_embedded_resource: {
        run: () => ({ content: [{ type: 'resource', resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'Embedded.' } }] })
    },
    test_multiple_content_types: {
        run: () => ({
            content: [
                { type: 'text', text: 'Several kinds of content:' },
                { type: 'image', data: PNG, mimeType: 'image/png' },
                { type: 'resource', resource: { uri: 'test://mixed-content-resource', mimeType: 'application/json', text: '{"test":"data","value":123}' } }
            ]
        })
    },
    test_error_handling: { run: () => ({ ...text('This tool intentionally returns an error for testing'), isError: true }) },
    test_tool_with_logging: {
        run: async (args, ctx) => {
            for (const line of ['started', 'processing data', 'completed']) {
                await ctx.mcpReq.log('info', `Tool execution ${line}`);
                await pause(30);
            }
            return text('It has logged.');
        }
    },
    test_tool_with_progress: {
        run: async (args, ctx) => {
            const progressToken = ctx.mcpReq._meta?.progressToken;
            for (const progress of [0, 50, 100]) {
                if (progressToken !== undefined) {
                    await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100, message: `${progress} of 100` } });
                }
                await pause(30);
            }
            return text('It has progressed.');
        }
    },
    json_schema_2020_12_tool: {
        schema: {
            $schema: 'https://json-schema.org/draft/2020-12/schema',
            type: 'object',
            $defs: { address: { $anchor: 'addressDef', type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } } },
            properties: {
                name: { type: 'string' },
                address: { $ref: '#/$defs/address' },
                contactMethod: { type: 'string', enum: ['phone', 'email'] },
                phone: { type: 'string' },
                email: { type: 'string' }
            },
            allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
            if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
            then: { required: ['phone'] },
            else: { required: ['email'] },
            additionalProperties: false
        },
        run: args => text(`Called with ${JSON.stringify(args)}`)
    },
    echo: { schema: object({ message: { type: 'string' } }, ['message']), run: args => text(String(args.message)) },
    slow: {
        schema: object({ millis: { type: 'integer' } }, ['millis']),
        run: async (args, ctx) => {
            started++;
            for (let waited = 0; waited < args.millis; waited += 50) {
                await pause(50);
                if (ctx.mcpReq.signal.aborted) {
                    aborted++;
                    break;
                }
            }
            return text('It was slow.');
        }
    },
    started_calls: { run: () => text(String(started)) },
    aborted_calls: { run: () => text(String(aborted)) },
    shapely: {
        schema: object(),
        output: object({ answer: { type: 'integer' } }, ['answer']),
        run: () => ({ content: [{ type: 'text', text: '{"answer":42}' }], structuredContent: { answer: 42 } })
    }
};
let started = 0;
let aborted = 0;

// What asks its client while it runs: only possible in sessions.
const LEGACY = {
    test_sampling: {
        schema: object({ prompt: { type: 'string' } }, ['prompt']),
        run: async (args, ctx) => {
            const answer = await ctx.mcpReq.requestSampling({ messages: [{ role: 'user', content: { type: 'text', text: args.prompt } }], maxTokens: 100 });
            return text(`LLM response: ${answer.content.text}`);
        }
    },
    test_elicitation: {
        schema: object({ message: { type: 'string' } }, ['message']),
        run: async (args, ctx) => {
            const answer = await ctx.mcpReq.elicitInput(form(args.message, { response: { type: 'string' } }, []));
            return text(`User response: action=${answer.action}, content=${JSON.stringify(answer.content ?? {})}`);
        }
    },
    test_elicitation_sep1034_defaults: {
        run: async (args, ctx) => {
            const answer = await ctx.mcpReq.elicitInput(form('Please review the defaults', {
                name: { type: 'string', default: 'John Doe' },
                age: { type: 'integer', default: 30 },
                score: { type: 'number', default: 95.5 },
                status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
                verified: { type: 'boolean', default: true }
            }, []));
            return text(`Elicitation completed: action=${answer.action}, content=${JSON.stringify(answer.content ?? {})}`);
        }
    },
    test_elicitation_sep1330_enums: {
        run: async (args, ctx) => {
            const plain = ['option1', 'option2', 'option3'];
            const titled = [{ const: 'value1', title: 'First' }, { const: 'value2', title: 'Second' }, { const: 'value3', title: 'Third' }];
            const answer = await ctx.mcpReq.elicitInput(form('Please choose', {
                untitledSingle: { type: 'string', enum: plain },
                titledSingle: { type: 'string', oneOf: titled },
                legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['One', 'Two', 'Three'] },
                untitledMulti: { type: 'array', minItems: 1, maxItems: 3, items: { type: 'string', enum: plain } },
                titledMulti: { type: 'array', minItems: 1, maxItems: 3, items: { anyOf: titled } }
            }, []));
            return text(`Elicitation completed: action=${answer.action}, content=${JSON.stringify(answer.content ?? {})}`);
        }
    },
    test_reconnection: {
        run: async (args, ctx) => {
            ctx.http?.closeSSE?.();
            await pause(100);
            return text('The client came back for this.');
        }
    }
};

const elicit = name => inputRequired.elicit(asked(name));
const sample = question => inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: question } }], maxTokens: 100 });

// What asks its client by its result.
const MODERN = {
    test_input_required_result_elicitation: {
        run: (args, ctx) => {
            const name = field(ctx, 'user_name', 'name');
            return typeof name === 'string' ? text(`Hello, ${name}!`) : inputRequired({ inputRequests: { user_name: elicit('name') } });
        }
    },
    test_input_required_result_sampling: {
        run: (args, ctx) => {
            const answer = given(ctx, 'capital_question');
            return answer ? text(`The model says: ${answer.content?.text}`)
                : inputRequired({ inputRequests: { capital_question: sample('What is the capital of France?') } });
        }
    },
    test_input_required_result_list_roots: {
        run: (args, ctx) => {
            const answer = given(ctx, 'client_roots');
            return answer ? text(`There are ${answer.roots?.length} roots: ${answer.roots?.map(root => root.uri).join(', ')}`)
                : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
        }
    },
    test_input_required_result_request_state: {
        run: async (args, ctx) => {
            const state = ctx.mcpReq.requestState();
            return state?.kind === 'state' && given(ctx, 'confirm') ? text('state-ok: it came back as it was')
                : inputRequired({
                    inputRequests: { confirm: inputRequired.elicit(form('Is it fine?', { ok: { type: 'boolean' } })) },
                    requestState: await codec.mint({ kind: 'state', nonce: randomUUID() })
                });
        }
    },
    test_input_required_result_multiple_inputs: {
        run: async (args, ctx) => given(ctx, 'user_name') && given(ctx, 'greeting') && given(ctx, 'client_roots')
            ? text(`${given(ctx, 'greeting').content?.text}, ${field(ctx, 'user_name', 'name')}`)
            : inputRequired({
                inputRequests: { user_name: elicit('name'), greeting: sample('Say hello'), client_roots: inputRequired.listRoots() },
                requestState: await codec.mint({ kind: 'several', nonce: randomUUID() })
            })
    },
    test_input_required_result_multi_round: {
        run: async (args, ctx) => {
            const state = ctx.mcpReq.requestState() ?? { round: 0 };
            if (state.round === 2 && given(ctx, 'step2')) {
                return text(`${state.name} likes ${field(ctx, 'step2', 'color')}`);
            }
            if (state.round === 1 && given(ctx, 'step1')) {
                return inputRequired({
                    inputRequests: { step2: elicit('color') },
                    requestState: await codec.mint({ round: 2, name: field(ctx, 'step1', 'name'), nonce: randomUUID() })
                });
            }
            return inputRequired({ inputRequests: { step1: elicit('name') }, requestState: await codec.mint({ round: 1, nonce: randomUUID() }) });
        }
    },
    test_input_required_result_tampered_state: {
        run: async (args, ctx) => ctx.mcpReq.requestState()?.kind === 'sealed' && given(ctx, 'confirm') ? text('integrity-ok')
            : inputRequired({
                inputRequests: { confirm: inputRequired.elicit(form('Is it fine?', { ok: { type: 'boolean' } })) },
                requestState: await codec.mint({ kind: 'sealed', nonce: randomUUID() })
            })
    },
    test_input_required_result_capabilities: {
        run: async (args, ctx, capabilities) => {
            if (ctx.mcpReq.inputResponses && Object.keys(ctx.mcpReq.inputResponses).length > 0) {
                return text('capabilities-ok');
            }
            const requests = {};
            if (capabilities.elicitation) {
                requests.elicit_input = elicit('value');
            }
            if (capabilities.sampling) {
                requests.sample_input = sample('Anything');
            }
            return Object.keys(requests).length === 0 ? text('This client can answer nothing.')
                : inputRequired({ inputRequests: requests, requestState: await codec.mint({ kind: 'capabilities' }) });
        }
    },
    test_streaming_elicitation: {
        run: async (args, ctx) => {
            const progressToken = ctx.mcpReq._meta?.progressToken;
            if (progressToken !== undefined) {
                await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 50, total: 100 } });
            }
            return field(ctx, 'user_name', 'name') ? text('Streaming complete') : inputRequired({ inputRequests: { user_name: elicit('name') } });
        }
    },
    test_logging_tool: {
        run: async (args, ctx) => {
            await ctx.mcpReq.log('info', 'for whoever wants it');
            return text('It has logged, or not.');
        }
    },
    test_missing_capability: {
        run: (args, ctx, capabilities) => {
            if (!capabilities.sampling) {
                throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
            }
            return text('It can sample.');
        }
    },
    test_x_mcp_header: {
        schema: object({
            region: { type: 'string', 'x-mcp-header': 'Region' },
            priority: { type: 'integer', 'x-mcp-header': 'Priority' },
            verbose: { type: 'boolean', 'x-mcp-header': 'Verbose' },
            empty_val: { type: 'string', 'x-mcp-header': 'EmptyVal' }
        }),
        run: args => text(`Called with ${JSON.stringify(args)}`)
    },
    test_trigger_tool_change: {
        run: () => {
            extra = !extra;
            modern.notify.toolsChanged();
            return text('The tools have changed.');
        }
    },
    test_trigger_prompt_change: {
        run: () => {
            modern.notify.promptsChanged();
            return text('The prompts have changed.');
        }
    }
};
let extra = false;

const PROMPTS = {
    test_simple_prompt: { run: () => [{ role: 'user', content: { type: 'text', text: 'This is a simple prompt for testing.' } }] },
    test_prompt_with_arguments: {
        arguments: [{ name: 'arg1', required: true }, { name: 'arg2', required: true }],
        run: args => [{ role: 'user', content: { type: 'text', text: `Prompt with arguments: arg1='${args.arg1}', arg2='${args.arg2}'` } }]
    },
    test_prompt_with_embedded_resource: {
        arguments: [{ name: 'resourceUri', required: true }],
        run: args => [
            { role: 'user', content: { type: 'resource', resource: { uri: args.resourceUri, mimeType: 'text/plain', text: 'Embedded.' } } },
            { role: 'user', content: { type: 'text', text: 'Please look at the resource above.' } }
        ]
    },
    test_prompt_with_image: {
        run: () => [
            { role: 'user', content: { type: 'image', data: PNG, mimeType: 'image/png' } },
            { role: 'user', content: { type: 'text', text: 'Please look at the image above.' } }
        ]
    }
};

const RESOURCES = {
    'test://static-text': { name: 'Static text', mimeType: 'text/plain', content: { text: 'This is the content of the static text resource.' } },
    'test://static-binary': { name: 'Static binary', mimeType: 'image/png', content: { blob: PNG } },
    'test://watched-resource': { name: 'Watched', mimeType: 'text/plain', content: { text: 'This changes.' } }
};

function server(era) {
    const isModern = era === 'modern';
    const tools = { ...COMMON, ...(isModern ? MODERN : LEGACY) };
    const made = new Server({ name: 'reference', version: '1' }, {
        capabilities: {
            tools: { listChanged: true },
            prompts: { listChanged: true },
            resources: { listChanged: true, subscribe: true },
            completions: {},
            logging: {}
        },
        requestState: { verify: codec.verify }
    });
    made.setRequestHandler('tools/list', () => ({
        tools: Object.entries({ ...tools, ...(extra ? { extra: COMMON.echo } : {}) }).map(([name, tool]) => ({
            name,
            description: `The conformance suite's ${name}.`,
            inputSchema: tool.schema ?? object(),
            ...(tool.output ? { outputSchema: tool.output } : {})
        }))
    }));
    made.setRequestHandler('tools/call', (request, ctx) => {
        const tool = tools[request.params.name];
        if (!tool) {
            return { ...text(`Unknown tool: ${request.params.name}`), isError: true };
        }
        return tool.run(request.params.arguments ?? {}, ctx, made.getClientCapabilities() ?? {});
    });
    made.setRequestHandler('prompts/list', () => ({
        prompts: [...Object.entries(PROMPTS).map(([name, prompt]) => ({ name, description: 'A prompt.', arguments: prompt.arguments ?? [] })),
            ...(isModern ? [{ name: 'test_input_required_result_prompt', description: 'A prompt that asks.' }] : [])]
    }));
    made.setRequestHandler('prompts/get', (request, ctx) => {
        if (isModern && request.params.name === 'test_input_required_result_prompt') {
            const context = field(ctx, 'user_context', 'context');
            return context ? { messages: [{ role: 'user', content: { type: 'text', text: `Use this: ${context}` } }] }
                : inputRequired({ inputRequests: { user_context: elicit('context') } });
        }
        return { messages: PROMPTS[request.params.name].run(request.params.arguments ?? {}) };
    });
    made.setRequestHandler('resources/list', () => ({
        resources: Object.entries(RESOURCES).map(([uri, resource]) => ({ uri, name: resource.name, mimeType: resource.mimeType }))
    }));
    made.setRequestHandler('resources/templates/list', () => ({
        resourceTemplates: [{ uriTemplate: 'test://template/{id}/data', name: 'Data of an id', mimeType: 'application/json' }]
    }));
    made.setRequestHandler('resources/read', request => {
        const { uri } = request.params;
        const templated = /^test:\/\/template\/([^/]+)\/data$/.exec(uri);
        if (templated) {
            return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify({ id: templated[1], templateTest: true, data: `Data for ID: ${templated[1]}` }) }] };
        }
        if (!RESOURCES[uri]) {
            throw new ResourceNotFoundError(uri);
        }
        return { contents: [{ uri, mimeType: RESOURCES[uri].mimeType, ...RESOURCES[uri].content }] };
    });
    made.setRequestHandler('completion/complete', request => {
        const values = ['paris', 'park', 'party'].filter(value => value.startsWith(request.params.argument.value));
        return { completion: { values, total: values.length, hasMore: false } };
    });
    if (!isModern) {
        made.setRequestHandler('logging/setLevel', () => ({}));
        made.setRequestHandler('resources/subscribe', request => {
            setTimeout(() => made.sendResourceUpdated({ uri: request.params.uri }).catch(() => {}), 300);
            return {};
        });
        made.setRequestHandler('resources/unsubscribe', () => ({}));
    }
    return made;
}

const modern = createMcpHandler(() => server('modern'), { legacy: 'reject' });
const sessions = new Map();

/** Keeps what a stream that was closed has still to tell. */
class Events {
    stored = new Map();

    async storeEvent(streamId, message) {
        const id = `${streamId}_${this.stored.size}`;
        this.stored.set(id, { streamId, message });
        return id;
    }

    async getStreamIdForEventId(id) {
        return this.stored.get(id)?.streamId;
    }

    async replayEventsAfter(lastId, { send }) {
        const streamId = this.stored.get(lastId)?.streamId;
        let after = false;
        for (const [id, event] of this.stored) {
            if (after && event.streamId === streamId && Object.keys(event.message).length > 0) {
                await send(id, event.message);
            }
            after ||= id === lastId;
        }
        return streamId;
    }
}

async function legacy(request, parsedBody) {
    const known = request.headers.get('mcp-session-id');
    if (known) {
        const transport = sessions.get(known);
        return transport ? transport.handleRequest(request, { parsedBody })
            : Response.json({ jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } }, { status: 404 });
    }
    const transport = new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: () => randomUUID(),
        eventStore: new Events(),
        retryInterval: 500,
        onsessioninitialized: id => sessions.set(id, transport),
        onsessionclosed: id => sessions.delete(id)
    });
    await server('legacy').connect(transport);
    return transport.handleRequest(request, { parsedBody });
}

createServer(async (req, res) => {
    const chunks = [];
    for await (const chunk of req) {
        chunks.push(chunk);
    }
    const hasBody = req.method === 'POST';
    const hangup = new AbortController();
    res.on('close', () => hangup.abort());
    const request = new Request(`http://127.0.0.1:${port}${req.url}`, {
        method: req.method,
        headers: Object.entries(req.headers).map(([name, value]) => [name, String(value)]),
        body: hasBody ? Buffer.concat(chunks) : undefined,
        signal: hangup.signal
    });
    let response = hostHeaderValidationResponse(request, localhostAllowedHostnames()) ?? originValidationResponse(request, localhostAllowedOrigins());
    if (!response) {
        let body;
        try {
            body = hasBody ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
        } catch {
            body = undefined;
        }
        const isLegacy = !hasBody || await isLegacyRequest(request.clone(), body);
        response = isLegacy ? await legacy(request, body) : await modern.fetch(request, { parsedBody: body });
    }
    res.writeHead(response.status, Object.fromEntries(response.headers));
    if (response.body) {
        Readable.fromWeb(response.body).on('error', () => res.destroy()).pipe(res);
    } else {
        res.end();
    }
}).listen(port, '127.0.0.1', () => console.log(`ready ${port}`));
