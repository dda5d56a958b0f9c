// Recognizes the shapes in which providers and conventions write conversations, and makes one shape of them: OpenAI (chat and
// responses), Anthropic, Gemini, the OpenTelemetry GenAI conventions.

/**
 * @typedef {{ kind: "text", text: string } | { kind: "thinking", text: string }
 *   | { kind: "call", name: string, id: string | null, value: any }
 *   | { kind: "result", name: string | null, id: string | null, value: any }
 *   | { kind: "media", value: any }
 *   | { kind: "other", value: any }} Part
 * @typedef {{ role: string, name: string | null, parts: Part[] }} Message
 * @typedef {{ messages: Message[], tools: any[], rest: Record<string, any> }} Conversation
 */

/** The conversation that a value is, or null. @param {any} value @returns {Conversation | null} */
export function conversation(value) {
    const talk = recognize(value);
    // A result names the call it answers only by its id.
    const names = new Map();
    for (const { parts } of talk?.messages ?? []) {
        for (const part of parts) {
            if (part.kind === "call" && part.id) names.set(part.id, part.name);
            else if (part.kind === "result") part.name ??= names.get(part.id) ?? null;
        }
    }
    return talk;
}

/** @returns {Conversation | null} */
function recognize(value) {
    if (Array.isArray(value)) return value.length && value.every(isMessage) ? { messages: value.flatMap(message), tools: [], rest: {} } : null;
    if (!isObject(value)) return null;
    if (isMessage(value)) return { messages: message(value), tools: [], rest: {} };
    for (const key of ["messages", "contents", "input", "output", "choices", "candidates"]) {
        const list = value[key];
        if (!Array.isArray(list) || !list.length) continue;
        const inner = list.map((one) => one?.message ?? one?.content ?? one);
        const said = key === "choices" ? inner : key === "candidates" ? inner : list;
        if (!said.every(isMessage)) continue;
        const { [key]: _, tools, system, system_instruction, systemInstruction, instructions, ...rest } = value;
        const before = system ?? system_instruction ?? systemInstruction ?? instructions;
        const first = before ? [{ role: "system", name: null, parts: content(before?.parts ?? before) }] : [];
        return { messages: [...first, ...said.flatMap(message)], tools: Array.isArray(tools) ? tools.flatMap(tool) : [], rest };
    }
    return null;
}

function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

const ITEMS = ["message", "function_call", "function_call_output", "reasoning"];

function isMessage(value) {
    if (!isObject(value)) return false;
    if (typeof value.role === "string") return "content" in value || "parts" in value || "tool_calls" in value || "refusal" in value;
    return ITEMS.includes(value.type) || (Array.isArray(value.parts) && value.parts.every(isObject));
}

/** @returns {Message[]} */
function message(value) {
    const id = value.tool_call_id ?? value.call_id ?? value.id ?? null;
    if (value.type === "function_call") return [{ role: "assistant", name: null, parts: [call(value.name, id, value.arguments)] }];
    if (value.type === "function_call_output") return [{ role: "tool", name: null, parts: [{ kind: "result", name: null, id, value: json(value.output) }] }];
    if (value.type === "reasoning") return [{ role: "assistant", name: null, parts: content(value.summary ?? value.content).map(thought) }];
    const role = value.role === "model" ? "assistant" : (value.role ?? "assistant");
    /** @type {Part[]} */
    let parts = content(value.parts ?? value.content);
    if (typeof value.reasoning_content === "string") parts.unshift({ kind: "thinking", text: value.reasoning_content });
    if (typeof value.refusal === "string") parts.push({ kind: "text", text: value.refusal });
    if (role === "tool" || role === "function") parts = parts.map((part) => part.kind === "text" ? { kind: "result", name: value.name ?? null, id, value: json(part.text) } : part);
    for (const one of list(value.tool_calls)) parts.push(call(one.function?.name ?? one.name, one.id ?? null, one.function?.arguments ?? one.arguments ?? one.args));
    if (value.function_call) parts.push(call(value.function_call.name, null, value.function_call.arguments));
    return [{ role, name: typeof value.name === "string" ? value.name : null, parts }];
}

