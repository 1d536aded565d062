// The Node peer with access tokens: /client checks the token of a client and accepts the WebSocket,
// and /users/NAME checks the token of a server and sends its text to the client of that name.
import { createServer } from "node:http";
import jsonwebtoken from "jsonwebtoken";
import { WebSocketServer } from "ws";

const [port, key] = process.argv.slice(2);
const address = `http://127.0.0.1:${port}`;
const clients = new Map();

function claimsOf(token, path) {
  try {
    return jsonwebtoken.verify(token, key, { algorithms: ["HS256"], audience: address + path });
  } catch {
    return null;
  }
}

const server = createServer((request, response) => {
  const path = request.url;
  const answer = (status) => response.writeHead(status, { "Content-Length": 0 }).end();
  const body = [];
  request.on("data", (part) => body.push(part));
  request.on("end", () => {
    if (!claimsOf(request.headers.authorization?.slice("Bearer ".length), path)) return answer(401);
    const client = clients.get(path.slice("/users/".length));
    client?.send(Buffer.concat(body), { binary: false });
    answer(client ? 202 : 404);
  });
});

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
server.on("upgrade", (request, socket, head) => {
  const { pathname, searchParams } = new URL(request.url, address);
  const claims = claimsOf(searchParams.get("access_token"), pathname);
  if (!claims) return socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
  sockets.handleUpgrade(request, socket, head, (client) => {
    clients.set(claims.sub, client);
    client.on("close", () => clients.delete(claims.sub));
  });
});

server.listen({ port: Number(port), host: "127.0.0.1", backlog: 4096 });
