import assert from "node:assert/strict";
import { test } from "node:test";
import { odata } from "@azure/web-pubsub";
import { connect, groupMessage, serverMessage, service } from "./world.js";

const timeout = 20_000;

test("messages reach everybody, a user, a connection, a group", { timeout }, async (t) => {
  const alice = await connect(t, { userId: "alice-js" });
  const bob = await connect(t, { userId: "bob-js" });
  const server = service();
  await server.sendToAll("all", { contentType: "text/plain", excludedConnections: [bob.connectionId] });
  await server.sendToUser("bob-js", { only: "bob" });
  await server.sendToConnection(alice.connectionId, new Uint8Array([7]).buffer);
  assert.equal((await alice.expect(serverMessage)).data, "all");
  assert.deepEqual((await bob.expect(serverMessage)).data, { only: "bob" });
  assert.deepEqual(new Uint8Array((await alice.expect(serverMessage)).data), new Uint8Array([7]));
});

test("membership by connection and by user", { timeout }, async (t) => {
  const alice = await connect(t, { userId: "alice-js" });
  const server = service();
  const room = server.group("room-js");
  await room.addConnection(alice.connectionId);
  await room.sendToAll("one", { contentType: "text/plain" });
  assert.equal((await alice.expect(groupMessage)).data, "one");
  assert.equal(await server.groupExists("room-js"), true);
  await room.removeConnection(alice.connectionId);
  assert.equal(await server.groupExists("room-js"), false);
  await room.addUser("alice-js");
  assert.equal(await server.groupExists("room-js"), true);
  await room.removeUser("alice-js");
  assert.equal(await server.groupExists("room-js"), false);
  await room.addConnection(alice.connectionId);
  await server.removeConnectionFromAllGroups(alice.connectionId);
  assert.equal(await server.groupExists("room-js"), false);
  await room.addUser("alice-js");
  await server.removeUserFromAllGroups("alice-js");
  assert.equal(await server.groupExists("room-js"), false);
  await assert.rejects(room.addConnection("nobody"), { statusCode: 404 });
});

test("existence of connections and users", { timeout }, async (t) => {
  const alice = await connect(t, { userId: "only-js" });
  const server = service();
  assert.equal(await server.connectionExists(alice.connectionId), true);
  assert.equal(await server.connectionExists("nobody"), false);
  assert.equal(await server.userExists("only-js"), true);
  assert.equal(await server.userExists("nobody"), false);
});

test("permissions are granted, checked and revoked", { timeout }, async (t) => {
  const guest = await connect(t, { roles: [] });
  const server = service();
  const target = { targetName: "room-js" };
  assert.equal(await server.hasPermission(guest.connectionId, "joinLeaveGroup", target), false);
  await server.grantPermission(guest.connectionId, "joinLeaveGroup", target);
  assert.equal(await server.hasPermission(guest.connectionId, "joinLeaveGroup", target), true);
  await guest.client.joinGroup("room-js");
  await server.revokePermission(guest.connectionId, "joinLeaveGroup", target);
  await assert.rejects(guest.client.leaveGroup("room-js"));
});

const closings = {
  "a connection": (server, { connectionId }) => server.closeConnection(connectionId, { reason: "bye" }),
  "the connections of a user": (server) => server.closeUserConnections("closed-js", { reason: "bye" }),
  "the connections of a group": (server) => server.group("closed-js").closeAllConnections({ reason: "bye" }),
  "all connections": (server) => server.closeAllConnections({ reason: "bye" }),
};
for (const [name, close] of Object.entries(closings)) {
  test(`closing ${name}`, { timeout }, async (t) => {
    const alice = await connect(t, { userId: "closed-js", groups: ["closed-js"] });
    await close(service(), alice);
    const gone = await alice.expect((e) => e.kind === "disconnected");
    assert.equal(gone.connectionId, alice.connectionId);
    assert.match(gone.message.message ?? gone.message, /closed the connection\. Reason: bye$/);
    const back = await alice.expect((e) => e.kind === "connected");
    assert.notEqual(back.connectionId, alice.connectionId);
  });
}

test("a message may have a time to live", { timeout }, async (t) => {
  const alice = await connect(t, { userId: "ttl-js" });
  await service().sendToUser("ttl-js", "soon", { contentType: "text/plain", messageTtlSeconds: 5 });
  assert.equal((await alice.expect(serverMessage)).data, "soon");
  const late = service().sendToUser("ttl-js", "x", { contentType: "text/plain", messageTtlSeconds: 301 });
  await assert.rejects(late, { statusCode: 400 });
});

test("filters made with odata choose who receives", { timeout }, async (t) => {
  const alice = await connect(t, { userId: "o'hara-js", groups: ["filtered-js"] });
  const bob = await connect(t, { userId: "bob-js", groups: ["filtered-js"] });
  const server = service();
  const text = { contentType: "text/plain" };
  const filter = odata`userId eq ${"o'hara-js"} and length(groups) eq ${1}`;
  await server.sendToAll("one", { ...text, filter });
  await server.group("filtered-js").sendToAll("two", { ...text, filter: odata`not (userId eq ${null})` });
  await server.sendToUser("bob-js", "three", { ...text, filter: "'nobody' in groups" });
  await server.sendToUser("bob-js", "four", { ...text, filter: "'filtered-js' in groups" });
  assert.equal((await alice.expect(serverMessage)).data, "one");
  assert.equal((await alice.expect(groupMessage)).data, "two");
  assert.equal((await bob.expect(groupMessage)).data, "two");
  assert.equal((await bob.expect(serverMessage)).data, "four");
  await assert.rejects(server.sendToAll("x", { filter: "name eq 1" }), { statusCode: 400 });
});

test("many connections come into groups, are listed, and leave", { timeout }, async (t) => {
  const connections = [];
  for (const name of ["a", "b", "c"]) connections.push(await connect(t, { userId: `many-js-${name}` }));
  const server = service();
  await server.addConnectionsToGroups(["many/js", "more-js"], "startswith(userId, 'many-js-')");
  const room = server.group("more-js");
  const listed = async (options) => {
    const ids = [];
    for await (const member of await room.listConnections(options)) ids.push(member.connectionId);
    return ids;
  };
  const ids = connections.map((one) => one.connectionId).sort();
  assert.deepEqual(await listed(), ids);
  assert.deepEqual(await listed({ maxPageSize: 1 }), ids);
  assert.deepEqual(await listed({ top: 2 }), ids.slice(0, 2));
  await server.sendToAll("hi", { contentType: "text/plain", filter: "'many/js' in groups" });
  for (const one of connections) assert.equal((await one.expect(serverMessage)).data, "hi");
  await server.removeConnectionsFromGroups(["more-js"], "userId ne 'many-js-b'");
  assert.deepEqual(await listed(), [connections[1].connectionId]);
});