/** @returns {Part[]} */
function content(value) {
    if (value === null || value === undefined || value === "") return [];
    if (typeof value === "string") return [{ kind: "text", text: value }];
    if (Array.isArray(value)) return value.flatMap((one) => (typeof one === "string" ? [{ kind: "text", text: one }] : part(one)));
    return isObject(value) && (value.text || value.type) ? part(value) : [{ kind: "other", value }];
}

/** @returns {Part[]} */
function part(value) {
    if (!isObject(value)) return [{ kind: "other", value }];
    const { type } = value;
    if (type === "thinking" || type === "reasoning" || value.thought === true) return [{ kind: "thinking", text: asText(value.thinking ?? value.text ?? value.content ?? "") }];
    if (typeof value.text === "string") return [{ kind: "text", text: value.text }];
    if (type === "text" && typeof value.content === "string") return [{ kind: "text", text: value.content }];
    if (type === "refusal") return [{ kind: "text", text: asText(value.refusal ?? "") }];
    if (type === "tool_use" || type === "tool_call" || type === "server_tool_use") return [call(value.name, value.id ?? null, value.input ?? value.arguments)];
    if (type === "tool_result" || type === "tool_call_response") return [{ kind: "result", name: null, id: value.tool_use_id ?? value.id ?? null, value: flat(value.content ?? value.response ?? value.result) }];
    if (value.functionCall) return [call(value.functionCall.name, value.functionCall.id ?? null, value.functionCall.args)];
    if (value.functionResponse) return [{ kind: "result", name: value.functionResponse.name ?? null, id: null, value: value.functionResponse.response }];
    const media = source(value);
    return media === null ? [{ kind: "other", value }] : [{ kind: "media", value: media }];
}

/** An image, audio or file in the ways providers write them, as a data URI, a media reference or an address. */
function source(value) {
    if (value.image_url) return value.image_url.url ?? value.image_url;
    if (value.input_audio?.data) return uri(`audio/${asText(value.input_audio.format ?? "wav")}`, value.input_audio.data);
    if (value.source?.data) return uri(value.source.media_type ?? "application/octet-stream", value.source.data);
    if (value.source?.url) return value.source.url;
    const inline = value.inlineData ?? value.inline_data;
    if (inline?.data) return uri(inline.mimeType ?? inline.mime_type, inline.data);
    const file = value.fileData ?? value.file_data;
    if (file?.fileUri ?? file?.file_uri) return file.fileUri ?? file.file_uri;
    if (value.type === "blob" && value.content) return uri(value.mime_type, value.content);
    return value.type === "uri" && value.uri ? value.uri : null;
}

function uri(type, data) {
    if (typeof data !== "string") return data;
    return /^(data:|@@@langfuseMedia:)/.test(data) ? data : `data:${asText(type)};base64,${data}`;
}

/** Text as it is, anything else as JSON: values have whatever methods they like. */
function asText(value) {
    return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** @returns {Part} */
function call(name, id, value) {
    return { kind: "call", name: asText(name ?? "tool"), id, value: json(value) };
}

/** @returns {Part} */
function thought(part) {
    return part.kind === "text" ? { kind: "thinking", text: part.text } : part;
}

/** A list of nothing but texts is a text. */
function flat(value) {
    if (Array.isArray(value) && value.every((one) => one?.type === "text" && typeof one.text === "string")) return json(value.map((one) => one.text).join("\n"));
    return json(value);
}

/** Arguments and results are often JSON in a string. */
function json(value) {
    if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
    try {
        return JSON.parse(value);
    } catch {
        return value;
    }
}

function tool(value) {
    return Array.isArray(value?.functionDeclarations) ? value.functionDeclarations : [value?.function ?? value];
}

function list(value) {
    return Array.isArray(value) ? value.filter(isObject) : [];
}
