// `@langfuse/tracing` and `@langfuse/otel` (OTLP as JSON), scores and reading back by `@langfuse/client`.

import assert from "node:assert/strict";
import { LangfuseClient } from "@langfuse/client";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import {
  createTraceId,
  observe,
  propagateAttributes,
  startActiveObservation,
  startObservation,
  updateActiveObservation,
} from "@langfuse/tracing";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const processor = new LangfuseSpanProcessor({ environment: "js-tests" });
new NodeTracerProvider({ spanProcessors: [processor] }).register();
const client = new LangfuseClient();

/** Reads until it is there, for at most 20 seconds. */
async function until(read, isThere) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    let found, problem;
    try {
      found = await read();
    } catch (error) {
      problem = error; // a trace that is not there yet answers 404
    }
    if (!problem && isThere(found)) return found;
    if (Date.now() > deadline) throw problem ?? new Error(`not there after 20 seconds: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const retrieve = observe(async (query) => ["doc-1", query], { name: "retrieve", asType: "retriever" });
const generate = observe(
  async (question) => {
    updateActiveObservation(
      { model: "gpt-4o-mini", modelParameters: { temperature: 0.2 }, usageDetails: { input: 1200, output: 250 } },
      { asType: "generation" },
    );
    return `see the handbook: ${question}`;
  },
  { name: "generate", asType: "generation" },
);

const traceId = await startActiveObservation("answer", async (root) => {
  root.update({ input: { question: "How do refunds work?" } });
  await propagateAttributes(
    { userId: "user_js", sessionId: "session_js", tags: ["support", "js"], metadata: { plan: "pro" }, traceName: "support-query" },
    async () => {
      await retrieve("refunds");
      const answer = await generate("refunds");
      const tool = startObservation("tool", { input: { id: 7 } }, { asType: "tool" });
      tool.update({ level: "ERROR", statusMessage: "no such tool" }).end();
      root.update({ output: { answer } });
      client.score.activeTrace({ name: "helpfulness", value: 0.92, comment: "at once" });
    },
  );
  return root.traceId;
});
await processor.forceFlush();
await client.score.flush();

const fields = "core,basic,time,io,metadata,model,usage,prompt,metrics,trace_context";
const { data } = await until(() => client.api.observations.getMany({ traceId, fields }), ({ data }) => data.length === 4);
const byName = Object.fromEntries(data.map((observation) => [observation.name, observation]));
assert.deepEqual(["answer", "retrieve", "generate", "tool"].map((name) => byName[name].type), ["SPAN", "RETRIEVER", "GENERATION", "TOOL"]);
assert.equal(byName.generate.parentObservationId, byName.answer.id);
assert.deepEqual([byName.generate.userId, byName.generate.sessionId, byName.generate.traceName], ["user_js", "session_js", "support-query"]);
assert.deepEqual([...byName.generate.tags].sort(), ["js", "support"]);
assert.equal(byName.generate.environment, "js-tests");
assert.equal(byName.generate.model, "gpt-4o-mini");
assert.deepEqual(byName.generate.usageDetails, { input: 1200, output: 250, total: 1450 });
assert.equal(byName.generate.totalCost.toFixed(6), "0.000330");
assert.deepEqual(JSON.parse(byName.answer.input), { question: "How do refunds work?" });
assert.deepEqual(JSON.parse(byName.answer.output), { answer: "see the handbook: refunds" });
assert.deepEqual([byName.tool.level, byName.tool.statusMessage], ["ERROR", "no such tool"]);
assert.equal(byName.generate.metadata.plan, "pro");

const scores = await until(() => client.api.scoresV3.getManyV3({ traceId, fields: "details" }), ({ data }) => data.length === 1);
assert.deepEqual([scores.data[0].name, scores.data[0].value, scores.data[0].comment], ["helpfulness", 0.92, "at once"]);

const trace = await client.api.trace.get(traceId);
assert.deepEqual([trace.name, trace.userId, trace.observations.length, trace.scores.length], ["support-query", "user_js", 4, 1]);
const listed = await client.api.trace.list({ userId: "user_js", tags: ["js"] });
assert.deepEqual(listed.data.map((trace) => trace.id), [traceId]);
const session = await client.api.sessions.get("session_js");
assert.deepEqual(session.traces.map((trace) => trace.id), [traceId]);
const page = await fetch(await client.getTraceUrl(traceId));
assert.deepEqual([page.status, page.headers.get("content-type").split(";")[0]], [200, "text/html"]);

// A score on an observation by id, and replacing it.
for (const value of [0.1, 0.7]) client.score.create({ id: "rated-js", traceId, observationId: byName.generate.id, name: "rated", value });
await client.score.flush();
const rated = await until(() => client.api.scoresV3.getManyV3({ traceId, name: "rated" }), ({ data }) => data[0]?.value === 0.7);
assert.equal(rated.data.length, 1);

// The id of a seed is the same everywhere.
assert.equal(await createTraceId("abc"), "ba7816bf8f01cfea414140de5dae2223");
await processor.shutdown();
await client.shutdown();
