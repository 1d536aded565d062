import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "./world.js";

const timeout = 20_000;

test("an invocation is answered with every data type", { timeout }, async (t) => {
  const alice = await connect(t, { roles: [] });
  for (const [content, dataType] of [["hello", "text"], [{ n: [1, null] }, "json"], [new Uint8Array([1, 255]).buffer, "binary"]]) {
    const result = await alice.client.invokeEvent("echo", content, dataType);
    assert.equal(result.dataType, dataType);
    assert.deepEqual(result.data, content);
  }
});

test("invocations of one client are answered each under its own id", { timeout }, async (t) => {
  const alice = await connect(t);
  const words = Array.from({ length: 50 }, (_, n) => `word ${n}`);
  const results = await Promise.all(words.map((word) => alice.client.invokeEvent("echo", word, "text")));
  assert.deepEqual(results.map((one) => one.data), words);
});

test("an empty answer is success without data", { timeout }, async (t) => {
  const alice = await connect(t);
  const result = await alice.client.invokeEvent("echo", "", "text");
  assert.equal(result.data, undefined);
});

test("a failing invocation says why, and keeps the connection", { timeout }, async (t) => {
  const alice = await connect(t);
  await assert.rejects(alice.client.invokeEvent("fail", "x", "text"), (error) => {
    assert.equal(error.errorDetail.name, "InternalServerError");
    return true;
  });
  assert.equal((await alice.client.invokeEvent("echo", "still here", "text")).data, "still here");
});

test("an aborted invocation is cancelled, and its id can be used again", { timeout }, async (t) => {
  const alice = await connect(t);
  const invocationId = "mine";
  const stop = new AbortController();
  const pending = alice.client.invokeEvent("slow", "x", "text", { invocationId, abortSignal: stop.signal });
  setTimeout(() => stop.abort(), 100);
  await assert.rejects(pending);
  const again = await alice.client.invokeEvent("echo", "again", "text", { invocationId });
  assert.equal(again.data, "again");
});
